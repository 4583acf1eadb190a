/**
 * Runs cases in a process of its own: `child.ts '{"folder": "/…", "ids": […]}'`. Each case gets a
 * fresh folder within `folder`. One JSON line per case to stdout: before it begins, and its result.
 */
import { mkdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { posixCases } from './case-table.js';

export interface ChildArguments {
  readonly folder: string;
  readonly ids: readonly string[];
}

export type ChildLine =
  | { readonly id: string; readonly state: 'begun' | 'passed' }
  | { readonly id: string; readonly state: 'failed'; readonly message: string };

function tell(line: ChildLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function runCase(id: string, dir: string): ChildLine {
  const test = posixCases[id];
  if (test === undefined) return { id, state: 'failed', message: 'no such case' };
  try {
    mkdirSync(dir);
    test(dir);
    return { id, state: 'passed' };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id, state: 'failed', message };
  }
}

process.umask(0o022);
const { folder, ids } = JSON.parse(process.argv[2] ?? '{}') as ChildArguments;
for (const [index, id] of ids.entries()) {
  tell({ id, state: 'begun' });
  const dir = join(folder, `case-${index}`);
  const result = runCase(id, dir);
  try {
    rmSync(dir, { recursive: true, force: true });
    tell(result);
  } catch (error) {
    tell({ id, state: 'failed', message: `its folder cannot be removed: ${String(error)}` });
  }
}
