/** A machine that sleeps over night, or a day without a network: it is in step again soon after. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OFFLINE_PROBE_MS_MAX } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

const EIGHT_HOURS_MS = 8 * 3_600_000;

/** A timer at a time, as the engine's own loop sleeps. */
const STEP_MS = 1_000;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  for (const name of ['mine', 'theirs', 'both', 'gone']) bench.server.write(name, 'evening');
  bench.tree();
  bench.settle();
});

afterEach(() => bench.close());

function pass(milliseconds: number): void {
  bench.pass(milliseconds / 1_000, STEP_MS);
}

const probes = (): number => bench.server.log.filter((effect) => effect.op === 'root-state').length;

/** What happens here and there meanwhile. */
function workOnBothSides(): void {
  bench.write('mine', 'written here');
  bench.write('both', 'written here, too');
  bench.mkdir('made');
  bench.write('made/inside', 'new');
  bench.server.write('theirs', 'written there');
  bench.server.write('both', 'written there');
  bench.server.remove('gone');
}

function expectInStep(): void {
  const seen = bench.tree();
  expect(seen).toEqual(bench.server.tree());
  expect(bench.engine.context.tree.pendingCount()).toBe(0);
  const texts = [...seen.values()].filter((text) => text !== '').sort();
  const all = ['new', 'written here', 'written here, too', 'written there', 'written there'];
  expect(texts).toEqual(all);
}

describe('a long absence', () => {
  it('of eight hours without a network costs few questions, and a minute or two at its end', () => {
    bench.server.failure = 'offline';
    workOnBothSides();
    pass(60_000);
    bench.server.log.length = 0;
    pass(EIGHT_HOURS_MS);
    expect(probes()).toBeLessThanOrEqual(EIGHT_HOURS_MS / OFFLINE_PROBE_MS_MAX + 1);
    expect(bench.read('mine')).toBe('written here');
    bench.server.failure = undefined;
    pass(2 * OFFLINE_PROBE_MS_MAX);
    expectInStep();
  });

  it('of a machine that sleeps in the middle of an upload loses nothing and sends no old state', () => {
    workOnBothSides();
    bench.advance(1_500);
    expect(bench.server.waiting).toBeGreaterThan(0);
    // The kernel's monotonic clock stands still meanwhile; every line is dead afterwards.
    bench.clock.jump(EIGHT_HOURS_MS);
    bench.server.failure = 'offline';
    pass(5_000);
    bench.server.failure = undefined;
    pass(2 * OFFLINE_PROBE_MS_MAX);
    expectInStep();
  });
});
