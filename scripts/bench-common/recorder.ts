/** What was measured: by workload and side, one figure per round, and the medians of them. */
import type { Traffic } from './line.js';

export type Side = 'nuage' | 'rclone' | 'curl' | 'disk';

interface Series {
  readonly seconds: number[];
  readonly requests: number[];
  readonly changes: number[];
  readonly bytes: number[];
}

export interface Figure {
  readonly seconds: number;
  /** Not known of the local disk. */
  readonly requests?: number;
  readonly changes?: number;
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
    const series = row.get(side) ?? { seconds: [], requests: [], changes: [], bytes: [] };
    row.set(side, series);
    series.seconds.push(seconds);
    if (traffic === undefined) return;
    series.requests.push(traffic.requests);
    series.changes.push(traffic.changes);
    series.bytes.push(traffic.bytes);
  }

  rows(): Row[] {
    return [...this.#rows].map(([workload, sides]) => ({
      workload,
      figures: Object.fromEntries([...sides].map(([side, series]) => [side, figureOf(series)])),
    }));
  }
}

function figureOf({ seconds, requests, changes, bytes }: Series): Figure {
  if (requests.length === 0) return { seconds: median(seconds) };
  return {
    seconds: median(seconds),
    requests: median(requests),
    changes: median(changes),
    mebibytes: median(bytes) / MIB,
  };
}

export function difference(before: Traffic, after: Traffic): Traffic {
  return {
    requests: after.requests - before.requests,
    changes: after.changes - before.changes,
    bytes: after.bytes - before.bytes,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
