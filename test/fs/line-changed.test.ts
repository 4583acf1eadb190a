/** What the engine does at once in another network, instead of waiting for pauses to end. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.list('');
  bench.settle();
});
afterEach(() => bench.close());

/** Until the pause between two probes is a long one. */
function beAway(failure: 'offline' | 'unauthenticated'): void {
  bench.server.failure = failure;
  for (let minute = 0; minute < 30; minute += 1) {
    bench.advance(60_000);
    while (bench.step());
  }
  bench.server.failure = undefined;
  expect(bench.engine.context.sync.connection.online).toBe(false);
}

it('offline it asks the server now, and sends what waits', () => {
  beAway('offline');
  bench.write('a.txt', 'x');
  bench.engine.lineChanged();
  expect(bench.server.waiting).toBeGreaterThan(0);
  while (bench.step());
  expect(bench.engine.context.sync.connection.online).toBe(true);
  bench.settle();
  expect(bench.server.tree().get('a.txt')).toBe('x');
});

it('online it looks for changes now', () => {
  bench.server.write('b.txt', 'y');
  bench.engine.lineChanged();
  while (bench.step());
  expect(bench.list('')).toContain('b.txt');
});

it('a login that was refused is not tried again', () => {
  beAway('unauthenticated');
  bench.engine.lineChanged();
  expect(bench.server.waiting).toBe(0);
});
