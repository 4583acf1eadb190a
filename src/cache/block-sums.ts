/**
 * The sums of the blocks of one content, as its row holds them: 4 bytes each, little-endian, as far
 * as the last one that is known.
 */
import { UNKNOWN_SUM } from '../block-sum.js';
import { SUMMED_BLOCKS_MAX } from '../limits.js';

const SUM_BYTES = 4;

export class BlockSums {
  /** With room behind what is known. */
  #bytes: Buffer;
  #count: number;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = Buffer.from(bytes);
    this.#count = Math.floor(bytes.length / SUM_BYTES);
  }

  /** As many as the row has, known or not. */
  get count(): number {
    return this.#count;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#count * SUM_BYTES);
  }

  /** {@link UNKNOWN_SUM} for a block of which there is none. */
  get(block: number): number {
    return block < this.#count ? this.#bytes.readUInt32LE(block * SUM_BYTES) : UNKNOWN_SUM;
  }

  /** Of the blocks far behind in a very large file nothing is kept. */
  set(block: number, sum: number): void {
    if (block >= SUMMED_BLOCKS_MAX) return;
    if (block >= this.#count) this.#grow(block + 1);
    this.#bytes.writeUInt32LE(sum, block * SUM_BYTES);
  }

  /** Takes over all that is known in `others`. */
  add(others: BlockSums): void {
    for (let block = 0; block < others.count; block += 1) {
      const sum = others.get(block);
      if (sum !== UNKNOWN_SUM) this.set(block, sum);
    }
  }

  /** Those of the first blocks alone. */
  head(blocks: number): BlockSums {
    return new BlockSums(this.bytes.subarray(0, blocks * SUM_BYTES));
  }

  #grow(count: number): void {
    this.#count = count;
    if (count * SUM_BYTES <= this.#bytes.length) return;
    const bytes = Buffer.alloc(2 * count * SUM_BYTES);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}
