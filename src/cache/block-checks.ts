/**
 * Which blocks were read from the data files and are still to be compared with their sums, each
 * once in the life of a process. It is done elsewhere, as syncing is: a round is taken, carried out
 * and reported. What happened to a content meanwhile makes what was found of it void.
 */
import { type SummedBlocks, UNKNOWN_SUM } from '../block-sum.js';
import {
  BLOCK_SIZE_BYTES,
  CHECK_ROUND_BLOCKS,
  CHECK_ROUND_FILES,
  CHECK_WAITING_BLOCKS_MAX,
  SUMMED_BLOCKS_MAX,
} from '../limits.js';
import type { ContentCatalog } from './content-catalog.js';
import type { ContentState } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { SumTable } from './sum-table.js';

export interface BlockChecksParts {
  readonly catalog: ContentCatalog;
  readonly files: DataFiles;
  readonly sums: SumTable;
}

/** Blocks to compare elsewhere, in one go. */
export interface CheckRound {
  /** Empty where none of the blocks that were looked at has a sum. */
  readonly files: readonly SummedBlocks[];
}

/** Blocks whose bytes are not those that were fetched. */
export interface Damage {
  readonly id: string;
  readonly blocks: readonly number[];
}

/** A content as it was when the round was taken. */
interface Taken {
  readonly state: ContentState;
  readonly epoch: number;
}

const blockAt = (offset: number): number => Math.floor(offset / BLOCK_SIZE_BYTES);

export class BlockChecks {
  readonly #parts: BlockChecksParts;
  /** By content; each block is marked in `seen` of its state. */
  readonly #waiting = new Map<string, number[]>();
  /** Of all of them, at most {@link CHECK_WAITING_BLOCKS_MAX}. */
  #waitingBlocks = 0;
  /** The contents of each round under way, in the order of its files. */
  readonly #rounds = new Map<CheckRound, readonly Taken[]>();
  #noted: () => void = () => undefined;
  #reads = 0;

  constructor(parts: BlockChecksParts) {
    this.#parts = parts;
  }

  /** How many reads there were, of any content: while this stands still it is quiet. */
  get reads(): number {
    return this.#reads;
  }

  /** Calls `fn` when a block waits that did not. */
  onNoted(fn: () => void): void {
    this.#noted = fn;
  }

  /** These bytes were read: on the way of every read, so it does next to nothing. */
  note(state: ContentState, offset: number, bytes: number): void {
    this.#reads += 1;
    if (state.dirty || bytes === 0) return;
    const last = blockAt(offset + bytes - 1);
    for (let block = blockAt(offset); block <= last; block += 1) {
      if (((state.seen?.[block >> 3] ?? 0) & (1 << (block & 7))) === 0) this.#first(state, block);
    }
  }

  /** Undefined where nothing waits. Who takes a round ends it or drops it. */
  take(): CheckRound | undefined {
    if (this.#waiting.size === 0) return undefined;
    const files: SummedBlocks[] = [];
    const taken: Taken[] = [];
    let [blocksLeft, filesLeft] = [CHECK_ROUND_BLOCKS, CHECK_ROUND_FILES];
    for (const [id, waiting] of this.#waiting) {
      if (blocksLeft === 0 || filesLeft === 0) break;
      const blocks = waiting.splice(0, blocksLeft);
      if (waiting.length === 0) this.#waiting.delete(id);
      this.#waitingBlocks -= blocks.length;
      blocksLeft -= blocks.length;
      filesLeft -= 1;
      const state = this.#parts.catalog.find(id);
      const file = state === undefined ? undefined : this.#withSums(state, blocks);
      if (state === undefined || file === undefined) continue;
      files.push(file);
      taken.push({ state, epoch: state.epoch });
    }
    const round = { files };
    this.#rounds.set(round, taken);
    return round;
  }

  /**
   * @param differing blocks of each file of the round that have another sum.
   * @returns those of contents to which nothing has happened since the round was taken.
   */
  end(round: CheckRound, differing: readonly (readonly number[])[]): readonly Damage[] {
    const taken = this.#rounds.get(round) ?? [];
    this.#rounds.delete(round);
    return taken.flatMap(({ state, epoch }, index) => {
      const blocks = differing[index] ?? [];
      const isAsTaken = state.epoch === epoch && this.#parts.catalog.find(state.id) === state;
      return blocks.length > 0 && isAsTaken ? [{ id: state.id, blocks }] : [];
    });
  }

  /** Nothing of the round was carried out: it is due again with the next read. */
  drop(round: CheckRound): void {
    for (const { state } of this.#rounds.get(round) ?? []) state.seen = undefined;
    this.#rounds.delete(round);
  }

  #first(state: ContentState, block: number): void {
    if (block >= SUMMED_BLOCKS_MAX || this.#waitingBlocks >= CHECK_WAITING_BLOCKS_MAX) return;
    const seen = withBlock(state, block);
    seen[block >> 3] = (seen[block >> 3] ?? 0) | (1 << (block & 7));
    const waiting = this.#waiting.get(state.id);
    if (waiting === undefined) this.#waiting.set(state.id, [block]);
    else waiting.push(block);
    this.#waitingBlocks += 1;
    this.#noted();
  }

  #withSums(state: ContentState, blocks: readonly number[]): SummedBlocks | undefined {
    const sums = this.#parts.sums.of(state);
    if (sums === undefined) return undefined;
    const summed = blocks.filter((block) => sums.get(block) !== UNKNOWN_SUM);
    if (summed.length === 0) return undefined;
    return {
      dataFile: this.#parts.files.pathOf(state.id),
      size: state.size,
      blocks: summed,
      sums: summed.map((block) => sums.get(block)),
    };
  }
}

/** The marks of a content, with room for this block. */
function withBlock(state: ContentState, block: number): Uint8Array {
  const { seen } = state;
  if (seen !== undefined && block >> 3 < seen.length) return seen;
  const blocks = Math.min(Math.ceil(state.size / BLOCK_SIZE_BYTES), SUMMED_BLOCKS_MAX);
  const grown = new Uint8Array(Math.ceil(Math.max(blocks, block + 1) / 8));
  if (seen !== undefined) grown.set(seen);
  state.seen = grown;
  return grown;
}
