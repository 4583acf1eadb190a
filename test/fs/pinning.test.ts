/** What is pinned is here, stays here, and comes again after a change elsewhere. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { PIN_RETRY_MS } from '../../src/limits.js';
import type { PinProgress } from '../../src/sync/pinning.js';
import { EngineBench } from '../support/engine-bench.js';

const MIB = 1024 ** 2;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench({ cacheBytesMax: 4 * MIB });
  bench.server.makeFolder('Cours');
  bench.server.makeFolder('Cours/3e');
  bench.server.write('Cours/a.txt', 'a'.repeat(MIB));
  bench.server.write('Cours/3e/b.txt', 'b'.repeat(MIB));
  bench.server.write('c.txt', 'c'.repeat(MIB));
  bench.list('');
});

afterEach(() => bench.close());

function pass(seconds: number): void {
  bench.pass(seconds, 100);
}

function pin(path: string): void {
  bench.engine.context.sync.pinning.pin(bench.lookup(path));
}

function unpin(path: string): void {
  bench.engine.context.sync.pinning.unpin(bench.lookup(path));
}

function progress(path: string): PinProgress | undefined {
  return bench.engine.context.sync.pinning.progress(bench.lookup(path));
}

function isHere(path: string): boolean {
  const { tree, contents } = bench.engine.context;
  const content = tree.get(bench.lookup(path))?.content;
  return content !== undefined && contents.isComplete(content);
}

function fetches(): number {
  return bench.server.log.filter(({ op }) => op === 'fetch').length;
}

/** More than the cache holds. */
function readMuch(): void {
  for (let number = 0; number < 8; number += 1) {
    bench.server.write(`much${number}`, String(number).repeat(MIB));
  }
  pass(40);
  for (let number = 0; number < 8; number += 1) {
    bench.read(`much${number}`);
    pass(1);
  }
}

describe('a pinned file', () => {
  it('tells what has come of it, never less than before', () => {
    bench.server.stepBytes = 64 * 1024;
    pin('c.txt');
    const told = new Set<number>();
    for (let answers = 0; answers < 200 && progress('c.txt')?.state !== 'here'; answers += 1) {
      if (!bench.step()) bench.advance(100);
      told.add(progress('c.txt')?.bytesHere ?? 0);
    }
    const bytes = [...told];
    expect(bytes.length).toBeGreaterThan(5);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes.at(-1)).toBe(MIB);
  });
});

describe('a pinned folder', () => {
  it('is fetched with all below it, folders that nobody has visited included', () => {
    pin('Cours');
    expect(progress('Cours')).toMatchObject({ state: 'fetching' });
    pass(3);
    expect(progress('Cours')).toEqual({
      path: 'Cours',
      state: 'here',
      files: 2,
      filesHere: 2,
      bytes: 2 * MIB,
      bytesHere: 2 * MIB,
      failures: [],
    });
    bench.server.failure = 'offline';
    expect(bench.read('Cours/3e/b.txt')).toBe('b'.repeat(MIB));
  });

  it('stays here while all else goes, and beside the size of the cache', () => {
    pin('Cours');
    pass(3);
    readMuch();
    expect([isHere('Cours/a.txt'), isHere('Cours/3e/b.txt')]).toEqual([true, true]);
    const { contents } = bench.engine.context;
    expect(contents.usedBytes()).toBeGreaterThan(4 * MIB);
    expect(contents.usedBytes()).toBeLessThanOrEqual(6 * MIB);
    unpin('Cours');
    readMuch();
    expect([isHere('Cours/a.txt'), isHere('Cours/3e/b.txt')]).toEqual([false, false]);
  });

  it('brings a file again that was changed elsewhere', () => {
    pin('Cours');
    pass(3);
    bench.server.write('Cours/a.txt', 'changed');
    pass(40);
    bench.server.failure = 'offline';
    expect(bench.read('Cours/a.txt')).toBe('changed');
    expect(progress('Cours')).toMatchObject({ state: 'here', bytes: MIB + 7 });
  });

  it('brings what comes into it, made elsewhere or moved there here', () => {
    pin('Cours');
    pass(3);
    bench.server.makeFolder('Cours/4e');
    bench.server.write('Cours/4e/new.txt', 'new');
    pass(80);
    expect(isHere('Cours/4e/new.txt')).toBe(true);
    bench.rename('c.txt', 'Cours/c.txt');
    pass(5);
    expect(isHere('Cours/c.txt')).toBe(true);
    expect(progress('Cours')).toMatchObject({ state: 'here', files: 4, filesHere: 4 });
  });

  it('no longer counts what has left it', () => {
    pin('Cours');
    pass(3);
    bench.rename('Cours/3e', '3e');
    bench.unlink('Cours/a.txt');
    pass(5);
    expect(progress('Cours')).toMatchObject({ state: 'here', files: 0, bytes: 0 });
    expect(progress('3e')).toBeUndefined();
  });

  it('is fetched nothing of twice', () => {
    pin('Cours');
    pass(3);
    const before = fetches();
    bench.read('Cours/a.txt');
    bench.write('Cours/here.txt', 'made here');
    pass(60);
    expect(fetches()).toBe(before);
  });

  it('is pinned after a restart, and goes on where it was', () => {
    pin('Cours');
    bench.restart('killed');
    pass(5);
    expect(progress('Cours')).toMatchObject({ state: 'here', files: 2 });
    unpin('Cours');
    bench.restart();
    pass(2);
    expect(progress('Cours')).toBeUndefined();
  });
});

describe('a pinned file', () => {
  it('keeps its pin when an editor saves it by renaming a new one over it', () => {
    pin('c.txt');
    pass(2);
    bench.write('c.tmp', 'new text');
    bench.rename('c.tmp', 'c.txt');
    pass(5);
    expect(progress('c.txt')).toMatchObject({ path: 'c.txt', state: 'here', bytes: 8 });
    bench.rename('c.txt', 'c.txt~');
    bench.write('c.txt', 'newer');
    pass(5);
    expect(progress('c.txt')).toMatchObject({ path: 'c.txt', bytes: 5 });
    expect(progress('c.txt~')).toBeUndefined();
  });

  it('keeps its pin when it is moved, here or elsewhere', () => {
    pin('c.txt');
    pass(2);
    bench.rename('c.txt', 'd.txt');
    pass(5);
    bench.list('Cours');
    bench.server.move('d.txt', 'Cours/d.txt');
    bench.settle();
    expect(progress('Cours/d.txt')).toMatchObject({ path: 'Cours/d.txt', state: 'here' });
  });

  it('in a pinned folder is unpinned with the folder alone, or counts by itself after that', () => {
    pin('Cours');
    expect(kindOf(() => unpin('Cours/a.txt'))).toBe('not-permitted');
    pin('Cours/a.txt');
    expect(kindOf(() => unpin('Cours/a.txt'))).toBe('not-permitted');
    expect(bench.engine.context.sync.pinning.all()).toHaveLength(1);
    unpin('Cours');
    pass(3);
    expect(bench.engine.context.sync.pinning.all()).toMatchObject([
      { path: 'Cours/a.txt', state: 'here', files: 1 },
    ]);
    expect(isHere('Cours/3e/b.txt')).toBe(false);
  });
});

describe('pinning', () => {
  it('waits for the server where it is away, and goes on by itself', () => {
    bench.server.failure = 'offline';
    pass(40);
    pin('Cours');
    pass(2);
    expect(progress('Cours')).toMatchObject({ state: 'offline', filesHere: 0 });
    bench.server.failure = undefined;
    pass(90);
    expect(progress('Cours')).toMatchObject({ state: 'here', filesHere: 2 });
  });

  it('names what cannot be fetched, and tries it again', () => {
    bench.list('Cours');
    bench.list('Cours/3e');
    bench.server.failure = 'forbidden';
    pin('Cours');
    pass(3);
    expect(progress('Cours')).toMatchObject({
      state: 'failed',
      failures: [{ path: 'Cours/a.txt' }, { path: 'Cours/3e/b.txt' }],
    });
    bench.server.failure = undefined;
    pass(PIN_RETRY_MS / 1000 + 5);
    expect(progress('Cours')).toMatchObject({ state: 'here', failures: [] });
  });

  it('leaves the last of the disk to others, and goes on when there is room', () => {
    bench.disk = { freeBytes: MIB / 2, totalBytes: 1024 * MIB };
    pin('Cours');
    pass(5);
    expect(progress('Cours')).toMatchObject({ state: 'disk-full', bytesHere: 0 });
    bench.disk = { freeBytes: 512 * MIB, totalBytes: 1024 * MIB };
    pass(PIN_RETRY_MS / 1000 + 5);
    expect(progress('Cours')).toMatchObject({ state: 'here' });
  });

  it('marks nothing when the transaction that marks fails', () => {
    const { tree, sync } = bench.engine.context;
    const ino = bench.lookup('c.txt');
    const failing = (): void =>
      tree.atomically(() => {
        tree.pins.add(ino);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(sync.pinning.isPinned(ino)).toBe(false);
  });
});

function kindOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof NuageError) return error.kind;
    throw error;
  }
  return 'nothing thrown';
}
