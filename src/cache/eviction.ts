/** Chooses what the cache gives up: the least recently used first, in steps of a bounded size. */
import { EVICTION_BATCH_ROWS, EVICTION_STEP_FILES_MAX } from '../limits.js';

/** Clean contents in order of their use, after `lastUsed`. */
export type AgeIndex = (
  lastUsed: number,
  limit: number,
) => readonly (readonly [id: string, lastUsed: number])[];

export interface EvictionQuery {
  /** To be freed at least, if there is enough. */
  readonly bytes: number;
  /** Where the step before came to: {@link FROM_THE_OLDEST} at first. */
  readonly after: number;
}

export interface EvictionChoice {
  readonly victims: readonly string[];
  /** Where the next step goes on; undefined when all have been looked at. */
  readonly after: number | undefined;
}

export const FROM_THE_OLDEST = -1;

/** @param evictable undefined for one that must stay. */
export function chooseEvictions(
  oldest: AgeIndex,
  query: EvictionQuery,
  evictable: (id: string) => { readonly stored: number } | undefined,
): EvictionChoice {
  const rows = oldest(query.after, EVICTION_BATCH_ROWS);
  const victims: string[] = [];
  let freed = 0;
  let { after } = query;
  for (const [id, lastUsed] of rows) {
    after = lastUsed;
    const content = evictable(id);
    if (content === undefined) continue;
    victims.push(id);
    freed += content.stored;
    if (freed >= query.bytes || victims.length === EVICTION_STEP_FILES_MAX) {
      return { victims, after };
    }
  }
  return { victims, after: rows.length < EVICTION_BATCH_ROWS ? undefined : after };
}
