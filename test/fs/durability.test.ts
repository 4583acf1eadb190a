import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DURABLE_WITHIN_MS, SYNC_HERE_BYTES_MAX } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

const much = 'x'.repeat(SYNC_HERE_BYTES_MAX + 1);

function syncEffects(): number {
  return bench.server.log.filter(({ op }) => op === 'sync-files').length;
}

function isOnDisk(): boolean {
  return !bench.engine.context.contents.hasUnsynced();
}

describe('fsync', () => {
  it('syncs little at once', () => {
    const file = bench.create('a');
    bench.writeHandle(file, 0, 'little');
    bench.syncHandle(file);
    expect(isOnDisk()).toBe(true);
    expect(syncEffects()).toBe(0);
    bench.closeHandle(file);
  });

  it('waits while much is synced away from the engine', () => {
    const file = bench.create('a');
    bench.writeHandle(file, 0, much);
    bench.syncHandle(file);
    expect(isOnDisk()).toBe(true);
    expect(syncEffects()).toBe(1);
    bench.closeHandle(file);
  });

  it('holds for what others ask of the same file', () => {
    const file = bench.create('a');
    bench.writeHandle(file, 0, much);
    const { fileSystem } = bench.engine;
    const caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
    expect(fileSystem.fsync(caller, file.ino, file.handle)).toBeDefined();
    expect(fileSystem.fsync(caller, file.ino, file.handle)).toBeDefined();
    bench.syncHandle(file);
    expect(syncEffects()).toBe(1);
    bench.closeHandle(file);
  });
});

describe('without fsync', () => {
  it('what was closed is on the disk in time', () => {
    bench.list('');
    bench.server.failure = 'offline';
    bench.write('a', much);
    bench.write('b', 'little');
    expect(isOnDisk()).toBe(false);
    bench.advance(DURABLE_WITHIN_MS);
    while (bench.step());
    expect(isOnDisk()).toBe(true);
  });

  it('what was fetched is remembered after a kill', () => {
    bench.server.write('a', 'x'.repeat(300_000));
    bench.read('a');
    bench.advance(10_000);
    bench.advance(10_000);
    while (bench.step());
    bench.restart('killed');
    bench.server.failure = 'offline';
    expect(bench.read('a')).toBe('x'.repeat(300_000));
  });
});
