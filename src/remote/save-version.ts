/** Brings an older version of a file into a file of its own, which was not there before. */
import fs from 'node:fs/promises';
import { NuageError } from '../errors.js';
import type { Effect } from './messages.js';
import type { Remote } from './remote.js';

type Save = Extract<Effect, { readonly op: 'save-version' }>;

/** When it fails, nothing of it remains. @throws kind `exists` where something has the name. */
export async function saveVersion(
  remote: Remote,
  { fileId, version, file }: Save,
  signal: AbortSignal,
): Promise<void> {
  const into = await create(file);
  try {
    await remote.readVersion(fileId, version, (chunk) => into.writeFile(chunk), signal);
    await into.utimes(version.mtime, version.mtime);
    await into.close();
  } catch (error) {
    await into.close().catch(() => undefined);
    await fs.rm(file, { force: true });
    throw error instanceof NuageError ? error : notWritten(file, error);
  }
}

async function create(file: string): Promise<fs.FileHandle> {
  try {
    return await fs.open(file, 'wx');
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isTaken) throw notWritten(file, error);
    throw new NuageError('exists', 'there is a file of this name already', { path: file });
  }
}

function notWritten(file: string, cause: unknown): NuageError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new NuageError('io', `the file could not be written${why}`, { path: file, cause });
}
