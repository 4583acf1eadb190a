/**
 * What keeps the contents small and sound: the eviction of what was not used for long, and the
 * repair of data files that were damaged under a running mount. Clean contents alone are touched:
 * what was lost of them is forgotten and fetched again. Bytes that the server does not have are
 * never given up here.
 */
import type { Logger } from '../log.js';
import { BlockMap } from './block-map.js';
import type { ContentCatalog } from './content-catalog.js';
import { repairFile } from './content-recovery.js';
import type { ContentCounts, ContentRows, ContentState } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';
import { chooseEvictions, type EvictionQuery } from './eviction.js';

export interface EvictionRequest extends EvictionQuery {
  /** What else must stay: what is pinned, or on its way. */
  readonly mayGo: (id: string) => boolean;
  /** Called in the same transaction: clears the node's `content`. */
  readonly onEvict: (id: string) => void;
}

export interface EvictionStep {
  readonly evicted: number;
  readonly freedBytes: number;
  /** Undefined when all contents have been looked at. */
  readonly after: number | undefined;
}

export interface ContentCareParts {
  readonly db: CacheDatabase;
  readonly rows: ContentRows;
  readonly files: DataFiles;
  readonly catalog: ContentCatalog;
  readonly logger: Logger;
}

export class ContentCare {
  readonly #parts: ContentCareParts;
  #damagedCount = 0;

  constructor(parts: ContentCareParts) {
    this.#parts = parts;
  }

  /** Found damaged, and forgotten, since the start. */
  get damagedCount(): number {
    return this.#damagedCount;
  }

  counts(): ContentCounts {
    this.#parts.catalog.storedBytes();
    this.#parts.catalog.saveNow();
    return this.#parts.rows.counts();
  }

  /** Contents in a fixed order, after `id`, for who looks at all of them. */
  idsAfter(id: string, limit: number): readonly string[] {
    return this.#parts.rows.idsAfter(id, limit);
  }

  /**
   * One bounded step: removes some of the least recently used clean contents that nobody has
   * acquired and that `mayGo`, until `bytes` are free.
   * @returns what is gone, and where the next step goes on.
   */
  evict(request: EvictionRequest): EvictionStep {
    const { db, rows, catalog } = this.#parts;
    catalog.storedBytes();
    catalog.saveNow();
    const { victims, after } = chooseEvictions(rows, request, (id) => {
      const state = catalog.get(id);
      return isEvictable(state) && request.mayGo(id) ? state : undefined;
    });
    const freedBytes = victims.reduce((sum, id) => sum + catalog.get(id).stored, 0);
    if (victims.length === 0) return { evicted: 0, freedBytes, after };
    db.atomically(() => {
      for (const id of victims) {
        catalog.remove(catalog.get(id));
        request.onEvict(id);
      }
    });
    db.barrier();
    return { evicted: victims.length, freedBytes, after };
  }

  /** Is the data file there, and as long as it must be? */
  isIntact(id: string): boolean {
    const { catalog, files } = this.#parts;
    return (files.stat(id)?.size ?? -1) >= catalog.get(id).size;
  }

  /**
   * Looks at the data file and forgets what was lost, so that it is fetched again.
   * @returns whether something was lost; false for bytes of the user, which stay as they are.
   */
  heal(id: string): boolean {
    const { catalog, files, rows, logger } = this.#parts;
    const state = catalog.get(id);
    if (state.dirty || state.unsynced || state.removed) return false;
    const { stored } = state;
    files.close(state);
    forgetUnsynced(state);
    const wasLost = repairFile({ rows, files }, state);
    // Counted with the next measurement, as all other changes of it.
    state.stored = stored;
    catalog.measureLater(state);
    if (!wasLost) return false;
    this.#damagedCount += 1;
    logger.warn('a data file was damaged; what was lost is fetched again', { id });
    return true;
  }
}

function isEvictable(state: ContentState): boolean {
  return state.uses === 0 && !state.removed && !state.dirty && !state.unsynced;
}

/** Blocks that were fetched a moment ago count as missing again. */
function forgetUnsynced(state: ContentState): void {
  if (state.fetched === undefined || state.map === undefined) return;
  state.map = new BlockMap(state.map.fetchable, state.map.bitsWithout(state.fetched));
  state.fetched = undefined;
}
