/**
 * Runs the POSIX cases on any folder, from a process of its own, so that the caller never waits
 * for a mount that it may serve itself. A case that hangs is reported as failed and its process
 * killed; the cases behind it go on in another.
 */
import { execFile, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { posixCases } from './case-table.js';
import type { ChildArguments, ChildLine } from './child.js';
import { NEEDS_ROOT } from './posix-case.js';

export interface PosixResult {
  readonly id: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was left out. */
  readonly message: string;
}

export interface PosixOptions {
  /** Case → why this file system deviates. An unknown case is refused. */
  readonly skip?: Readonly<Record<string, string>>;
  /** Whose process the cases run in, where it is not the caller; its group has the same number. */
  readonly uid?: number;
  /** Longest silence of the cases' process. */
  readonly caseMsMax?: number;
}

const execute = promisify(execFile);

const CASE_MS_MAX = 20_000;
const REMOVAL_MS_MAX = 60_000;
const CHILD = join(import.meta.dirname, 'child.ts');
const PROJECT = resolve(import.meta.dirname, '../..');

export const posixCaseIds: readonly string[] = Object.keys(posixCases);

/** For `skip`: the cases about users other than the owner, on a mount that is closed to them. */
export function skipOtherUsers(reason: string): Readonly<Record<string, string>> {
  const ids = posixCaseIds.filter((id) => id.startsWith(NEEDS_ROOT));
  return Object.fromEntries(ids.map((id) => [id, reason]));
}

export async function runPosixCases(
  mountPoint: string,
  options: PosixOptions = {},
): Promise<readonly PosixResult[]> {
  const skip = skipReasons(options.skip ?? {});
  const results = new Map<string, PosixResult>();
  const { uid } = options;
  const folder = await makeFolder(mountPoint, uid);
  try {
    let left = posixCaseIds.filter((id) => !skip.has(id));
    while (left.length > 0) {
      await runChild({ folder, ids: left }, { ...options, results });
      const next = left.filter((id) => !results.has(id));
      if (next.length === left.length) throw new Error('the cases do not start');
      left = next;
    }
  } finally {
    await execute('rm', ['-rf', folder], { uid, gid: uid, timeout: REMOVAL_MS_MAX });
  }
  return posixCaseIds.map((id) => {
    const reason = skip.get(id);
    if (reason !== undefined) return { id, outcome: 'skipped', message: reason };
    return results.get(id) ?? { id, outcome: 'failed', message: 'it was not run' };
  });
}

function skipReasons(given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const unknown = Object.keys(given).filter((id) => !(id in posixCases));
  if (unknown.length > 0) throw new Error(`no such cases: ${unknown.join(', ')}`);
  const isRoot = process.getuid?.() === 0;
  return new Map(Object.entries({ ...(isRoot ? {} : skipOtherUsers('needs root')), ...given }));
}

/** By that user: who is not root has no access to the mount of another one, and root neither. */
async function makeFolder(mountPoint: string, uid: number | undefined): Promise<string> {
  const folder = join(mountPoint, `posix-${process.pid}`);
  // For the cases about other users, who must get this far.
  await execute('mkdir', ['-m', '755', folder], { uid, gid: uid, timeout: REMOVAL_MS_MAX });
  return folder;
}

interface Run extends PosixOptions {
  readonly results: Map<string, PosixResult>;
}

/** Fills `results`; what it does not reach because a case hung is left for the next child. */
async function runChild(
  args: ChildArguments,
  { uid, caseMsMax: silenceMsMax = CASE_MS_MAX, results }: Run,
): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(args)], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    uid,
    gid: uid,
  });
  let running: string | undefined;
  let errors = '';
  const kill = (): boolean => child.kill('SIGKILL');
  let silence = setTimeout(kill, silenceMsMax);
  createInterface({ input: child.stdout }).on('line', (text) => {
    clearTimeout(silence);
    silence = setTimeout(kill, silenceMsMax);
    const line = JSON.parse(text) as ChildLine;
    running = line.state === 'begun' ? line.id : undefined;
    if (line.state === 'begun') return;
    const message = line.state === 'failed' ? line.message : '';
    results.set(line.id, { id: line.id, outcome: line.state, message });
  });
  child.stderr.on('data', (piece) => (errors += String(piece)));
  const signal = await new Promise<string>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, ended) => done(ended ?? `code ${code ?? 0}`));
  });
  clearTimeout(silence);
  if (running === undefined) return;
  const message = `its process ended by ${signal} (hung?) ${errors}`;
  results.set(running, { id: running, outcome: 'failed', message });
}
