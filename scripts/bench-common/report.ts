/** Prints what was measured of each server as soon as it is, or all of it as JSON in the end. */
import type { Row } from './recorder.js';
import { table } from './table.js';

export interface Measured {
  readonly server: string;
  readonly rows: readonly Row[];
}

interface Form {
  readonly rounds: string;
  readonly json: boolean;
}

/** @param measures one server each, in this order; undefined of one that is not there. */
export async function report(
  measures: readonly (() => Promise<Measured | undefined>)[],
  { rounds, json }: Form,
): Promise<void> {
  const results: Measured[] = [];
  for (const measure of measures) {
    const measured = await measure();
    if (measured === undefined) continue;
    results.push(measured);
    const { server, rows } = measured;
    if (!json) process.stdout.write(`\n${server}, medians of ${rounds} rounds\n\n${table(rows)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
}
