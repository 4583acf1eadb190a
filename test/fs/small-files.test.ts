/** Many small new files at once: they go to the server together, and may fail together. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConflictName } from '../../src/sync/conflict.js';
import { EngineBench } from '../support/engine-bench.js';

const NAMES = Array.from({ length: 40 }, (_, index) => `d/${index}`);

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.mkdir('d');
  for (const name of NAMES) bench.write(name, `text of ${name}`);
});

afterEach(() => bench.close());

/** Until so many of them are on their way. */
function startUploads(count: number): void {
  bench.advance(2_000);
  for (let step = 0; step < 10 && sent() < count; step += 1) bench.step();
  expect(sent()).toBeGreaterThanOrEqual(count);
}

function sent(): number {
  return bench.server.log.filter(({ op }) => op === 'put').length;
}

function expectAllThere(): void {
  bench.settle();
  for (const name of NAMES) expect(bench.server.read(name)).toBe(`text of ${name}`);
  expect([...bench.server.tree().keys()]).toHaveLength(NAMES.length + 1);
  expect(bench.engine.context.tree.pendingCount()).toBe(0);
}

describe('small new files', () => {
  it('are on their way together', () => {
    startUploads(NAMES.length);
    expectAllThere();
    expect(sent()).toBe(NAMES.length);
  });

  it('whose one answer is lost are settled each, without a conflict', () => {
    startUploads(NAMES.length);
    bench.server.lostAnswers = 1;
    expectAllThere();
    expect([...bench.tree().keys()].filter(isConflictName)).toEqual([]);
  });

  it('are all there after a kill in the middle of them', () => {
    startUploads(NAMES.length);
    bench.server.lostAnswers = 1;
    bench.step();
    bench.restart('killed');
    expectAllThere();
  });

  it('one of which changes on its way goes again, whole', () => {
    startUploads(NAMES.length);
    bench.write('d/7', 'another text');
    bench.settle();
    expect(bench.server.read('d/7')).toBe('another text');
    bench.write('d/7', 'text of d/7');
    expectAllThere();
  });

  it('never replace what somebody else puts at one of the names meanwhile', () => {
    startUploads(NAMES.length);
    bench.server.write('d/7', 'theirs');
    bench.settle();
    const texts = new Set(bench.server.tree().values());
    expect([texts.has('theirs'), texts.has('text of d/7')]).toEqual([true, true]);
  });
});
