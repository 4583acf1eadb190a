/**
 * What keeps the contents small and sound: the eviction of what was not used for long, and the
 * repair of data files that were damaged under a running mount. Clean contents alone are touched:
 * what was lost of them is forgotten and fetched again. Bytes that the server does not have are
 * never given up here.
 */
import { UNKNOWN_SUM } from '../block-sum.js';
import { BLOCK_SIZE_BYTES } from '../limits.js';
import type { Logger } from '../log.js';
import { BlockMap } from './block-map.js';
import type { BlockSums } from './block-sums.js';
import type { ContentCatalog } from './content-catalog.js';
import { repairFile } from './content-recovery.js';
import { type ContentCounts, type ContentRows, type ContentState, disturb } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';
import { chooseEvictions, type EvictionQuery } from './eviction.js';
import type { SumTable } from './sum-table.js';

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
  readonly sums: SumTable;
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
    this.#saveUses();
    return this.#parts.rows.counts();
  }

  /** Contents in a fixed order, after `id`, for who looks at all of them. */
  idsAfter(id: string, limit: number): readonly string[] {
    return this.#parts.rows.idsAfter(id, limit);
  }

  /** What the first blocks of all clean contents take. */
  headBytes(): number {
    this.#saveUses();
    return this.#parts.rows.headBytes();
  }

  /**
   * One bounded step: of some of the least recently used clean contents that nobody has acquired
   * and that `mayGo`, all but the first block goes, until `bytes` are free. The first block is what
   * programs read to know the type of a file, and often a small picture of it.
   */
  trim(request: Omit<EvictionRequest, 'onEvict'>): EvictionStep {
    const { db, rows, sums, catalog } = this.#parts;
    this.#saveUses();
    const { victims, after } = chooseEvictions(
      (lastUsed, limit) => rows.oldestTails(lastUsed, limit),
      request,
      (id) => {
        const state = catalog.get(id);
        const isWhole = state.map === undefined || state.map.fetchable === state.size;
        return isEvictable(state) && isWhole && request.mayGo(id) ? state : undefined;
      },
    );
    if (victims.length === 0) return { evicted: 0, freedBytes: 0, after };
    const before = catalog.storedBytes();
    const states = victims.map((id) => catalog.get(id));
    db.atomically(() => {
      for (const state of states) {
        forgetTail(state);
        catalog.save(state);
        const head = sums.of(state)?.head(1);
        if (head !== undefined) sums.put(state.id, head);
      }
    });
    db.barrier();
    for (const state of states) this.#cutTail(state);
    return { evicted: victims.length, freedBytes: before - catalog.storedBytes(), after };
  }

  /**
   * One bounded step: removes some of the least recently used clean contents that nobody has
   * acquired and that `mayGo`, until `bytes` are free.
   * @returns what is gone, and where the next step goes on.
   */
  evict(request: EvictionRequest): EvictionStep {
    const { db, rows, catalog } = this.#parts;
    this.#saveUses();
    const { victims, after } = chooseEvictions(
      (lastUsed, limit) => rows.oldest(lastUsed, limit),
      request,
      (id) => {
        const state = catalog.get(id);
        return isEvictable(state) && request.mayGo(id) ? state : undefined;
      },
    );
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

  /** A damage that was found by comparing bytes. */
  countDamage(): void {
    this.#damagedCount += 1;
  }

  /** What its blocks add up to, as far as that is known; undefined for what is the user's. */
  sumsOf(id: string): BlockSums | undefined {
    const { catalog, sums } = this.#parts;
    const state = catalog.find(id);
    return state === undefined ? undefined : sums.of(state);
  }

  /**
   * These blocks are not what was fetched: they count as missing, and are fetched again.
   * @returns false where none of them is here with a sum (any more); then nothing was done.
   */
  forgetBlocks(id: string, blocks: readonly number[]): boolean {
    const { catalog, db, sums } = this.#parts;
    const known = this.sumsOf(id);
    if (known === undefined) return false;
    const state = catalog.get(id);
    const damaged = blocks.filter(
      (block) => isHere(state, block) && known.get(block) !== UNKNOWN_SUM,
    );
    if (damaged.length === 0) return false;
    disturb(state);
    state.map ??= wholeMap(state.size);
    for (const block of damaged) {
      const start = block * BLOCK_SIZE_BYTES;
      state.map.deleteTouched(start, start + BLOCK_SIZE_BYTES);
      state.fetched?.deleteTouched(start, start + BLOCK_SIZE_BYTES);
      known.set(block, UNKNOWN_SUM);
    }
    db.atomically(() => {
      catalog.save(state);
      sums.put(id, known);
    });
    return true;
  }

  /** Reads without counting as a use: who looks at everything must not decide what stays. */
  peek(id: string, offset: number, into: Uint8Array): number {
    return this.#parts.files.read(this.#parts.catalog.get(id), offset, into);
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
    const { catalog, files, rows, sums, logger } = this.#parts;
    const state = catalog.get(id);
    if (state.dirty || state.unsynced || state.removed) return false;
    const { stored } = state;
    files.close(state);
    forgetUnsynced(state);
    const wasLost = repairFile({ rows, sums, files }, state);
    // Counted with the next measurement, as all other changes of it.
    state.stored = stored;
    catalog.measureLater(state);
    if (!wasLost) return false;
    this.#damagedCount += 1;
    logger.warn('a data file was damaged; what was lost is fetched again', { id });
    return true;
  }

  /** The rows say what the files take and when they were used. */
  #saveUses(): void {
    this.#parts.catalog.storedBytes();
    this.#parts.catalog.saveNow();
  }

  /** Cut and as long as before, the file takes no more space than its first block. */
  #cutTail(state: ContentState): void {
    const { files, catalog } = this.#parts;
    files.resize(state, BLOCK_SIZE_BYTES);
    files.resize(state, state.size);
    catalog.measureLater(state);
  }
}

/** As a map that knows of the first block alone, if that is here. */
function forgetTail(state: ContentState): void {
  disturb(state);
  state.map ??= wholeMap(state.size);
  state.fragments = undefined;
  state.map.deleteTouched(BLOCK_SIZE_BYTES, state.size);
  state.fetched?.deleteTouched(BLOCK_SIZE_BYTES, state.size);
}

function isHere({ map }: ContentState, block: number): boolean {
  const start = block * BLOCK_SIZE_BYTES;
  return map?.covers(start, start + 1) ?? true;
}

function wholeMap(size: number): BlockMap {
  const map = new BlockMap(size);
  map.addWhole(0, size);
  return map;
}

function isEvictable(state: ContentState): boolean {
  return state.uses === 0 && !state.removed && !state.dirty && !state.unsynced;
}

/** Blocks that were fetched a moment ago count as missing again. */
function forgetUnsynced(state: ContentState): void {
  disturb(state);
  state.fragments = undefined;
  if (state.fetched === undefined || state.map === undefined) return;
  state.map = new BlockMap(state.map.fetchable, state.map.bitsWithout(state.fetched));
  state.fetched = undefined;
}
