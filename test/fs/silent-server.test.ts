/** A server that accepts and says nothing, once another request has shown that it is away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { Parked } from '../../src/fuse/filesystem.js';
import { SILENCE_ASK_MS, SILENT_READ_MS } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

const CALLER = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
const MIB = 1024 ** 2;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.write('film.bin', 'x'.repeat(8 * MIB));
  bench.server.makeFolder('Cours');
  bench.list('');
});

afterEach(() => bench.close());

/** The next poll finds nobody; whatever else waits stays without an answer. */
function pollFails(): void {
  const { poller } = bench.engine.context.sync;
  poller.pollNow();
  timeOut(bench.server.waiting - 1);
}

function timeOut(pick: number): void {
  bench.server.failure = 'timeout';
  bench.step(pick);
  bench.server.failure = undefined;
}

/** How often the server was asked whether it is there. */
const asked = (): number => bench.server.log.filter(({ op }) => op === 'root-state').length;

function attempt(operation: () => unknown): string {
  try {
    return operation() instanceof Parked ? 'waits' : 'done';
  } catch (error) {
    return error instanceof NuageError ? error.kind : String(error);
  }
}

function readAttempt(file: { ino: number; handle: number }, offset: number): string {
  const into = Buffer.alloc(4096);
  return attempt(() => bench.engine.fileSystem.read(CALLER, { ...file, offset }, into));
}

describe('a read of which nothing has come', () => {
  it('is given up when the server is known to be away, and says so', () => {
    while (bench.step());
    const file = bench.open('film.bin');
    expect(readAttempt(file, 0)).toBe('waits');
    bench.clock.advance(SILENT_READ_MS);
    pollFails();
    expect(bench.engine.context.sync.connection.online).toBe(false);
    expect(readAttempt(file, 0)).toBe('offline');
    bench.closeHandle(file);
  });

  it('goes on when it has just begun', () => {
    const file = bench.open('film.bin');
    expect(readAttempt(file, 0)).toBe('waits');
    pollFails();
    expect(readAttempt(file, 0)).toBe('waits');
    while (bench.step());
    expect(readAttempt(file, 0)).toBe('done');
    bench.closeHandle(file);
  });

  it('is given up a second later when it had just begun, and nothing comes', () => {
    while (bench.step());
    const file = bench.open('film.bin');
    expect(readAttempt(file, 0)).toBe('waits');
    pollFails();
    bench.advance(SILENT_READ_MS);
    expect(readAttempt(file, 0)).toBe('offline');
    bench.closeHandle(file);
  });

  it('makes the engine ask whether the server is there, as long as it waits', () => {
    while (bench.step());
    const file = bench.open('film.bin');
    const before = asked();
    expect(readAttempt(file, 0)).toBe('waits');
    bench.advance(SILENCE_ASK_MS - 1);
    expect(asked()).toBe(before);
    bench.advance(1);
    bench.advance(SILENCE_ASK_MS);
    expect(asked()).toBe(before + 1);
    bench.step(bench.server.waiting - 1);
    bench.advance(SILENCE_ASK_MS);
    expect(asked()).toBe(before + 2);
    timeOut(bench.server.waiting - 1);
    expect(bench.engine.context.sync.connection.online).toBe(false);
    expect(readAttempt(file, 0)).toBe('offline');
    bench.closeHandle(file);
  });

  it('says nothing of the server when that has answered others meanwhile', () => {
    while (bench.step());
    const file = bench.open('film.bin');
    expect(readAttempt(file, 0)).toBe('waits');
    bench.advance(SILENCE_ASK_MS);
    bench.step(bench.server.waiting - 1);
    timeOut(0);
    expect(bench.engine.context.sync.connection.online).toBe(true);
    expect(readAttempt(file, 0)).toBe('timeout');
    bench.closeHandle(file);
  });
});

describe('a listing of which nothing has come', () => {
  it('is given up when the server is known to be away, and is made when it is back', () => {
    const folder = bench.lookup('Cours');
    const look = () => attempt(() => bench.engine.fileSystem.lookup(CALLER, folder, 'a.txt'));
    expect(look()).toBe('waits');
    bench.clock.advance(SILENT_READ_MS);
    pollFails();
    expect(look()).toBe('offline');
    bench.settle();
    expect(bench.engine.context.sync.connection.online).toBe(true);
    expect(look()).toBe('done');
  });
});

describe('an answer that does not come in time', () => {
  const isOnline = (): boolean => bench.engine.context.sync.connection.online;

  it('says nothing of the line when it was asked for before the server was back', () => {
    while (bench.step());
    bench.write('a.txt', 'text');
    bench.advance(2_000);
    expect(bench.server.waiting).toBeGreaterThan(0);
    pollFails();
    expect(isOnline()).toBe(false);
    bench.advance(10_000);
    bench.step(bench.server.waiting - 1);
    expect(isOnline()).toBe(true);
    timeOut(0);
    expect(isOnline()).toBe(true);
    bench.settle();
    expect(bench.server.read('a.txt')).toBe('text');
    bench.engine.context.sync.poller.pollNow();
    bench.advance(10);
    timeOut(bench.server.waiting - 1);
    expect(isOnline()).toBe(false);
  });
});
