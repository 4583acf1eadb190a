/**
 * One counter per file that is uploaded, or hashed for its upload, in memory that the main thread
 * sees too: a write to the file bumps it and the upload gives itself up before it sends a torn
 * piece.
 */
import { assert } from '../assert.js';
import { HASHES_AHEAD_MAX, SMALL_UPLOADS_AT_ONCE_MAX, UPLOADS_AT_ONCE_MAX } from '../limits.js';
import type { VersionGuard } from '../remote/messages.js';

const GUARDS = UPLOADS_AT_ONCE_MAX + SMALL_UPLOADS_AT_ONCE_MAX + HASHES_AHEAD_MAX;

export class VersionGuards {
  readonly #memory = new SharedArrayBuffer(GUARDS * Int32Array.BYTES_PER_ELEMENT);
  readonly #counters = new Int32Array(this.#memory);
  readonly #indexes = new Map<number, number>();

  /** Of the bytes as they are now; the same again while one is held and nothing was written. */
  take(ino: number): VersionGuard {
    const index = this.#indexes.get(ino) ?? this.#freeIndex();
    this.#indexes.set(ino, index);
    return {
      counters: this.#memory,
      index,
      expected: Atomics.load(this.#counters, index),
    };
  }

  release(ino: number): void {
    // Whoever still reads under this guard must not go on under the next holder's.
    this.bump(ino);
    this.#indexes.delete(ino);
  }

  /** The bytes of this file change now. */
  bump(ino: number): void {
    const index = this.#indexes.get(ino);
    if (index !== undefined) Atomics.add(this.#counters, index, 1);
  }

  #freeIndex(): number {
    const taken = new Set(this.#indexes.values());
    const index = this.#counters.findIndex((_, candidate) => !taken.has(candidate));
    assert(index >= 0, 'no more is hashed and uploaded than there are guards');
    return index;
  }
}
