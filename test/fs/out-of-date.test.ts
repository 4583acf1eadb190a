/** A change made elsewhere is noticed once, by the ETags above it: what follows must not be lost. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

const POLL_MS = 40_000;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('d');
  bench.server.makeFolder('d/e');
  bench.server.write('d/e/a', 'old');
  bench.tree();
  bench.settle();
  bench.server.write('d/e/a', 'newer');
  bench.advance(POLL_MS);
});

afterEach(() => bench.close());

/** The root's ETag has changed and the root was listed; the folders below were not yet. */
function listRoot(): void {
  const listings = (): number => bench.server.log.filter(({ op }) => op === 'list').length;
  const before = listings();
  while (listings() < before + 2 && bench.step());
}

describe('a folder that is known to be out of date', () => {
  it.each(['server', 'locked', 'forbidden', 'offline', 'timeout'] as const)(
    'is listed again after its listing has failed by %s',
    (kind) => {
      listRoot();
      bench.server.failures.push(kind);
      bench.settle();
      expect(bench.server.failures).toEqual([]);
      expect(bench.read('d/e/a')).toBe('newer');
    },
  );

  it.each(['killed', 'clean'] as const)('is listed after a restart (%s)', (how) => {
    listRoot();
    bench.restart(how);
    bench.settle();
    expect(bench.read('d/e/a')).toBe('newer');
  });

  it('is asked for less and less often while its listing fails', () => {
    listRoot();
    for (let time = 0; time < 600; time += 1) bench.server.failures.push('forbidden');
    bench.server.log.length = 0;
    for (let second = 0; second < 120; second += 1) {
      bench.step();
      bench.advance(1_000);
    }
    const lists = bench.server.log.filter((effect) => effect.op === 'list');
    expect(lists.length).toBeGreaterThan(2);
    expect(lists.length).toBeLessThan(15);
  });
});
