/** What a simulated server keeps of the past: versions of a file, and its trash. */
import { NuageError } from '../../src/errors.js';
import type { FileVersion } from '../../src/remote/remote.js';

export interface Versioned {
  bytes: Buffer;
  mtime: number;
  /** What it held before, the oldest first. */
  readonly versions: { readonly bytes: Buffer; readonly mtime: number }[];
}

export function keepVersion(file: Versioned): void {
  file.versions.push({ bytes: file.bytes, mtime: file.mtime });
}

/** The newest first, which is what it holds now. */
export function versionsOf(file: Versioned): readonly FileVersion[] {
  return [...file.versions, file]
    .map(({ bytes, mtime }) => ({ id: String(mtime), size: bytes.length, mtime, author: 'prof' }))
    .reverse();
}

export function versionBytes(file: Versioned, id: string): Buffer {
  const found = [...file.versions, file].find(({ mtime }) => String(mtime) === id);
  if (found === undefined) throw new NuageError('not-found', id);
  return found.bytes;
}

/** Beside what has taken the name meanwhile. */
export function restoredName(name: string, taken: ReadonlyMap<string, unknown>): string {
  return taken.has(name) ? name.replace(/(\.[^.]*)?$/, ' (restored)$1') : name;
}
