/**
 * Makes data files durable away from the engine, which would stand still while the disk works, and
 * sums what was fetched of them while their pages are still in memory.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { constants } from 'node:fs';
import type { FileBlocks } from '../block-sum.js';
import { SYNCS_AT_ONCE_MAX } from '../limits.js';
import type { SyncedFiles } from './messages.js';
import { sumOpenFile } from './sum-blocks.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/** Bytes first, then the folders' entries. A file that is gone needs no proof. */
export async function syncFiles(
  dataFiles: readonly string[],
  toSum: readonly FileBlocks[],
  signal: AbortSignal,
): Promise<SyncedFiles> {
  const wanted = new Map(toSum.map((blocks) => [blocks.dataFile, blocks]));
  const sums = new Map<string, readonly number[]>();
  const sync = async (dataFile: string): Promise<void> => {
    sums.set(dataFile, await syncFile(dataFile, wanted.get(dataFile), signal));
  };
  const failed = new Set(await failures(dataFiles, sync));
  const folders = [...new Set(dataFiles.map((file) => path.dirname(file)))];
  const failedFolders = new Set(await failures(folders, syncFolder));
  return {
    failed: dataFiles.filter((file) => failed.has(file) || failedFolders.has(path.dirname(file))),
    sums: toSum.map(({ dataFile }) => sums.get(dataFile) ?? []),
  };
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

async function syncFile(
  dataFile: string,
  toSum: FileBlocks | undefined,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const file = await fs.open(dataFile, O_RDONLY | O_NOFOLLOW);
  try {
    await file.datasync();
    return toSum === undefined ? [] : await sumOpenFile(file, toSum, signal);
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
