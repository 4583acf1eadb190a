/** The check of what is kept, against the checksums of the server. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checked } from '../../src/fs/cache-check.js';
import { EngineBench } from '../support/engine-bench.js';

const MIB = 1024 ** 2;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

function check(): Checked {
  let checked: Checked | undefined;
  bench.engine.cacheJobs.check((result) => (checked = result));
  for (let round = 0; checked === undefined && round < 10_000; round += 1) bench.advance(100);
  if (checked === undefined) throw new Error('the check does not end');
  return checked;
}

/** A file that was sent from here, so that the server knows its checksum. */
function sentFile(name: string, text: string): void {
  bench.write(name, text);
  bench.settle();
}

function dataFile(name: string): string {
  const { tree, contents } = bench.engine.context;
  return contents.dataPath(tree.get(bench.lookup(name))?.content ?? '');
}

function flip(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
}

describe('the check', () => {
  it('finds one flipped bit in a large file, and what is read then is what the server has', () => {
    const text = 'abcdefgh'.repeat((9 * MIB) / 8);
    sentFile('big.bin', text);
    sentFile('small.txt', 'small');
    expect(check()).toMatchObject({ files: 2, compared: 2, repaired: [], lost: [] });
    flip(dataFile('big.bin'), 8 * MIB + 5);
    expect(check()).toMatchObject({ repaired: ['big.bin'], lost: [] });
    const hash = (value: string) => createHash('sha1').update(value).digest('hex');
    expect(hash(bench.read('big.bin'))).toBe(hash(text));
    expect(check()).toMatchObject({ repaired: [] });
    expect(bench.engine.context.contents.care.damagedCount).toBe(1);
  });

  it('brings a pinned file here again, though nobody reads it', () => {
    sentFile('pinned.txt', 'to be kept');
    bench.engine.context.sync.pinning.pin(bench.lookup('pinned.txt'));
    bench.settle();
    flip(dataFile('pinned.txt'), 0);
    expect(check()).toMatchObject({ repaired: ['pinned.txt'] });
    bench.settle();
    bench.server.failure = 'offline';
    bench.advance(60_000);
    expect(bench.read('pinned.txt')).toBe('to be kept');
  });

  it('leaves unsent bytes alone, whatever the server has', () => {
    sentFile('mine.txt', 'first');
    bench.server.failure = 'offline';
    bench.write('mine.txt', 'other');
    expect(check()).toMatchObject({ compared: 0, repaired: [], lost: [] });
    expect(bench.read('mine.txt')).toBe('other');
  });

  it('does not count as a use, which decides what stays', () => {
    sentFile('old.txt', 'old');
    sentFile('new.txt', 'new');
    bench.engine.context.contents.touch(
      bench.engine.context.tree.get(bench.lookup('new.txt'))?.content ?? '',
    );
    check();
    const freed = bench.engine.context.keeper.evict({ bytes: 1, after: -1, mayGo: () => true });
    expect(freed.evicted).toBe(1);
    expect(bench.engine.context.tree.get(bench.lookup('old.txt'))?.content).toBeUndefined();
    expect(bench.engine.context.tree.get(bench.lookup('new.txt'))?.content).toBeDefined();
  });
});
