/**
 * Ids of new contents: random but for the first byte, which names the folder of the data file.
 * Files that are made one after the other lie in one folder, so the disk has fewer places to write
 * to while they are made, and fewer folders to make durable afterwards.
 */
import { CONTENTS_IN_A_ROW } from '../limits.js';

const ID_BYTES = 16;

export class ContentIds {
  readonly #random: (size: number) => Uint8Array;
  #folder: number | undefined;
  #left = 0;

  constructor(random: (size: number) => Uint8Array) {
    this.#random = random;
  }

  /** 32 lower-case hex digits. */
  next(): string {
    const id = Buffer.from(this.#random(ID_BYTES));
    if (this.#left === 0) {
      this.#folder = this.#folder === undefined ? id[0] : (this.#folder + 1) % 256;
      this.#left = CONTENTS_IN_A_ROW;
    }
    this.#left -= 1;
    id[0] = this.#folder ?? 0;
    return id.toString('hex');
  }
}
