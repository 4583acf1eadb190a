import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockSum } from '../../src/block-sum.js';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { checkBlocks } from '../../src/remote/sum-blocks.js';
import { syncFiles } from '../../src/remote/sync-files.js';

let folder: string;

const { signal } = new AbortController();
const ABORTED = AbortSignal.abort();

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-sync-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function file(name: string, bytes: string | Uint8Array = 'bytes'): string {
  const at = path.join(folder, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, bytes);
  return at;
}

/** Two blocks of other letters, and the beginning of a third. */
function threeBlocks(): Buffer {
  return Buffer.concat([Buffer.alloc(B, 'a'), Buffer.alloc(B, 'b'), Buffer.from('rest')]);
}

describe('syncing files', () => {
  it('names none when all of them are on the disk', async () => {
    const files = Array.from({ length: 20 }, (_, index) => file(`${index % 3}/${index}`));
    expect(await syncFiles(files, [], signal)).toEqual({ failed: [], sums: [] });
  });

  it('has nothing to prove of a file that is gone, and no sums', async () => {
    const gone = path.join(folder, 'gone', 'file');
    const toSum = [{ dataFile: gone, size: 1, blocks: [0] }];
    expect(await syncFiles([gone], toSum, signal)).toEqual({ failed: [], sums: [[]] });
  });

  it('names those that could not be synced, and syncs the others', async () => {
    const link = path.join(folder, 'link');
    fs.symlinkSync(file('target'), link);
    expect((await syncFiles([link, file('other')], [], signal)).failed).toEqual([link]);
  });

  it('sums the blocks that are asked for, in the order of the question', async () => {
    const bytes = threeBlocks();
    const [a, b, c] = [file('a', 'other'), file('b', bytes), file('c', 'bytes')];
    const toSum = [
      { dataFile: c, size: 5, blocks: [0] },
      { dataFile: b, size: bytes.length, blocks: [2, 0] },
    ];
    const { sums } = await syncFiles([a, b, c], toSum, signal);
    expect(sums).toEqual([
      [blockSum(Buffer.from('bytes'))],
      [blockSum(bytes.subarray(2 * B)), blockSum(bytes.subarray(0, B))],
    ]);
  });

  it('sums nothing that is shorter than it should be, or that nobody wants any more', async () => {
    const toSum = [{ dataFile: file('a', 'short'), size: 6, blocks: [0, 1] }];
    expect((await syncFiles([file('a')], toSum, signal)).sums).toEqual([[0, 0]]);
    const wanted = [{ dataFile: file('b', 'b'), size: 1, blocks: [0] }];
    expect((await syncFiles([file('b', 'b')], wanted, ABORTED)).sums).toEqual([[0]]);
  });
});

describe('checking blocks', () => {
  it('names the blocks that add up to something else, and no other', async () => {
    const bytes = threeBlocks();
    const sums = [0, 1, 2].map((block) => blockSum(bytes.subarray(block * B, (block + 1) * B)));
    const asked = { dataFile: file('a', bytes), size: bytes.length, blocks: [0, 1, 2], sums };
    expect(await checkBlocks([asked], signal)).toEqual([[]]);
    bytes[B + 5] = (bytes[B + 5] ?? 0) ^ 1;
    bytes[2 * B + 3] = (bytes[2 * B + 3] ?? 0) ^ 128;
    file('a', bytes);
    expect(await checkBlocks([asked, { ...asked, blocks: [0] }], signal)).toEqual([[1, 2], []]);
    expect(await checkBlocks([asked], ABORTED)).toEqual([[]]);
  });

  it('says nothing of what it cannot read', async () => {
    const gone = { dataFile: path.join(folder, 'gone'), size: 5, blocks: [0], sums: [7] };
    const short = { dataFile: file('short', 'abc'), size: 5, blocks: [0], sums: [7] };
    expect(await checkBlocks([gone, short], signal)).toEqual([[], []]);
  });
});

describe('the sum of a block', () => {
  it('is never the mark of an unknown one', () => {
    expect(blockSum(new Uint8Array())).toBe(1);
    expect(blockSum(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
