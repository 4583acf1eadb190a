/**
 * Which new files go in one PUT. Chunks cost a request each and one more copy on the server, and
 * are worth it where an upload takes so long that a broken line would cost much. How long it takes
 * is learnt from what goes: a PUT for which the line turns out too slow is given up at once.
 */
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import {
  CHUNK_BYTES_DEFAULT,
  DIRECT_PUT_MS_MAX,
  DIRECT_PUT_NEW_BYTES_MAX,
  DIRECT_PUT_TRIAL_MS,
} from '../limits.js';

export class DirectUploads {
  readonly #clock: Clock;
  #bytesMax = DIRECT_PUT_NEW_BYTES_MAX;
  #refusedBytes = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  admits(size: number): boolean {
    return size <= this.#bytesMax && size < this.#refusedBytes;
  }

  /** The server, or one in front of it, takes no body of this size. */
  refused(size: number): void {
    this.#refusedBytes = Math.min(this.#refusedBytes, size);
  }

  /** The line may be another one: what was learnt is forgotten. */
  forget(): void {
    this.#bytesMax = DIRECT_PUT_NEW_BYTES_MAX;
  }

  begin(size: number): DirectTrial {
    return new DirectTrial(this.#clock, size, (bytesPerMs) => {
      const bearable = bytesPerMs * DIRECT_PUT_MS_MAX;
      const atLeast = Math.max(bearable, CHUNK_BYTES_DEFAULT);
      this.#bytesMax = Math.min(atLeast, DIRECT_PUT_NEW_BYTES_MAX);
    });
  }
}

/** One PUT of a file that may be too large for it. */
export class DirectTrial {
  readonly #clock: Clock;
  readonly #size: number;
  readonly #learn: (bytesPerMs: number) => void;
  #startedAt: number | undefined;
  #isGivenUp = false;

  constructor(clock: Clock, size: number, learn: (bytesPerMs: number) => void) {
    this.#clock = clock;
    this.#size = size;
    this.#learn = learn;
  }

  /** Chunks are to be tried instead. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** @throws kind `aborted`, which cuts the request, when the rest would take too long. */
  sent(bytes: number): void {
    const now = this.#clock.monotonic();
    this.#startedAt ??= now;
    const took = now - this.#startedAt;
    if (this.#size <= CHUNK_BYTES_DEFAULT || took < DIRECT_PUT_TRIAL_MS) return;
    if ((this.#size / bytes) * took <= DIRECT_PUT_MS_MAX) return;
    this.#isGivenUp = true;
    this.#learn(bytes / took);
    throw new NuageError('aborted', 'the line is too slow for one request');
  }

  /** Only a large file tells of the line: with a small one the server's pause is all. */
  done(): void {
    if (this.#startedAt === undefined || this.#size < CHUNK_BYTES_DEFAULT / 2) return;
    this.#learn(this.#size / Math.max(1, this.#clock.monotonic() - this.#startedAt));
  }
}
