/** A set of bytes as few ranges: sorted, none touching another. */
import { assert } from '../assert.js';
import type { ByteRange } from './block-map.js';

export class ByteRanges {
  #ranges: ByteRange[] = [];

  get count(): number {
    return this.#ranges.length;
  }

  /** Joins it with what it touches. @returns the range that it is part of from now on. */
  add(start: number, end: number): ByteRange {
    assert(start <= end, 'a range ends behind its start');
    const before = this.#ranges.filter((range) => range.end < start);
    const after = this.#ranges.filter((range) => range.start > end);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const joined = {
      start: Math.min(start, touched[0]?.start ?? start),
      end: Math.max(end, touched.at(-1)?.end ?? end),
    };
    this.#ranges = joined.start < joined.end ? [...before, joined, ...after] : this.#ranges;
    return joined;
  }

  delete(start: number, end: number): void {
    if (start >= end) return;
    this.#ranges = this.#ranges.flatMap((range) => [
      ...cut(range.start, Math.min(range.end, start)),
      ...cut(Math.max(range.start, end), range.end),
    ]);
  }

  /** What is not in it. */
  gaps(start: number, end: number): ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = start;
    for (const range of this.#ranges) {
      if (range.end <= at) continue;
      if (range.start >= end) break;
      gaps.push(...cut(at, range.start));
      at = range.end;
    }
    gaps.push(...cut(at, end));
    return gaps;
  }

  /** Gives up one range, but not the one that begins here. */
  dropOneBeside({ start }: ByteRange): void {
    if (this.#ranges[0]?.start === start) this.#ranges.pop();
    else this.#ranges.shift();
  }
}

function cut(start: number, end: number): ByteRange[] {
  return start < end ? [{ start, end }] : [];
}
