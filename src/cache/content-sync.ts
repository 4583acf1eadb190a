/**
 * What of the data files is not on the disk yet, and how it gets there: a few bytes here and now,
 * much by somebody else, while this thread goes on. A round is taken, carried out elsewhere and
 * reported; what was written meanwhile belongs to the next one.
 */
import { type FileBlocks, UNKNOWN_SUM } from '../block-sum.js';
import {
  SUMMED_BLOCKS_MAX,
  SUMMED_PER_FILE_BLOCKS_MAX,
  SYNC_HERE_BYTES_MAX,
  SYNC_ROUND_FILES_MAX,
} from '../limits.js';
import type { Logger } from '../log.js';
import { BlockMap } from './block-map.js';
import { BlockSums } from './block-sums.js';
import type { ContentCatalog } from './content-catalog.js';
import { type ContentState, disturb } from './content-row.js';
import type { DataFiles } from './data-files.js';
import { toDiskError } from './disk-error.js';
import type { SumTable } from './sum-table.js';

/** Files to sync elsewhere, in one go. */
export interface SyncRound {
  /** Absolute; at most {@link SYNC_ROUND_FILES_MAX}. */
  readonly dataFiles: readonly string[];
  /** Fetched blocks of these files, of which the sums are wanted. */
  readonly toSum: readonly FileBlocks[];
}

export interface SyncOutcome {
  /** Files of the round of which it is not proven that they are durable. */
  readonly failed: ReadonlySet<string>;
  /** As {@link SyncRound.toSum}: the sum of each block. */
  readonly sums: readonly (readonly number[])[];
}

/** What a round was taken of. */
interface Taken {
  /** In the order of its files. */
  readonly states: readonly ContentState[];
  /** In the order of what is to be summed, with what they were like then. */
  readonly summed: readonly { readonly state: ContentState; readonly epoch: number }[];
}

export interface ContentSyncParts {
  readonly catalog: ContentCatalog;
  readonly sums: SumTable;
  readonly files: DataFiles;
  readonly logger: Logger;
}

export class ContentSync {
  readonly #catalog: ContentCatalog;
  readonly #sums: SumTable;
  readonly #files: DataFiles;
  readonly #logger: Logger;
  /** Under way. */
  readonly #rounds = new Map<SyncRound, Taken>();

  constructor({ catalog, sums, files, logger }: ContentSyncParts) {
    this.#catalog = catalog;
    this.#sums = sums;
    this.#files = files;
    this.#logger = logger;
  }

  /** Everything that waits, the user's bytes first. */
  takeRounds(): SyncRound[] {
    const waiting = this.#waiting();
    const rounds: SyncRound[] = [];
    for (let from = 0; from < waiting.length; from += SYNC_ROUND_FILES_MAX) {
      rounds.push(this.#take(waiting.slice(from, from + SYNC_ROUND_FILES_MAX)));
    }
    return rounds;
  }

  /** Something waits that may still be synced. */
  get isWaiting(): boolean {
    for (const state of this.#catalog.unsynced) if (!state.syncFailed) return true;
    for (const state of this.#catalog.unsaved) if (state.fetched !== undefined) return true;
    return false;
  }

  /** Undefined when so little of it waits that it can be synced here. */
  takeRoundOf(state: ContentState): SyncRound | undefined {
    return state.unflushedBytes <= SYNC_HERE_BYTES_MAX ? undefined : this.#take([state]);
  }

  /**
   * The round has ended. Its contents are durable but for those that failed and those that were
   * written meanwhile; what is little of the latter is synced here.
   */
  endRound(round: SyncRound, { failed, sums }: SyncOutcome): void {
    const taken = this.#rounds.get(round);
    this.#rounds.delete(round);
    if (taken === undefined) return;
    for (const [index, { state, epoch }] of taken.summed.entries()) {
      if (state.epoch === epoch) addFreshSums(state, round.toSum[index], sums[index]);
    }
    for (const [index, state] of taken.states.entries()) {
      if (state.removed || !this.#isWaiting(state)) continue;
      if (failed.has(round.dataFiles[index] ?? '')) this.#failed(state);
      else if (state.unflushedBytes === 0) this.#synced(state);
      else if (state.unflushedBytes <= SYNC_HERE_BYTES_MAX) this.#syncHere(state);
    }
  }

  /** Nothing of the round was carried out. */
  dropRound(round: SyncRound): void {
    this.#rounds.delete(round);
  }

  /** The user's bytes, here and now. The row needs a `barrier()` of the database after it. */
  sync(state: ContentState): void {
    if (!this.#isWaiting(state)) return;
    this.#files.sync(state, true);
    this.#synced(state);
  }

  /** Every content, here and now. Goes on after a failure and throws the first one. */
  syncAll(): void {
    const failures: unknown[] = [];
    for (const state of this.#catalog.unsynced) {
      try {
        this.sync(state);
      } catch (error) {
        failures.push(error);
      }
    }
    for (const state of this.#catalog.unsaved) {
      if (state.fetched !== undefined) this.#syncHere(state);
    }
    if (failures.length > 0) throw toDiskError('sync', failures[0]);
  }

  #waiting(): ContentState[] {
    const fetched = [...this.#catalog.unsaved].filter((state) => state.fetched !== undefined);
    const all = new Set([...this.#catalog.unsynced, ...fetched]);
    const underWay = new Set([...this.#rounds.values()].flatMap(({ states }) => states));
    return [...all].filter((state) => !state.syncFailed && !underWay.has(state));
  }

  #take(states: readonly ContentState[]): SyncRound {
    for (const state of states) state.unflushedBytes = 0;
    const toSum: FileBlocks[] = [];
    const summed: { state: ContentState; epoch: number }[] = [];
    for (const state of states) {
      const blocks = unsummed(state);
      if (blocks.length === 0) continue;
      toSum.push({ dataFile: this.#files.pathOf(state.id), size: state.size, blocks });
      summed.push({ state, epoch: state.epoch });
    }
    const round = { dataFiles: states.map(({ id }) => this.#files.pathOf(id)), toSum };
    this.#rounds.set(round, { states, summed });
    return round;
  }

  #isWaiting(state: ContentState): boolean {
    return state.unsynced || state.fetched !== undefined;
  }

  /** Failures are for those who ask for one content; here they wait in the state. */
  #syncHere(state: ContentState): void {
    try {
      this.#files.sync(state, state.unsynced);
      this.#synced(state);
    } catch (error) {
      this.#logger.warn('a data file could not be synced', {
        id: state.id,
        reason: toDiskError('sync', error).message,
      });
      this.#failed(state);
    }
  }

  #synced(state: ContentState): void {
    state.fetched = undefined;
    state.unsynced = false;
    state.isNewFile = false;
    state.unflushedBytes = 0;
    this.#catalog.unsynced.delete(state);
    this.#catalog.save(state);
    this.#saveSums(state);
  }

  /** The row speaks of their blocks now. */
  #saveSums(state: ContentState): void {
    const { freshSums } = state;
    if (freshSums === undefined) return;
    const sums = this.#sums.of(state) ?? new BlockSums();
    sums.add(freshSums);
    this.#sums.put(state.id, sums);
    state.freshSums = undefined;
    // Those that were read before they had a sum are compared when they are read again.
    state.seen = undefined;
  }

  /**
   * A later sync would prove nothing (see {@link ContentState.syncFailed}). Fetched blocks are no
   * longer here and are fetched again; the user's bytes stay marked as unsynced.
   */
  #failed(state: ContentState): void {
    state.syncFailed = state.unsynced;
    state.fragments = undefined;
    if (state.fetched === undefined) return;
    disturb(state);
    if (state.map !== undefined) {
      state.map = new BlockMap(state.map.fetchable, state.map.bitsWithout(state.fetched));
    }
    state.fetched = undefined;
    this.#catalog.save(state);
  }
}

/**
 * Fetched blocks that have no sum yet. None of what may hold bytes of the user: a content that is
 * theirs, was until its last sync, or has been extended by them.
 */
function unsummed({ fetched, freshSums, map, ...state }: ContentState): readonly number[] {
  const isServers = !state.dirty && !state.unsynced && !state.removed;
  if (fetched === undefined || !isServers || map?.fetchable !== state.size) return [];
  const blocks: number[] = [];
  for (const block of fetched.blocks(SUMMED_BLOCKS_MAX)) {
    if (blocks.length === SUMMED_PER_FILE_BLOCKS_MAX) break;
    if ((freshSums?.get(block) ?? UNKNOWN_SUM) === UNKNOWN_SUM) blocks.push(block);
  }
  return blocks;
}

function addFreshSums(
  state: ContentState,
  summed: FileBlocks | undefined,
  sums: readonly number[] = [],
): void {
  for (const [index, block] of (summed?.blocks ?? []).entries()) {
    const sum = sums[index] ?? UNKNOWN_SUM;
    if (sum === UNKNOWN_SUM) continue;
    state.freshSums ??= new BlockSums();
    state.freshSums.set(block, sum);
  }
}
