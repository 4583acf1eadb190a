import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRanges } from '../../src/cache/byte-ranges.js';

const BYTES = 40;

const range = fc
  .tuple(fc.nat(BYTES), fc.nat(BYTES))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

const change = fc.record({ isAdded: fc.boolean(), range });

describe('ranges of bytes', () => {
  it('agree with a plain set of bytes after any changes', () => {
    fc.assert(
      fc.property(fc.array(change), range, (changes, asked) => {
        const ranges = new ByteRanges();
        const bytes = new Set<number>();
        for (const { isAdded, range: at } of changes) {
          if (isAdded) ranges.add(at.start, at.end);
          else ranges.delete(at.start, at.end);
          for (let byte = at.start; byte < at.end; byte += 1) {
            if (isAdded) bytes.add(byte);
            else bytes.delete(byte);
          }
        }
        const missing = ranges
          .gaps(asked.start, asked.end)
          .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
        const expected = [];
        for (let byte = asked.start; byte < asked.end; byte += 1) {
          if (!bytes.has(byte)) expected.push(byte);
        }
        expect(missing).toEqual(expected);
        let runs = 0;
        for (const byte of bytes) if (!bytes.has(byte - 1)) runs += 1;
        expect(ranges.count).toBe(runs);
      }),
    );
  });

  it('tell what an added one is part of', () => {
    const ranges = new ByteRanges();
    ranges.add(10, 20);
    ranges.add(30, 40);
    expect(ranges.add(20, 30)).toEqual({ start: 10, end: 40 });
  });

  it('give up one that is not the one just added', () => {
    const ranges = new ByteRanges();
    ranges.add(10, 20);
    ranges.dropOneBeside(ranges.add(0, 5));
    expect(ranges.gaps(0, 20)).toEqual([{ start: 5, end: 20 }]);
    ranges.dropOneBeside(ranges.add(30, 40));
    expect(ranges.gaps(0, 40)).toEqual([{ start: 0, end: 30 }]);
  });
});
