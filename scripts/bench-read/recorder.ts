/** What was measured: by workload and side, one figure per round, and the medians of them. */
import type { Traffic } from './line.js';

export type Side = 'nuage' | 'rclone' | 'curl' | 'disk';

interface Series {
  readonly seconds: number[];
  readonly requests: number[];
  readonly bytes: number[];
}

export interface Figure {
  readonly seconds: number;
  /** Not known of the local disk. */
  readonly requests?: number;
  readonly mebibytes?: number;
}

export interface Row {
  readonly workload: string;
  readonly figures: Partial<Record<Side, Figure>>;
}

const MIB = 1024 * 1024;

export class Recorder {
  readonly #rows = new Map<string, Map<Side, Series>>();

  add(workload: string, side: Side, seconds: number, traffic?: Traffic): void {
    const row = this.#rows.get(workload) ?? new Map<Side, Series>();
    this.#rows.set(workload, row);
    const series = row.get(side) ?? { seconds: [], requests: [], bytes: [] };
    row.set(side, series);
    series.seconds.push(seconds);
    if (traffic === undefined) return;
    series.requests.push(traffic.requests);
    series.bytes.push(traffic.bytes);
  }

  rows(): Row[] {
    return [...this.#rows].map(([workload, sides]) => ({
      workload,
      figures: Object.fromEntries([...sides].map(([side, series]) => [side, figureOf(series)])),
    }));
  }
}

function figureOf({ seconds, requests, bytes }: Series): Figure {
  if (requests.length === 0) return { seconds: median(seconds) };
  return {
    seconds: median(seconds),
    requests: median(requests),
    mebibytes: median(bytes) / MIB,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
