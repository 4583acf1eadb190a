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
import type { UploadLine } from './upload-line.js';

export class DirectUploads {
  readonly #clock: Clock;
  readonly #line: UploadLine;
  #refusedBytes = Infinity;
  #isCutKept = false;

  constructor(clock: Clock, line: UploadLine) {
    this.#clock = clock;
    this.#line = line;
  }

  admits(size: number): boolean {
    if (size > DIRECT_PUT_NEW_BYTES_MAX || size >= this.#refusedBytes) return false;
    const unknown = this.#isCutKept ? 0 : Infinity;
    return size <= (this.#line.bytesIn(DIRECT_PUT_MS_MAX) ?? unknown);
  }

  /** The server, or one in front of it, takes no body of this size. */
  refused(size: number): void {
    this.#refusedBytes = Math.min(this.#refusedBytes, size);
  }

  /** Others see the beginning of what is given up: no more trials of a line that is not known. */
  cutIsKept(): void {
    this.#isCutKept = true;
  }

  begin(size: number): DirectTrial {
    return new DirectTrial(this.#clock, size, this.#line);
  }
}

/** One PUT of a file that may be too large for it. */
export class DirectTrial {
  readonly #clock: Clock;
  readonly #size: number;
  readonly #line: UploadLine;
  #startedAt: number | undefined;
  #isGivenUp = false;

  constructor(clock: Clock, size: number, line: UploadLine) {
    this.#clock = clock;
    this.#size = size;
    this.#line = line;
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
    this.#line.sent(bytes, took);
    throw new NuageError('aborted', 'the line is too slow for one request');
  }

  done(): void {
    if (this.#startedAt === undefined) return;
    this.#line.answered(this.#size, this.#clock.monotonic() - this.#startedAt);
  }
}
