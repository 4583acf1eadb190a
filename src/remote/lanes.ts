/**
 * Bounded concurrency by kind of work: what waits for a lane never holds up another lane, so reads
 * and looks do not starve behind uploads.
 */
import { assert } from '../assert.js';

export class Lane {
  readonly #max: number;
  readonly #waiting = new Map<number, () => Promise<void>>();
  /** 0 to `#max`. */
  #running = 0;

  constructor(max: number) {
    assert(max > 0, 'a lane lets something through');
    this.#max = max;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @param run never rejects. */
  add(id: number, run: () => Promise<void>): void {
    assert(!this.#waiting.has(id), 'an id waits once');
    this.#waiting.set(id, run);
    this.#pump();
  }

  /** @returns whether it had not started; then it never will. */
  withdraw(id: number): boolean {
    return this.#waiting.delete(id);
  }

  #pump(): void {
    for (const [id, run] of this.#waiting) {
      if (this.#running >= this.#max) return;
      this.#waiting.delete(id);
      this.#running += 1;
      void run().finally(() => {
        this.#running -= 1;
        this.#pump();
      });
    }
  }
}
