/**
 * Which bytes of a content are here. A content has blocks that can be fetched, up to `fetchable`
 * bytes, with one bit each; what lies behind was made on this machine and is always here. Cutting
 * a file lowers `fetchable`, and extending it again does not raise it: those are zeros, and the
 * server's old bytes must not come back.
 */
import { assert } from '../assert.js';
import { BLOCK_SIZE_BYTES } from '../limits.js';

export interface ByteRange {
  readonly start: number;
  /** The byte behind the last. */
  readonly end: number;
}

const blockCount = (bytes: number): number => Math.ceil(bytes / BLOCK_SIZE_BYTES);

export class BlockMap {
  #fetchable: number;
  #bits: Uint8Array;
  /** Blocks below `fetchable` that are not here. */
  #missing: number;

  /** @param bits as saved; without, nothing is here. */
  constructor(fetchable: number, bits?: Uint8Array) {
    assert(Number.isSafeInteger(fetchable) && fetchable >= 0, 'fetchable is a size');
    const bytes = Math.ceil(blockCount(fetchable) / 8);
    assert(bits === undefined || bits.length === bytes, 'a bitmap has one bit per block');
    this.#fetchable = fetchable;
    this.#bits = bits ?? new Uint8Array(bytes);
    this.#missing = 0;
    for (let block = 0; block < blockCount(fetchable); block += 1) {
      if (!this.#has(block)) this.#missing += 1;
    }
  }

  get fetchable(): number {
    return this.#fetchable;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** No block that could be fetched is here. */
  get isEmpty(): boolean {
    return this.#missing === this.#count();
  }

  covers(start: number, end: number): boolean {
    const last = this.#lastTouched(start, end);
    for (let block = Math.floor(start / BLOCK_SIZE_BYTES); block < last; block += 1) {
      if (!this.#has(block)) return false;
    }
    return true;
  }

  /** Those that are in it, in order, before the block `end`. */
  *blocks(end: number): Generator<number> {
    const last = Math.min(end, this.#count());
    for (let block = 0; block < last; block += 1) if (this.#has(block)) yield block;
  }

  /** Block-aligned, clipped to `fetchable`, neighbours joined. */
  missing(start: number, end: number): ByteRange[] {
    const ranges: ByteRange[] = [];
    const last = this.#lastTouched(start, end);
    let from: number | undefined;
    for (let block = Math.floor(start / BLOCK_SIZE_BYTES); block < last; block += 1) {
      if (!this.#has(block)) {
        from ??= block;
      } else if (from !== undefined) {
        ranges.push(this.#bytesOf(from, block));
        from = undefined;
      }
    }
    if (from !== undefined) ranges.push(this.#bytesOf(from, last));
    return ranges;
  }

  /** Marks the blocks wholly inside; the last one may be short. @returns whether any is new. */
  addWhole(start: number, end: number): boolean {
    const first = blockCount(start);
    const last = end >= this.#fetchable ? this.#count() : Math.floor(end / BLOCK_SIZE_BYTES);
    return this.#add(first, last);
  }

  /** Marks every block that the range touches. @returns whether any is new. */
  addTouched(start: number, end: number): boolean {
    return this.#add(Math.floor(start / BLOCK_SIZE_BYTES), this.#lastTouched(start, end));
  }

  /** Takes out every block that the range touches. @returns whether any was in. */
  deleteTouched(start: number, end: number): boolean {
    const last = this.#lastTouched(start, end);
    let wasIn = false;
    for (let block = Math.floor(start / BLOCK_SIZE_BYTES); block < last; block += 1) {
      if (!this.#has(block)) continue;
      this.#setByte(block, this.#byte(block) & ~(1 << (block & 7)));
      this.#missing += 1;
      wasIn = true;
    }
    return wasIn;
  }

  /** Nothing from `size` on can be fetched any more. @returns whether that is new. */
  cut(size: number): boolean {
    if (size >= this.#fetchable) return false;
    const kept = blockCount(size);
    for (let block = kept; block < this.#count(); block += 1) {
      if (!this.#has(block)) this.#missing -= 1;
    }
    this.#fetchable = size;
    this.#bits = this.#bits.slice(0, Math.ceil(kept / 8));
    const rest = kept % 8;
    if (rest > 0) this.#setByte(kept - 1, this.#byte(kept - 1) & ((1 << rest) - 1));
    return true;
  }

  /** The bits to save, without those of `other`, which has the same blocks. */
  bitsWithout(other: BlockMap | undefined): Uint8Array {
    if (other === undefined) return this.#bits;
    assert(other.#fetchable === this.#fetchable, 'both maps speak of the same blocks');
    return this.#bits.map((byte, index) => byte & ~(other.#bits[index] ?? 0));
  }

  #add(first: number, last: number): boolean {
    let isNew = false;
    for (let block = first; block < last; block += 1) {
      if (this.#has(block)) continue;
      this.#setByte(block, this.#byte(block) | (1 << (block & 7)));
      this.#missing -= 1;
      isNew = true;
    }
    return isNew;
  }

  /** The block behind the last one with fetchable bytes in the range; 0 when there is none. */
  #lastTouched(start: number, end: number): number {
    const last = Math.min(end, this.#fetchable);
    return start < last ? blockCount(last) : 0;
  }

  #count(): number {
    return blockCount(this.#fetchable);
  }

  #bytesOf(firstBlock: number, lastBlock: number): ByteRange {
    return {
      start: firstBlock * BLOCK_SIZE_BYTES,
      end: Math.min(lastBlock * BLOCK_SIZE_BYTES, this.#fetchable),
    };
  }

  #has(block: number): boolean {
    return ((this.#bits[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  }

  #byte(block: number): number {
    return this.#bits[block >> 3] ?? 0;
  }

  #setByte(block: number, value: number): void {
    assert(block >> 3 < this.#bits.length, 'the block lies inside the map');
    this.#bits[block >> 3] = value;
  }
}

/** A write that begins or ends inside a block leaves the rest of it to what is there already. */
export function assertEdgesAreHere(map: BlockMap, start: number, end: number): void {
  if (start >= end) return;
  const startsInside = start % BLOCK_SIZE_BYTES !== 0;
  assert(!startsInside || map.covers(start, start + 1), 'the first block written is here');
  const endsInside = end % BLOCK_SIZE_BYTES !== 0 && end < map.fetchable;
  assert(!endsInside || map.covers(end - 1, end), 'the last block written is here');
}
