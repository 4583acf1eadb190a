/** Chooses what the cache gives up: the least recently used first. */
import { EVICTION_BATCH_ROWS } from '../limits.js';

/** What the choice needs of the `content` table. */
export interface AgeIndex {
  /** Ids and uses of clean contents after `lastUsed`, in order. */
  oldest(lastUsed: number, limit: number): readonly (readonly [string, number])[];
}

/**
 * @param bytes to be freed at least, if there is enough.
 * @param evictable undefined for one that must stay.
 */
export function chooseEvictions(
  index: AgeIndex,
  bytes: number,
  evictable: (id: string) => { readonly stored: number } | undefined,
): string[] {
  const victims: string[] = [];
  let freed = 0;
  let after = -1;
  for (;;) {
    const batch = index.oldest(after, EVICTION_BATCH_ROWS);
    for (const [id, lastUsed] of batch) {
      after = lastUsed;
      const content = evictable(id);
      if (content === undefined) continue;
      victims.push(id);
      freed += content.stored;
      if (freed >= bytes) return victims;
    }
    if (batch.length < EVICTION_BATCH_ROWS) return victims;
  }
}
