/** How often the server is asked whether anything changed, counted under a virtual clock. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLL_IDLE_MS_MAX } from '../../src/limits.js';
import { pollDelayMs } from '../../src/sync/poll-delay.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.write('a.txt', 'first');
  bench.list('');
  pass(1);
});

afterEach(() => bench.close());

function pass(seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    while (bench.step());
    bench.advance(1_000);
  }
  while (bench.step());
}

/** Requests during this time: all of them, and those that ask whether anything changed. */
function requestsIn(seconds: number): { all: number; polls: number } {
  const before = bench.server.log.length;
  pass(seconds);
  const sent = bench.server.log.slice(before);
  return { all: sent.length, polls: sent.filter(({ op }) => op === 'root-state').length };
}

describe('a mount that nobody uses', () => {
  it('sends far fewer than 120 requests an hour, and fewer polls the longer it rests', () => {
    const first = requestsIn(3_600);
    const second = requestsIn(3_600);
    expect(first.all).toBeLessThan(60);
    expect(first.polls).toBeGreaterThan(second.polls);
    expect(second.polls).toBeGreaterThanOrEqual(11);
    expect(second.polls).toBeLessThanOrEqual(12);
  });

  it('still learns of a change within the longest pause', () => {
    pass(7_200);
    bench.server.write('b.txt', 'new');
    pass(POLL_IDLE_MS_MAX / 1_000 + 2);
    const { tree } = bench.engine.context;
    expect(tree.children(1).map(({ name }) => name)).toContain('b.txt');
  });

  it('asks at once when somebody comes back', () => {
    pass(7_200);
    bench.server.write('b.txt', 'new');
    bench.list('');
    pass(2);
    expect(bench.list('')).toContain('b.txt');
  });
});

describe('a mount in use', () => {
  it('asks every interval, once each time while nothing changes', () => {
    let polls = 0;
    for (let minute = 0; minute < 10; minute += 1) {
      bench.list('');
      polls += requestsIn(60).polls;
    }
    expect(polls).toBeGreaterThanOrEqual(18);
    expect(polls).toBeLessThanOrEqual(22);
  });
});

describe('the pause between two polls', () => {
  it('never falls below the interval, nor below one that was chosen longer than the longest', () => {
    expect(pollDelayMs(30_000, 0)).toBe(30_000);
    expect(pollDelayMs(30_000, 400_000)).toBe(100_000);
    expect(pollDelayMs(30_000, 1e9)).toBe(POLL_IDLE_MS_MAX);
    expect(pollDelayMs(900_000, 1e9)).toBe(900_000);
  });
});
