/** Hashes of what will be sent, read in slices so that other work goes on in between. */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { HASH_SLICE_BYTES } from '../limits.js';
import { abortedError } from './network-error.js';
import type { SourceHashes, UploadSource } from './remote.js';

/** @throws kind `aborted`, also when the content changes meanwhile. */
export async function hashesOf(
  source: UploadSource,
  size: number,
  signal: AbortSignal,
): Promise<SourceHashes> {
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1');
  const slice = Buffer.allocUnsafe(Math.min(size, HASH_SLICE_BYTES));
  for (let offset = 0; offset < size; offset += slice.length) {
    if (signal.aborted) throw abortedError({ op: 'hash' });
    const part = slice.subarray(0, Math.min(slice.length, size - offset));
    source.read(offset, part);
    sha256.update(part);
    sha1.update(part);
    if (offset + part.length < size) await turn();
  }
  return { sha256: sha256.digest('hex'), sha1: sha1.digest('hex') };
}
