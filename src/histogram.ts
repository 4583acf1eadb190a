/**
 * How long things take, counted by ranges, as Prometheus understands them. The numbers lie in
 * memory that another thread may read: each is written by one thread alone, and an observation
 * allocates nothing.
 */
import { assert } from './assert.js';

export interface HistogramReading {
  /** For each bound those at or below it; the last is `Infinity`, with all. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

export class Histogram {
  readonly #bounds: readonly number[];
  /** A count for each range, that above the last bound, and the sum of all. */
  readonly #cells: Float64Array;

  /** @param cells of {@link Histogram.cellsOf} these bounds, which ascend. */
  constructor(
    bounds: readonly number[],
    cells: Float64Array = new Float64Array(Histogram.cellsOf(bounds)),
  ) {
    assert(cells.length === Histogram.cellsOf(bounds), 'a histogram has a cell for each range');
    this.#bounds = bounds;
    this.#cells = cells;
  }

  static cellsOf(bounds: readonly number[]): number {
    return bounds.length + 2;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? Infinity)) at += 1;
    this.#add(at, 1);
    this.#add(bounds.length + 1, value);
  }

  read(): HistogramReading {
    let count = 0;
    const buckets = [...this.#bounds, Infinity].map((bound, at) => {
      count += this.#cells[at] ?? 0;
      return { bound, count };
    });
    return { buckets, count, sum: this.#cells.at(-1) ?? 0 };
  }

  #add(cell: number, value: number): void {
    this.#cells[cell] = (this.#cells[cell] ?? 0) + value;
  }
}
