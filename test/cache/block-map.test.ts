import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockMap } from '../../src/cache/block-map.js';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { kindOf } from './support.js';

describe('the map of blocks', () => {
  it('has nothing at first and names what is missing up to the last, short block', () => {
    const map = new BlockMap(2 * B + 10);
    expect(map.covers(0, 1)).toBe(false);
    expect(map.missing(0, Number.MAX_SAFE_INTEGER)).toEqual([{ start: 0, end: 2 * B + 10 }]);
    expect(map.missing(B + 1, B + 2)).toEqual([{ start: B, end: 2 * B }]);
  });

  it('takes only blocks that were fetched whole', () => {
    const map = new BlockMap(4 * B);
    map.addWhole(1, 2 * B - 1);
    expect(map.missing(0, 4 * B)).toEqual([{ start: 0, end: 4 * B }]);
    map.addWhole(1, 2 * B);
    expect(map.missing(0, 4 * B)).toEqual([
      { start: 0, end: B },
      { start: 2 * B, end: 4 * B },
    ]);
  });

  it('counts a short last block as whole when it was fetched to the end', () => {
    const map = new BlockMap(B + 5);
    expect(map.addWhole(B, B + 4)).toBe(false);
    expect(map.addWhole(B, B + 5)).toBe(true);
    expect(map.covers(B, B + 5)).toBe(true);
    expect(map.isComplete).toBe(false);
    map.addWhole(0, B);
    expect(map.isComplete).toBe(true);
  });

  it('has everything behind what can be fetched', () => {
    const map = new BlockMap(B);
    expect(map.covers(B, 100 * B)).toBe(true);
    expect(map.missing(B, 100 * B)).toEqual([]);
  });

  it('needs no block for an append behind what can be fetched', () => {
    const map = new BlockMap(100);
    expect(map.covers(100, 200)).toBe(true);
    expect(map.addTouched(100, 200)).toBe(false);
    expect(map.missing(0, 200)).toEqual([{ start: 0, end: 100 }]);
  });

  it('never asks again for what was cut off', () => {
    const map = new BlockMap(3 * B);
    expect(map.cut(B + 7)).toBe(true);
    expect(map.missing(0, 3 * B)).toEqual([{ start: 0, end: B + 7 }]);
    expect(map.cut(2 * B)).toBe(false);
    map.addWhole(0, B + 7);
    expect(map.isComplete).toBe(true);
  });

  it('refuses a bitmap of another length', () => {
    expect(kindOf(() => new BlockMap(9 * B, new Uint8Array(1)))).toBe('assertion');
  });

  it('agrees with a plain set of blocks after any changes', () => {
    const range = fc
      .tuple(fc.nat(40 * B), fc.nat(40 * B))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const step = fc.tuple(fc.constantFrom('whole', 'touched', 'delete', 'cut'), range);
    fc.assert(
      fc.property(fc.nat(40 * B), fc.array(step, { maxLength: 30 }), (fetchable, steps) => {
        const map = new BlockMap(fetchable);
        let limit = fetchable;
        const model = new Set<number>();
        for (const [op, [start, end]] of steps) {
          if (op === 'cut') {
            map.cut(start);
            limit = Math.min(limit, start);
          }
          for (let block = 0; block * B < limit; block += 1) {
            const [from, to] = [block * B, Math.min(block * B + B, limit)];
            const isTouched = start < end && from < end && start < to;
            if (op === 'whole' && start <= from && to <= end) model.add(block);
            if (op === 'touched' && isTouched) model.add(block);
            if (op === 'delete' && isTouched) model.delete(block);
          }
          apply(map, op, start, end);
          check(map, limit, model);
        }
      }),
    );
  });
});

function apply(map: BlockMap, op: string, start: number, end: number): void {
  if (op === 'whole') map.addWhole(start, end);
  if (op === 'touched') map.addTouched(start, end);
  if (op === 'delete') map.deleteTouched(start, end);
}

function check(map: BlockMap, limit: number, model: ReadonlySet<number>): void {
  let isComplete = true;
  for (let block = 0; block * B < limit; block += 1) {
    const end = Math.min(block * B + B, limit);
    expect(map.covers(block * B, end)).toBe(model.has(block));
    if (!model.has(block)) isComplete = false;
  }
  expect(map.isComplete).toBe(isComplete);
  const reloaded = new BlockMap(limit, Uint8Array.from(map.bitsWithout(undefined)));
  expect(reloaded.isComplete).toBe(isComplete);
  for (const gap of map.missing(0, 50 * B)) {
    expect(gap.start % B).toBe(0);
    expect(gap.end === limit || gap.end % B === 0).toBe(true);
    expect(map.covers(gap.start, gap.end)).toBe(false);
  }
}
