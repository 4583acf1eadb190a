/**
 * Brings a range of a file into its data file, or into memory, while it arrives, and tells how far
 * it stands there, early and often: somebody waits for the first block, not for the last.
 */
import fs from 'node:fs';
import { assert } from '../assert.js';
import type { Clock } from '../clock.js';
import { FETCH_PROGRESS_BYTES, FETCH_PROGRESS_MS } from '../limits.js';
import { diskError, openDataFile } from './file-source.js';
import type { Effect } from './messages.js';
import type { ReadGate, Remote } from './remote.js';

type Fetch = Extract<Effect, { readonly op: 'fetch' }>;

export interface FetchContext {
  readonly remote: Remote;
  readonly clock: Clock;
  /** Every byte of the range before `upTo` stands in the file. */
  readonly onFetched: (upTo: number) => void;
  readonly gate?: ReadGate | undefined;
}

/** When it has ended, well or not, nothing more is written. */
export async function fetchInto(
  context: FetchContext,
  effect: Fetch,
  signal: AbortSignal,
): Promise<void> {
  const fd = openDataFile(effect.dataFile, fs.constants.O_WRONLY);
  try {
    await fetchRange(context, effect, signal, (chunk, offset) => writeAll(fd, chunk, offset));
  } finally {
    fs.closeSync(fd);
  }
}

/** Into memory that the engine sees. */
export async function fetchBytes(
  context: FetchContext,
  effect: Extract<Effect, { readonly op: 'fetch-bytes' }>,
  signal: AbortSignal,
): Promise<void> {
  const into = new Uint8Array(effect.into);
  await fetchRange(context, effect, signal, (chunk, offset) =>
    into.set(chunk, offset - effect.start),
  );
}

interface FetchedRange {
  readonly path: string;
  readonly etag: string;
  readonly start: number;
  readonly end: number;
}

async function fetchRange(
  { remote, clock, onFetched, gate }: FetchContext,
  { path, etag, start, end }: FetchedRange,
  signal: AbortSignal,
  keep: (chunk: Uint8Array, offset: number) => void,
): Promise<void> {
  const progress = new Progress(start, clock, onFetched);
  const onData = (chunk: Uint8Array, offset: number): void => {
    const upTo = offset + chunk.length;
    assert(offset >= start && upTo <= end, 'bytes of a fetch lie within its range');
    keep(chunk, offset);
    progress.reached(upTo);
  };
  try {
    await remote.read(path, { etag, start, end, gate }, onData, signal);
  } finally {
    progress.tell();
  }
}

/** Tells at once what is the first, or much, and everything within some milliseconds. */
class Progress {
  readonly #clock: Clock;
  readonly #onFetched: (upTo: number) => void;
  #upTo: number;
  #told: number;
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(start: number, clock: Clock, onFetched: (upTo: number) => void) {
    this.#clock = clock;
    this.#onFetched = onFetched;
    this.#upTo = start;
    this.#told = start;
  }

  reached(upTo: number): void {
    this.#upTo = upTo;
    const isMuch = upTo - this.#told >= FETCH_PROGRESS_BYTES;
    if (isMuch || this.#clock.monotonic() - this.#toldAt >= FETCH_PROGRESS_MS) this.tell();
    else this.#timer ??= setTimeout(() => this.tell(), FETCH_PROGRESS_MS);
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#upTo === this.#told) return;
    this.#told = this.#upTo;
    this.#toldAt = this.#clock.monotonic();
    this.#onFetched(this.#upTo);
  }
}

function writeAll(fd: number, data: Uint8Array, offset: number): void {
  let done = 0;
  try {
    while (done < data.length) {
      done += fs.writeSync(fd, data, done, data.length - done, offset + done);
    }
  } catch (error) {
    throw diskError('write data file', error);
  }
}
