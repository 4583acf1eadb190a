/** Much that is gone at once: a storage that is away, a backup that was put back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MASS_LOSS_LOOK_MS } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('A');
  bench.server.makeFolder('A/deep');
  for (let file = 0; file < 60; file += 1) bench.server.write(`A/deep/f${file}`, `${file}`);
  for (let file = 0; file < 10; file += 1) bench.server.write(`g${file}`, `${file}`);
  bench.settle();
  bench.read('A/deep/f7');
});

afterEach(() => bench.close());

function poll(): void {
  bench.list('');
  bench.advance(40_000);
  while (bench.step());
}

/** A poll whose listings are answered while nothing else happens. */
function pollOnly(): void {
  bench.list('');
  bench.engine.context.sync.poller.pollNow();
  while (bench.step());
}

describe('more than half of what is known, gone at once', () => {
  it('is not believed at the first look', () => {
    bench.server.move('A', 'hidden');
    bench.server.remove('hidden');
    pollOnly();
    expect(bench.list('A/deep')).toHaveLength(60);
    expect(bench.logs.map(({ message }) => message).join()).toContain('a second time');
  });

  it('is believed when a second look says the same', () => {
    bench.server.remove('A');
    pollOnly();
    bench.advance(MASS_LOSS_LOOK_MS);
    while (bench.step());
    expect(bench.has('A')).toBe(false);
    expect(bench.list('')).toHaveLength(10);
  });

  it('keeps numbers and bytes when it is back at the second look', () => {
    const ino = bench.lookup('A/deep/f7');
    bench.server.takeAside('A');
    pollOnly();
    bench.server.putBack();
    bench.advance(MASS_LOSS_LOOK_MS);
    while (bench.step());
    bench.settle();
    expect(bench.lookup('A/deep/f7')).toBe(ino);
    bench.server.failure = 'offline';
    expect(bench.read('A/deep/f7')).toBe('7');
  });

  it('is looked at again after a restart in between', () => {
    bench.server.remove('A');
    pollOnly();
    bench.restart('killed');
    poll();
    poll();
    expect(bench.has('A')).toBe(false);
  });
});

describe('less than that', () => {
  it('is believed at once', () => {
    for (let file = 0; file < 30; file += 1) bench.server.remove(`A/deep/f${file}`);
    pollOnly();
    expect(bench.list('A/deep')).toHaveLength(30);
  });
});

describe('a server that was restored from a backup', () => {
  it('is believed in what it lacks only at the second look', () => {
    bench.server.fingerprint = 'restored';
    bench.server.remove('g1');
    pollOnly();
    expect(bench.has('g1')).toBe(true);
    bench.advance(MASS_LOSS_LOOK_MS);
    while (bench.step());
    expect(bench.has('g1')).toBe(false);
    bench.server.remove('g2');
    pollOnly();
    expect(bench.has('g2')).toBe(false);
  });
});
