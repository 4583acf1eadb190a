/**
 * The data file of a content as the source of an upload. The engine bumps the content's counter
 * before it writes, so bytes that were read while the counter stood at the expected value, before
 * and after, are those of the expected version.
 */
import fs from 'node:fs';
import { codeOf, KIND_OF_SYSTEM_CODE, NuageError } from '../errors.js';
import type { VersionGuard } from './messages.js';
import type { UploadSource } from './remote.js';

const { O_RDONLY, O_NOFOLLOW } = fs.constants;

export class FileSource implements UploadSource {
  readonly #fd: number;
  readonly #counters: Int32Array;
  readonly #guard: VersionGuard;

  /** @throws kind `aborted` when the file is gone: its content was replaced. */
  constructor(dataFile: string, guard: VersionGuard) {
    this.#fd = openDataFile(dataFile, O_RDONLY);
    this.#guard = guard;
    this.#counters = new Int32Array(guard.counters);
  }

  read(offset: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const count = this.#readSome(into, done, offset + done);
      if (count === 0) throw changed();
      done += count;
    }
    if (Atomics.load(this.#counters, this.#guard.index) !== this.#guard.expected) throw changed();
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #readSome(into: Uint8Array, start: number, position: number): number {
    try {
      return fs.readSync(this.#fd, into, start, into.length - start, position);
    } catch (error) {
      throw diskError('read data file', error);
    }
  }
}

/** @param flags of open(2); a link in place of the file is not followed. */
export function openDataFile(dataFile: string, flags: number): number {
  try {
    return fs.openSync(dataFile, flags | O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      throw new NuageError('aborted', 'the content is no longer here', { cause: error });
    }
    throw diskError('open data file', error);
  }
}

export function diskError(op: string, error: unknown): NuageError {
  const kind = KIND_OF_SYSTEM_CODE[codeOf(error)] ?? 'io';
  return new NuageError(kind, `the disk of the cache: ${String(error)}`, { op, cause: error });
}

function changed(): NuageError {
  return new NuageError('aborted', 'the file is being written', { op: 'read data file' });
}
