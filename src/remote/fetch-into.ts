/**
 * Brings a range of a file into its data file while it arrives, and tells how far it stands there,
 * early and often: somebody waits for the first block, not for the last.
 */
import fs from 'node:fs';
import { assert } from '../assert.js';
import type { Clock } from '../clock.js';
import { FETCH_PROGRESS_BYTES, FETCH_PROGRESS_MS } from '../limits.js';
import { diskError, openDataFile } from './file-source.js';
import type { Effect } from './messages.js';
import type { Remote } from './remote.js';

type Fetch = Extract<Effect, { readonly op: 'fetch' }>;

export interface FetchContext {
  readonly remote: Remote;
  readonly clock: Clock;
  /** Every byte of the range before `upTo` stands in the file. */
  readonly onFetched: (upTo: number) => void;
}

/** When it has ended, well or not, nothing more is written. */
export async function fetchInto(
  context: FetchContext,
  effect: Fetch,
  signal: AbortSignal,
): Promise<void> {
  const { clock, onFetched } = context;
  const { path, etag, start, end } = effect;
  const fd = openDataFile(effect.dataFile, fs.constants.O_WRONLY);
  let told = start;
  let toldAt = clock.monotonic();
  const onData = (chunk: Uint8Array, offset: number): void => {
    const upTo = offset + chunk.length;
    assert(offset >= start && upTo <= end, 'bytes of a fetch lie within its range');
    writeAll(fd, chunk, offset);
    const now = clock.monotonic();
    if (upTo - told < FETCH_PROGRESS_BYTES && now - toldAt < FETCH_PROGRESS_MS) return;
    told = upTo;
    toldAt = now;
    onFetched(upTo);
  };
  try {
    await context.remote.read(path, { etag, start, end }, onData, signal);
  } finally {
    fs.closeSync(fd);
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
