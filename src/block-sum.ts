/**
 * The sum of a block of the cache, by which a flipped bit is found: the main thread makes and
 * compares sums, the engine keeps them.
 */
import { crc32 } from 'node:zlib';
import { BLOCK_SIZE_BYTES } from './limits.js';

/** In place of the sum of a block of which none was made. */
export const UNKNOWN_SUM = 0;

/** CRC-32; a 0, which stands for an unknown one, counts as 1. */
export function blockSum(block: Uint8Array): number {
  return crc32(block) || 1;
}

/** Blocks of one data file. */
export interface FileBlocks {
  /** Absolute. */
  readonly dataFile: string;
  /** Of the file, in bytes: its last block may be short. */
  readonly size: number;
  /** Numbers of blocks. */
  readonly blocks: readonly number[];
}

/** The same with the sum that each of the blocks must have. */
export interface SummedBlocks extends FileBlocks {
  readonly sums: readonly number[];
}

/** To be read into the buffer, from its beginning. */
export interface Piece {
  readonly start: number;
  readonly length: number;
}

/**
 * The sum of each block. Yields what is to be read and is told how many bytes have come, so that
 * it does not matter how they are read.
 */
export function* sumBlocks(
  { size, blocks }: Pick<FileBlocks, 'size' | 'blocks'>,
  buffer: Uint8Array,
): Generator<Piece, number[], number> {
  const sums: number[] = [];
  for (const block of blocks) {
    const start = block * BLOCK_SIZE_BYTES;
    const length = Math.min(BLOCK_SIZE_BYTES, size - start);
    const isRead = (yield { start, length }) === length;
    sums.push(isRead ? blockSum(buffer.subarray(0, length)) : UNKNOWN_SUM);
  }
  return sums;
}

/** The blocks that add up to something else than they must. One without a sum says nothing. */
export function differing({ blocks, sums }: SummedBlocks, found: readonly number[]): number[] {
  return blocks.filter((_, index) => {
    const sum = found[index] ?? UNKNOWN_SUM;
    return sum !== UNKNOWN_SUM && sum !== sums[index];
  });
}
