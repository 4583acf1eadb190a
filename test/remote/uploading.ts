/** Sends, and looks at what has arrived. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Nuage } from '../../src/demo/server.js';
import type { Remote, StoredFile, UploadMetadata, UploadSource } from '../../src/remote/remote.js';
import { never, sha256, sourceOf, uploadOf } from './support.js';

export function send(
  remote: Remote,
  path: string,
  bytes: Uint8Array,
  fields: Partial<UploadMetadata> & { source?: UploadSource; signal?: AbortSignal } = {},
): Promise<StoredFile> {
  const { source = sourceOf(bytes), signal = never(), ...metadata } = fields;
  return remote.write(path, source, uploadOf(bytes, metadata), {
    signal,
    onProgress: () => undefined,
  });
}

/** By hash: comparing buffers of some MiB byte by byte takes minutes. */
export async function expectStored(nuage: Nuage, path: string, bytes: Uint8Array): Promise<void> {
  expect(sha256(await readFile(join(nuage.folder, path)))).toBe(sha256(bytes));
}
