/**
 * Reads blocks of data files away from the engine, to sum them or to hold them against their sums.
 * One block at a time: what else the main thread has to do goes on between them.
 */
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import {
  differing,
  type FileBlocks,
  type Piece,
  sumBlocks,
  type SummedBlocks,
} from '../block-sum.js';
import { BLOCK_SIZE_BYTES } from '../limits.js';

const { O_RDONLY, O_NOFOLLOW } = constants;

/** Blocks that cannot be read any more, or are not wanted any more, have no sum. */
export async function sumOpenFile(
  file: fs.FileHandle,
  wanted: FileBlocks,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const buffer = Buffer.allocUnsafe(BLOCK_SIZE_BYTES);
  const summing = sumBlocks(wanted, buffer);
  let next = summing.next();
  while (next.done !== true) {
    const { start, length } = next.value;
    next = summing.next(signal.aborted ? 0 : await readSome(file, buffer, { start, length }));
  }
  return next.value;
}

/** @returns of each file the blocks that are not what they were. */
export async function checkBlocks(
  files: readonly SummedBlocks[],
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const found: number[][] = [];
  for (const wanted of files) found.push(differing(wanted, await sumFile(wanted, signal)));
  return found;
}

async function sumFile(wanted: FileBlocks, signal: AbortSignal): Promise<readonly number[]> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(wanted.dataFile, O_RDONLY | O_NOFOLLOW);
  } catch {
    // A file that is gone is found, and healed, by who reads it.
    return [];
  }
  try {
    return await sumOpenFile(file, wanted, signal);
  } finally {
    await file.close();
  }
}

async function readSome(file: fs.FileHandle, into: Uint8Array, piece: Piece): Promise<number> {
  try {
    return (await file.read(into, 0, piece.length, piece.start)).bytesRead;
  } catch {
    return 0;
  }
}
