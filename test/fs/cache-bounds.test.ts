/** The size of the cache, the free disk that is left to others, and what a full cache does. */
import { describe, expect, it, afterEach } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { cacheBounds } from '../../src/fs/cache-bounds.js';
import { cacheReport } from '../../src/fs/cache-jobs.js';
import {
  CACHE_BYTES_DEFAULT,
  EVICTION_RETRY_MS,
  EVICTION_STEP_FILES_MAX,
  EVICTION_STEP_PAUSE_MS,
} from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

let bench: EngineBench;

function start(cacheBytesMax: number): EngineBench {
  bench = new EngineBench({ cacheBytesMax });
  return bench;
}

afterEach(() => bench.close());

function name(number: number): string {
  return `f${String(number).padStart(3, '0')}`;
}

/** So many files of a mebibyte on the server, each with text of its own. */
function makeFiles(count: number): void {
  for (let number = 0; number < count; number += 1) {
    bench.server.write(name(number), textOf(number));
  }
  bench.list('');
}

function textOf(number: number): string {
  return `${number} `.repeat(MIB).slice(0, MIB);
}

/** Time passes, a second at a time. */
function pass(seconds: number): void {
  bench.pass(seconds, 100);
}

function used(): number {
  return bench.engine.context.contents.usedBytes();
}

function fetches(): number {
  return bench.server.log.filter(({ op }) => op.startsWith('fetch')).length;
}

function isHere(path: string): boolean {
  const { tree, contents } = bench.engine.context;
  const content = tree.get(bench.lookup(path))?.content;
  return content !== undefined && contents.isComplete(content);
}

describe('the bounds', () => {
  const wanted = { cacheBytesMax: undefined, freeBytesMin: undefined };

  it('are 10 GiB, or a tenth of the free disk with what the cache takes already', () => {
    start(MIB);
    const large = { freeBytes: 1000 * GIB, totalBytes: 2000 * GIB };
    expect(cacheBounds(wanted, large, 0)).toEqual({
      bytesMax: CACHE_BYTES_DEFAULT,
      freeBytesMin: GIB,
    });
    const small = { freeBytes: 9 * GIB, totalBytes: 10 * GIB };
    expect(cacheBounds(wanted, small, GIB)).toEqual({
      bytesMax: GIB,
      freeBytesMin: GIB / 2,
    });
  });

  it('are what was asked for', () => {
    start(MIB);
    const asked = { cacheBytesMax: 5, freeBytesMin: 7 };
    expect(cacheBounds(asked, { freeBytes: 0, totalBytes: 0 }, 0)).toEqual({
      bytesMax: 5,
      freeBytesMin: 7,
    });
  });
});

describe('a cache of bounded size', () => {
  it('gives up what was read least recently, and keeps within its size all the time', () => {
    start(10 * MIB);
    makeFiles(30);
    bench.read(name(0));
    for (let number = 1; number < 30; number += 1) {
      expect(bench.read(name(number)) === textOf(number)).toBe(true);
      bench.read(name(0));
      pass(0.3);
      expect(used()).toBeLessThanOrEqual(10 * MIB);
    }
    pass(5);
    expect(isHere(name(0)), 'it was read again and again').toBe(true);
    expect(isHere(name(1))).toBe(false);
    expect(isHere(name(29))).toBe(true);
    expect(bench.logs.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('never gives up what the server does not have', () => {
    start(4 * MIB);
    bench.list('');
    bench.server.failure = 'offline';
    for (let number = 0; number < 8; number += 1) bench.write(`new${number}`, textOf(number));
    pass(20);
    for (let number = 0; number < 8; number += 1) {
      expect(bench.read(`new${number}`)).toBe(textOf(number));
    }
    bench.server.failure = undefined;
    bench.settle();
    for (let number = 0; number < 8; number += 1) {
      expect(bench.server.read(`new${number}`)).toBe(textOf(number));
    }
    pass(5);
    expect(used(), 'what was sent may go').toBeLessThanOrEqual(4 * MIB);
  });

  it('never gives up what is open', () => {
    start(4 * MIB);
    makeFiles(12);
    const open = bench.open(name(0));
    bench.readHandle(open.ino, open.handle);
    for (let number = 1; number < 12; number += 1) bench.read(name(number));
    pass(10);
    expect(isHere(name(0))).toBe(true);
    bench.server.failure = 'offline';
    expect(bench.readHandle(open.ino, open.handle)).toBe(textOf(0));
    bench.closeHandle(open);
  });

  it('keeps the first 128 KiB of files longest, up to a share of it', () => {
    start(16 * MIB);
    makeFiles(40);
    for (let number = 0; number < 40; number += 1) {
      bench.read(name(number));
      pass(1);
    }
    pass(5);
    expect(isHere(name(20))).toBe(false);
    const { contents, tree } = bench.engine.context;
    const isHeadHere = (number: number): boolean => {
      const content = tree.get(bench.lookup(name(number)))?.content;
      return content !== undefined && contents.covered(content, 0, 128 * 1024);
    };
    expect([isHeadHere(20), isHeadHere(0)]).toEqual([true, false]);
    expect(bench.read(name(20)) === textOf(20)).toBe(true);
    expect(contents.care.headBytes()).toBeLessThanOrEqual(5 * MIB);
  });

  it('has what it knows of a trimmed file after a restart', () => {
    start(4 * MIB);
    makeFiles(8);
    for (let number = 0; number < 8; number += 1) {
      bench.read(name(number));
      pass(1);
    }
    bench.restart('killed');
    for (let number = 0; number < 8; number += 1) {
      expect(bench.read(name(number)) === textOf(number)).toBe(true);
      pass(1);
    }
    expect(bench.logs.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('is shrunk in short steps, however many files there are', () => {
    start(100 * MIB);
    for (let number = 0; number < 300; number += 1) {
      bench.server.write(name(number), 'x'.repeat(16 * 1024));
    }
    for (let number = 0; number < 300; number += 1) bench.read(name(number));
    bench.disk = { freeBytes: -100 * MIB, totalBytes: GIB };
    const left = [bench.engine.context.contents.care.counts().kept];
    bench.advance(1000);
    for (let step = 0; step < 20; step += 1) {
      left.push(bench.engine.context.contents.care.counts().kept);
      bench.advance(EVICTION_STEP_PAUSE_MS);
    }
    const steps = left.slice(1).map((count, index) => (left[index] ?? 0) - count);
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...steps)).toBe(EVICTION_STEP_FILES_MAX);
  });
});

describe('a cache that is full of what must stay', () => {
  function fill(): { readonly ino: number; readonly handle: number }[] {
    start(4 * MIB);
    makeFiles(12);
    const open = [0, 1, 2, 3].map((number) => bench.open(name(number)));
    for (const { ino, handle } of open) bench.readHandle(ino, handle);
    return open;
  }

  it('serves reads without keeping them, with one warning', () => {
    fill();
    for (const number of [5, 6, 7, 8, 9, 10]) {
      expect(bench.read(name(number)) === textOf(number)).toBe(true);
      pass(1);
    }
    expect(used()).toBeLessThanOrEqual(5 * MIB);
    expect(isHere(name(9))).toBe(false);
    expect(cacheReport(bench.engine.context).full).toBe('size');
    expect(bench.logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('keeps again once there is room', () => {
    const open = fill();
    bench.read(name(5));
    for (const file of open) bench.closeHandle(file);
    pass(EVICTION_RETRY_MS / 1000 + 3);
    expect(cacheReport(bench.engine.context).full).toBeNull();
    bench.read(name(6));
    expect(isHere(name(6))).toBe(true);
  });

  it('reads a file of which a part is kept, whole and of one version', () => {
    const open = fill();
    bench.server.write('big', Array.from({ length: 20 }, (_, number) => textOf(number)).join(''));
    pass(40);
    expect(bench.read('big')).toBe(bench.server.read('big'));
    expect(used()).toBeLessThanOrEqual(6 * MIB);
    for (const file of open) bench.closeHandle(file);
  });

  it('says so when the version being read is gone', () => {
    fill();
    const file = bench.open(name(5));
    bench.server.write(name(5), 'another');
    expect(kindOf(() => bench.readHandle(file.ino, file.handle))).toBe('stale');
  });

  it('fails at once for what is not here while offline', () => {
    fill();
    bench.server.failure = 'offline';
    pass(31);
    expect(kindOf(() => bench.read(name(5)))).toBe('offline');
  });
});

describe('a disk with little room', () => {
  it('is left its minimum: the cache shrinks when others fill it', () => {
    start(100 * MIB);
    makeFiles(10);
    for (let number = 0; number < 10; number += 1) bench.read(name(number));
    const before = used();
    // What the simulated disk lacks does not change by what is given up here.
    bench.disk = { freeBytes: -2 * MIB, totalBytes: GIB };
    pass(1);
    expect(used()).toBeLessThan(before);
  });

  it('turns the cache into pass-through when nothing more may go', () => {
    start(100 * MIB);
    makeFiles(4);
    bench.disk = { freeBytes: 0, totalBytes: GIB };
    pass(2);
    for (const number of [0, 1, 2, 3])
      expect(bench.read(name(number)) === textOf(number)).toBe(true);
    expect(used()).toBe(0);
    expect(cacheReport(bench.engine.context).full).toBe('disk');
    const before = fetches();
    bench.disk = { freeBytes: GIB, totalBytes: GIB };
    pass(EVICTION_RETRY_MS / 1000 + 2);
    bench.read(name(0));
    bench.read(name(0));
    expect(fetches() - before, 'kept again').toBe(1);
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
