/**
 * The server's internal locks: a body being received holds its file exclusively, a body being sent
 * holds it shared. Nothing waits: what meets a lock is refused at once.
 */
import { locked } from './dav-error.js';

export class Locks {
  /** Path below the user's root → -1 for exclusive, else the number of readers. */
  readonly #held = new Map<string, number>();

  /** Each returns the function that releases; throws 423 where the lock cannot be had. */
  exclusive(path: string): () => void {
    const held = this.#held.get(path);
    if (held !== undefined) throw locked(path, held < 0 ? 'exclusive' : 'shared');
    this.#held.set(path, -1);
    return once(() => this.#held.delete(path));
  }

  shared(path: string): () => void {
    const held = this.#held.get(path) ?? 0;
    if (held < 0) throw locked(path, 'exclusive');
    this.#held.set(path, held + 1);
    return once(() => {
      const left = (this.#held.get(path) ?? 1) - 1;
      if (left === 0) this.#held.delete(path);
      else this.#held.set(path, left);
    });
  }

  /** Throws 423 when the path, or anything below it, is held. */
  checkFree(path: string): void {
    if (this.#held.size === 0) return;
    for (const [held, count] of this.#held) {
      if (held !== path && !held.startsWith(`${path}/`)) continue;
      throw locked(held, count < 0 ? 'exclusive' : 'shared');
    }
  }
}

function once(release: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    release();
  };
}
