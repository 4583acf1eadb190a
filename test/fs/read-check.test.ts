/** Damage to what is kept, found when it is read: without any checksum of the server. */
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checked } from '../../src/fs/cache-check.js';
import {
  BLOCK_SIZE_BYTES as B,
  CHECK_ROUND_BLOCKS,
  READ_CHECK_AFTER_MS,
  READ_CHECK_MS_MAX,
  READ_CHECK_PAUSES,
} from '../../src/limits.js';
import { EngineBench, type OpenFile } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

const TEXT = 'abcdefgh'.repeat((3 * B) / 8) + 'the end';
/** In the middle of its blocks. */
const PLACES = [5, B + 70_000, 2 * B, 3 * B + 3];

/** Read once, with its sums in the table. */
function fetchedFile(name = 'a', text = TEXT): void {
  bench.server.write(name, text);
  bench.settle();
  expect(bench.read(name)).toBe(text);
  bench.settle();
}

function contentId(name = 'a'): string {
  return bench.engine.context.tree.get(bench.lookup(name))?.content ?? '';
}

function flip(at: number, name = 'a'): void {
  const file = fs.openSync(bench.engine.context.contents.dataPath(contentId(name)), 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(file, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 4;
  fs.writeSync(file, byte, 0, 1, at);
  fs.closeSync(file);
}

function flipped(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 4) + text.slice(at + 1);
}

/** One block. */
function readAt(file: OpenFile, offset: number): void {
  const caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
  const into = Buffer.alloc(B);
  bench.run(() => bench.engine.fileSystem.read(caller, { ...file, offset }, into));
}

/** So much time passes, and what is due then is answered. */
function after(ms: number): void {
  bench.advance(ms);
  while (bench.step());
}

/** What is fetched gets its sums, as long as nobody holds them up. */
function afterSomeSeconds(): void {
  for (let second = 0; second < 12; second += 1) after(1_000);
}

/** The reader has paused: a look after the first read has seen more of them, another one none. */
function pause(): void {
  for (let look = 0; look < 2; look += 1) after(READ_CHECK_AFTER_MS);
}

function damagedCount(): number {
  return bench.engine.context.contents.care.damagedCount;
}

function warnings(): unknown[] {
  return bench.logs
    .filter(({ level, message }) => level === 'warn' && message.includes('not what was fetched'))
    .map(({ fields }) => fields?.['path']);
}

function checks(): number {
  return bench.server.log.filter(({ op }) => op === 'check-blocks').length;
}

/** All that is known of sums is compared now. */
function cacheCheck(): Checked {
  let checked: Checked | undefined;
  bench.engine.cacheJobs.check((result) => (checked = result));
  for (let round = 0; checked === undefined && round < 10_000; round += 1) bench.advance(100);
  if (checked === undefined) throw new Error('the check does not end');
  return checked;
}

describe('one flipped bit in a fetched file', () => {
  it.each(PLACES)('at %i is found soon after it was read, and fetched again', (at) => {
    fetchedFile();
    flip(at);
    expect(bench.read('a')).toBe(flipped(TEXT, at));
    pause();
    expect(damagedCount()).toBe(1);
    expect(warnings()).toEqual(['a']);
    const before = bench.server.fetchedBytes;
    expect(bench.read('a')).toBe(TEXT);
    expect(bench.server.fetchedBytes - before).toBe(at < 3 * B ? B : 7);
    bench.settle();
    bench.read('a');
    pause();
    expect(damagedCount()).toBe(1);
  });

  it.each(['clean', 'killed'] as const)('is found after a restart (%s) as well', (how) => {
    fetchedFile();
    bench.restart(how);
    flip(B);
    bench.read('a');
    pause();
    expect(damagedCount()).toBe(1);
    bench.restart(how);
    expect(bench.read('a'), 'the block is forgotten for good').toBe(TEXT);
  });

  it('is found while its reader goes on without a pause', () => {
    const blocks = (2 * READ_CHECK_MS_MAX) / READ_CHECK_AFTER_MS + 2;
    fetchedFile('a', 'x'.repeat(blocks * B));
    bench.restart();
    flip(0);
    const file = bench.open('a');
    for (let block = 0; block < blocks; block += 1) {
      readAt(file, block * B);
      after(READ_CHECK_AFTER_MS / 2);
    }
    expect(damagedCount()).toBe(1);
    bench.closeHandle(file);
  });

  it('makes the kernel drop its pages at the next open', () => {
    fetchedFile();
    const ino = bench.lookup('a');
    const { inodes } = bench.engine.context;
    expect(inodes.keepsPages(ino, contentId())).toBe(true);
    flip(0);
    bench.read('a');
    pause();
    expect(inodes.keepsPages(ino, contentId())).toBe(false);
  });

  it('heals under an open file', () => {
    fetchedFile();
    const file = bench.open('a');
    flip(B);
    expect(bench.readHandle(file.ino, file.handle)).toBe(flipped(TEXT, B));
    pause();
    expect(bench.readHandle(file.ino, file.handle)).toBe(TEXT);
    bench.closeHandle(file);
  });

  it('of a pinned file is mended though nobody reads it again', () => {
    fetchedFile();
    bench.engine.context.sync.pinning.pin(bench.lookup('a'));
    bench.settle();
    flip(B);
    bench.read('a');
    pause();
    bench.settle();
    bench.server.failure = 'offline';
    bench.advance(60_000);
    expect(bench.read('a')).toBe(TEXT);
  });

  it('in a block that is fetched again is found as well', () => {
    fetchedFile();
    flip(B);
    bench.read('a');
    pause();
    bench.read('a');
    bench.settle();
    flip(B + 1);
    bench.read('a');
    pause();
    expect(damagedCount()).toBe(2);
    expect(bench.read('a')).toBe(TEXT);
  });

  it('is found by the check of all that is kept, read or not', () => {
    fetchedFile();
    fetchedFile('b', 'other');
    flip(B + 9);
    expect(cacheCheck()).toEqual({ files: 2, compared: 0, repaired: ['a'], lost: [] });
    expect(damagedCount()).toBe(1);
    expect(bench.read('a')).toBe(TEXT);
    bench.settle();
    expect(cacheCheck()).toMatchObject({ repaired: [] });
  });

  it('is found by that check where only some of the file is here', () => {
    const text = 'x'.repeat(40 * B);
    bench.server.write('large', text);
    bench.settle();
    const file = bench.open('large');
    readAt(file, 20 * B);
    bench.closeHandle(file);
    bench.settle();
    expect(bench.engine.context.contents.isComplete(contentId('large'))).toBe(false);
    flip(20 * B + 1, 'large');
    expect(cacheCheck()).toMatchObject({ compared: 0, repaired: ['large'] });
    expect(bench.read('large')).toBe(text);
  });
});

describe('what is read', () => {
  it('is compared once in a process, and nothing that has no sum', () => {
    fetchedFile();
    bench.restart();
    const before = checks();
    bench.read('a');
    pause();
    expect(checks()).toBe(before + 1);
    bench.read('a');
    pause();
    bench.write('mine', TEXT);
    bench.read('mine');
    pause();
    expect(checks()).toBe(before + 1);
  });

  it('is not compared while somebody reads, whatever it is', () => {
    fetchedFile();
    fetchedFile('b', 'other');
    bench.restart();
    bench.read('b');
    pause();
    const before = checks();
    bench.read('a');
    for (let step = 1; step < READ_CHECK_MS_MAX / READ_CHECK_AFTER_MS; step += 1) {
      bench.read('b');
      after(READ_CHECK_AFTER_MS);
    }
    expect(checks()).toBe(before);
    pause();
    expect(checks()).toBe(before + 1);
  });

  it('is compared in rounds with pauses between them', () => {
    fetchedFile('a', 'x'.repeat((CHECK_ROUND_BLOCKS + 1) * B));
    bench.restart();
    const before = checks();
    bench.read('a');
    bench.server.holds = ({ op }) => op === 'check-blocks';
    pause();
    expect(checks()).toBe(before + 1);
    bench.advance(100);
    bench.server.holds = () => false;
    while (bench.step());
    after(100 * READ_CHECK_PAUSES - 1);
    expect(checks()).toBe(before + 1);
    after(READ_CHECK_AFTER_MS);
    expect(checks()).toBe(before + 2);
  });

  it('is not compared when the check comes back after the user has written', () => {
    fetchedFile();
    bench.restart();
    flip(B);
    bench.read('a');
    bench.server.holds = ({ op }) => op === 'check-blocks';
    pause();
    const file = bench.open('a');
    bench.writeHandle(file, 0, 'mine');
    bench.closeHandle(file);
    bench.server.holds = () => false;
    while (bench.step());
    expect(damagedCount()).toBe(0);
    expect(bench.read('a')).toBe(flipped(`mine${TEXT.slice(4)}`, B));
  });
});

/** Of these bytes the user is the author, or nobody knows any more: they are what they are. */
const CHANGES: readonly [string, () => string][] = [
  [
    'written into',
    () => {
      const file = bench.open('a');
      bench.writeHandle(file, B + 10, 'mine');
      bench.closeHandle(file);
      return `${TEXT.slice(0, B + 10)}mine${TEXT.slice(B + 14)}`;
    },
  ],
  ['cut', () => (bench.truncate('a', B + 20), TEXT.slice(0, B + 20))],
  ['extended', () => (bench.truncate('a', 4 * B), TEXT + '\0'.repeat(4 * B - TEXT.length))],
  ['replaced', () => (bench.write('a', `new ${TEXT}`), `new ${TEXT}`)],
];

describe.each(CHANGES)('a fetched file that the user has %s', (_, change) => {
  it.each([B + 12, 0])('keeps what it holds, with a flipped bit at %i, unsent and sent', (at) => {
    fetchedFile();
    bench.server.failure = 'offline';
    const text = change();
    flip(at);
    const held = flipped(text, at);
    for (const how of ['clean', 'killed'] as const) {
      expect(bench.read('a')).toBe(held);
      pause();
      expect(cacheCheck()).toMatchObject({ compared: 0, repaired: [], lost: [] });
      bench.restart(how);
    }
    expect(bench.read('a')).toBe(held);
    bench.server.failure = undefined;
    bench.settle();
    expect(bench.server.read('a')).toBe(held);
    expect(bench.read('a')).toBe(held);
    pause();
    expect(damagedCount()).toBe(0);
    expect(warnings()).toEqual([]);
  });

  it('raises no alarm when it was sent, trimmed and fetched again, whatever restarts', () => {
    fetchedFile();
    const text = change();
    for (const how of ['clean', 'killed'] as const) {
      bench.settle();
      expect(bench.read('a')).toBe(text);
      pause();
      const trim = { bytes: Infinity, after: -1, mayGo: () => true };
      bench.engine.context.contents.care.trim(trim);
      expect(bench.read('a')).toBe(text);
      bench.settle();
      bench.restart(how);
      expect(bench.read('a')).toBe(text);
      pause();
      expect(cacheCheck()).toMatchObject({ repaired: [], lost: [] });
      expect(damagedCount()).toBe(0);
    }
    flip(0);
    bench.restart();
    bench.read('a');
    pause();
    cacheCheck();
    expect(bench.read('a')).toBe(text);
  });
});

describe('a trim while a round is on its way', () => {
  it.each(['sync-files', 'check-blocks'] as const)('makes what %s says void', (op) => {
    bench.server.write('a', TEXT);
    bench.settle();
    bench.server.holds = (effect) => effect.op === op;
    bench.read('a');
    afterSomeSeconds();
    bench.read('a');
    afterSomeSeconds();
    expect(bench.server.waiting).toBe(1);
    bench.engine.context.contents.care.trim({ bytes: Infinity, after: -1, mayGo: () => true });
    bench.server.holds = () => false;
    while (bench.step());
    expect(bench.read('a')).toBe(TEXT);
    bench.settle();
    bench.read('a');
    pause();
    expect(damagedCount()).toBe(0);
    expect(cacheCheck()).toMatchObject({ repaired: [] });
  });
});
