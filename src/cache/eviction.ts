/** Chooses what the cache gives up: the least recently used first, in steps of a bounded size. */
import { EVICTION_BATCH_ROWS, EVICTION_STEP_FILES_MAX } from '../limits.js';

/** What the choice needs of the `content` table. */
export interface AgeIndex {
  /** Ids and uses of clean contents after `lastUsed`, in order. */
  oldest(lastUsed: number, limit: number): readonly (readonly [string, number])[];
}

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
  index: AgeIndex,
  query: EvictionQuery,
  evictable: (id: string) => { readonly stored: number } | undefined,
): EvictionChoice {
  const rows = index.oldest(query.after, EVICTION_BATCH_ROWS);
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
