/**
 * Hashes of files whose upload is still to come. They belong to the bytes under the guard that they
 * were taken with: as long as its counter stands, those are what the upload will read.
 */
import { HASHES_AHEAD_MAX } from '../limits.js';
import { FileSource } from './file-source.js';
import type { Effect } from './messages.js';
import type { SourceHashes } from './remote.js';
import { hashesOf } from './source-hash.js';

/** What is hashed; of an upload, what it is about to send. */
export type HashedBytes = Omit<Extract<Effect, { readonly op: 'hash-file' }>, 'op'>;

export class HashesAhead {
  /** Undefined where the bytes have changed or cannot be read. The oldest first. */
  readonly #hashes = new Map<string, Promise<SourceHashes | undefined>>();
  /** To be begun. */
  readonly #wanted = new Set<string>();

  want(bytes: HashedBytes): void {
    this.#wanted.add(keyOf(bytes));
  }

  /** Resolves when the bytes are hashed, cannot be, or their upload does that by now. */
  async begin(bytes: HashedBytes, signal: AbortSignal): Promise<void> {
    const key = keyOf(bytes);
    if (!this.#wanted.delete(key)) return;
    const hashes = hash(bytes, signal).catch(() => undefined);
    this.#hashes.set(key, hashes);
    const [oldest] = this.#hashes.keys();
    if (oldest !== undefined && this.#hashes.size > HASHES_AHEAD_MAX) this.#hashes.delete(oldest);
    await hashes;
  }

  /** @returns what was begun of just these bytes: it goes once. */
  take(bytes: HashedBytes): Promise<SourceHashes | undefined> | undefined {
    const key = keyOf(bytes);
    const hashes = this.#hashes.get(key);
    this.#hashes.delete(key);
    this.#wanted.delete(key);
    return hashes;
  }
}

async function hash(
  { dataFile, size, guard }: HashedBytes,
  signal: AbortSignal,
): Promise<SourceHashes> {
  const source = new FileSource(dataFile, guard);
  try {
    return await hashesOf(source, size, signal);
  } finally {
    source.close();
  }
}

function keyOf({ dataFile, size, guard }: HashedBytes): string {
  return `${guard.index}:${guard.expected}:${size}:${dataFile}`;
}
