/**
 * Makes data files durable away from the engine, which would stand still while the disk works.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { constants } from 'node:fs';
import { SYNCS_AT_ONCE_MAX } from '../limits.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/**
 * Bytes first, then the folders' entries.
 * @returns the files of which this is not proven; one that is gone needs no proof.
 */
export async function syncFiles(dataFiles: readonly string[]): Promise<readonly string[]> {
  const failed = new Set(await failures(dataFiles, syncFile));
  const folders = [...new Set(dataFiles.map((file) => path.dirname(file)))];
  const failedFolders = new Set(await failures(folders, syncFolder));
  return dataFiles.filter((file) => failed.has(file) || failedFolders.has(path.dirname(file)));
}

/** Few at once: each holds a thread of the pool that also resolves host names. */
async function failures(
  paths: readonly string[],
  sync: (path: string) => Promise<void>,
): Promise<string[]> {
  const failed: string[] = [];
  const queue = paths.values();
  const work = async (): Promise<void> => {
    for (const each of queue) {
      try {
        await sync(each);
      } catch (error) {
        if (!isMissing(error)) failed.push(each);
      }
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE_MAX }, work));
  return failed;
}

async function syncFile(dataFile: string): Promise<void> {
  const file = await fs.open(dataFile, O_RDONLY | O_NOFOLLOW);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
