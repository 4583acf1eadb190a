/** What is asked of the server for what a program reads: how often, how much, how far ahead. */
import { constants } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { type Caller, Parked } from '../../src/fuse/filesystem.js';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const CALLER: Caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
const BIG = Buffer.alloc(32 * MIB);
for (let at = 0; at < BIG.length; at += 4) BIG.writeUInt32LE(at, at);

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.write('big', BIG);
  bench.list('');
});

afterEach(() => bench.close());

interface File {
  readonly ino: number;
  readonly handle: number;
}

function open(flags: number = constants.O_RDONLY): File {
  return bench.open('big', flags);
}

/** One attempt: bytes, or undefined while they are on their way. */
function tryRead({ ino, handle }: File, offset: number, bytes: number): Buffer | undefined {
  const into = Buffer.alloc(bytes);
  const result = bench.engine.fileSystem.read(CALLER, { ino, handle, offset }, into);
  return result instanceof Parked ? undefined : into.subarray(0, result);
}

function read(file: File, offset: number, bytes: number): void {
  const into = Buffer.alloc(bytes);
  const at = { ...file, offset };
  const got = bench.run(() => bench.engine.fileSystem.read(CALLER, at, into));
  expect(into.subarray(0, got).equals(BIG.subarray(offset, offset + bytes))).toBe(true);
}

function readThrough(file: File, from: number, to: number, step = 128 * KIB): void {
  for (let at = from; at < to; at += step) read(file, at, Math.min(step, to - at));
}

function fetches(): Extract<Effect, { op: 'fetch' }>[] {
  return bench.server.log.filter((effect) => effect.op === 'fetch');
}

describe('a sequential reader', () => {
  it('is fed by one request', () => {
    readThrough(open(), 0, BIG.length);
    expect(fetches()).toHaveLength(1);
    expect(bench.server.fetchedBytes).toBe(BIG.length);
  });

  it('that reads in small steps needs two', () => {
    readThrough(open(), 0, 4 * MIB, 16 * KIB);
    expect(fetches()).toHaveLength(2);
  });

  it('shares it with others', () => {
    const [a, b] = [open(), open()];
    for (let at = 0; at < 8 * MIB; at += 128 * KIB) {
      read(a, at, 128 * KIB);
      if (at >= MIB) read(b, at - MIB, 128 * KIB);
    }
    expect(fetches()).toHaveLength(1);
  });

  it('is never far behind what has been brought, and the further the more it has read', () => {
    const file = open();
    const ahead: number[] = [];
    for (let at = 0; at < 16 * MIB; at += 128 * KIB) {
      read(file, at, 128 * KIB);
      while (bench.step());
      ahead.push(bench.server.fetchedBytes - at - 128 * KIB);
    }
    expect(ahead[0]).toBeLessThan(MIB);
    expect(Math.max(...ahead.slice(0, 8))).toBeLessThan(4 * MIB);
    expect(ahead[100]).toBeGreaterThan(8 * MIB);
  });

  it('that stops ends its stream, and goes on with another', () => {
    const file = open();
    readThrough(file, 0, MIB);
    while (bench.step());
    const { fetchedBytes } = bench.server;
    expect(fetchedBytes).toBeLessThan(8 * MIB);
    for (let second = 0; second < 8; second += 1) bench.advance(1_000);
    expect(bench.engine.context.sync.reader.isReading(contentOf(file))).toBe(false);
    readThrough(file, MIB, 8 * MIB);
    expect(fetches()).toHaveLength(2);
    expect(fetches()[1]?.start).toBeGreaterThanOrEqual(fetchedBytes - 128 * KIB);
  });

  it('that jumps far goes on there by one stream', () => {
    const file = open();
    readThrough(file, 0, 2 * MIB);
    readThrough(file, 24 * MIB, 30 * MIB);
    expect(fetches()).toHaveLength(2);
    expect(fetches()[1]).toMatchObject({ start: 24 * MIB, end: BIG.length });
  });

  it('that closes the file stops its stream', () => {
    const file = open();
    readThrough(file, 0, MIB);
    bench.closeHandle(file);
    const { fetchedBytes } = bench.server;
    while (bench.step());
    expect(bench.server.fetchedBytes).toBe(fetchedBytes);
    expect(fetchedBytes).toBeLessThan(4 * MIB);
  });
});

describe('a long line that one stream does not fill', () => {
  const FILM = Buffer.alloc(160 * MIB);
  for (let at = 0; at < FILM.length; at += 4) FILM.writeUInt32LE(at, at);

  /** Reads through it, while each stream brings so much in a quarter of a second. */
  function readFilm(turns: (waiting: number) => number): void {
    bench.server.write('film', FILM);
    bench.settle();
    bench.server.stepBytes = 2 * MIB;
    bench.server.log.length = 0;
    const file = bench.open('film', constants.O_RDONLY);
    const into = Buffer.alloc(MIB);
    for (let offset = 0; offset < FILM.length;) {
      const got = bench.engine.fileSystem.read(CALLER, { ...file, offset }, into);
      if (got instanceof Parked) {
        for (let turn = turns(bench.server.waiting); turn > 0; turn -= 1) bench.step();
        bench.advance(250);
      } else {
        expect(into.equals(FILM.subarray(offset, offset + got))).toBe(true);
        offset += got;
      }
    }
  }

  it('is filled by two, each with its part of the file', () => {
    readFilm((waiting) => waiting);
    const [first, second] = fetches();
    expect(fetches()).toHaveLength(2);
    expect([first?.start, second?.end]).toEqual([0, FILM.length]);
    expect(second?.start).toBeGreaterThan(FILM.length / 2);
  });

  it('is left to one again where more bring nothing', () => {
    readFilm(() => 1);
    expect(fetches().length).toBeGreaterThanOrEqual(2);
    expect(fetches().length).toBeLessThanOrEqual(4);
  });
});

function contentOf({ ino }: File): string {
  return bench.engine.context.tree.get(ino)?.content ?? '';
}

describe('a look at the head', () => {
  it('brings the first block and no more', () => {
    const file = open();
    read(file, 0, 16 * KIB);
    read(file, 16 * KIB, 32 * KIB);
    bench.closeHandle(file);
    while (bench.step());
    expect(fetches()).toHaveLength(1);
    expect(bench.server.fetchedBytes).toBe(128 * KIB);
  });
});

describe('reading here and there', () => {
  it('brings little for each read', () => {
    const file = open();
    for (let place = 1; place <= 20; place += 1) read(file, place * 1_500_000, 4 * KIB);
    expect(fetches()).toHaveLength(20);
    expect(bench.server.fetchedBytes).toBeLessThanOrEqual(20 * 64 * KIB);
  });

  it('brings more and more where neighbours are asked for', () => {
    const file = open();
    const from = 20 * MIB;
    readThrough(file, from, from + 8 * MIB, 4 * KIB);
    const sizes = fetches().map(({ start, end }) => end - start);
    expect(sizes[0]).toBe(32 * KIB);
    expect(sizes.length).toBeLessThanOrEqual(5);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  });

  it('finds what was brought before, also in parts of blocks', () => {
    const file = open();
    read(file, 5 * MIB, 4 * KIB);
    bench.server.failure = 'offline';
    read(file, 5 * MIB + 8 * KIB, 4 * KIB);
  });

  it('forgets parts of blocks after a restart, and whole ones not', () => {
    const file = open();
    read(file, 5 * MIB, 4 * KIB);
    read(file, 0, 4 * KIB);
    bench.restart();
    bench.server.log.length = 0;
    const again = open();
    read(again, 0, 4 * KIB);
    expect(fetches()).toHaveLength(0);
    read(again, 5 * MIB, 4 * KIB);
    expect(fetches()).toHaveLength(1);
  });
});

describe('a read', () => {
  it('returns before its block is complete', () => {
    const file = open();
    expect(tryRead(file, 5 * MIB, 4 * KIB)).toBeUndefined();
    while (bench.step());
    expect(tryRead(file, 5 * MIB, 4 * KIB)).toHaveLength(4 * KIB);
    const { contents } = bench.engine.context;
    expect(contents.missing(contentOf(file), 5 * MIB, 6 * MIB)[0]?.start).toBe(5 * MIB);
  });

  it('that is given up stops what was asked for it', () => {
    const file = open();
    expect(tryRead(file, 5 * MIB, 4 * KIB)).toBeUndefined();
    bench.engine.fileSystem.unwaited(`content:${contentOf(file)}`);
    while (bench.step());
    expect(bench.server.fetchedBytes).toBe(0);
  });

  it('of a version that is gone is stale, and never holds bytes of the next', () => {
    const file = open();
    readThrough(file, 0, 256 * KIB);
    for (let second = 0; second < 8; second += 1) bench.advance(1_000);
    bench.server.write('big', Buffer.alloc(BIG.length, 1));
    let kind: string | undefined;
    for (let at = 256 * KIB; at < 8 * MIB && kind === undefined; at += 128 * KIB) {
      try {
        read(file, at, 128 * KIB);
      } catch (error) {
        if (!(error instanceof NuageError)) throw error;
        ({ kind } = error);
      }
    }
    expect(kind).toBe('stale');
  });
});

describe("the user's bytes", () => {
  it('are never run over by a stream that was begun before or after', () => {
    const file = open(constants.O_RDWR);
    readThrough(file, 0, 256 * KIB);
    bench.writeHandle(file, 3 * MIB + 5, 'MINE');
    bench.writeHandle(file, 9 * MIB, 'MINE TOO');
    const expected = Buffer.from(BIG);
    expected.write('MINE', 3 * MIB + 5);
    expected.write('MINE TOO', 9 * MIB);
    const pieces: Buffer[] = [];
    for (let offset = 0; offset < BIG.length; offset += 128 * KIB) {
      const into = Buffer.alloc(128 * KIB);
      bench.run(() => bench.engine.fileSystem.read(CALLER, { ...file, offset }, into));
      pieces.push(into);
    }
    expect(Buffer.concat(pieces).equals(expected)).toBe(true);
  });
});
