/**
 * Programs at work on a mount that is about to break, and what must be left of their work: what was
 * acknowledged is there, whole, and not older.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { MountStatus } from '../../src/cli/control-messages.js';
import { isConflictName } from '../../src/sync/conflict.js';
import { type DiskKind, MountedNuage } from '../support/mounted-nuage.js';
import { scratchFolder } from '../support/scratch.js';
import { saveOf } from './known-text.js';

const WORK_MS_MAX = 1_500;
const SAVES_PER_ROUND_MAX = 100_000;

const PROGRAM = path.join(import.meta.dirname, 'busy-program.ts');

/** By name, the number of the last save that was acknowledged. */
type Acknowledged = Map<string, number>;

/** How the work is broken off, in the middle of it. */
export interface Break {
  /** As it is told: `kill`. */
  readonly name: string;
  /** Of the mount, beside those that all of them have. */
  readonly disk?: DiskKind;
  /** Programs wait for the disk (fsync) before they go on. */
  readonly isSynced: boolean;
  readonly happens: (mounted: MountedNuage) => Promise<unknown>;
}

/** Of all that is broken off. */
export const MS_PER_BREAK_MAX = 60_000;

/** Then an account begins anew: each break adds some hundred files, and all are read after each. */
const BREAKS_PER_ACCOUNT = 20;

/**
 * Breaks the work off so many times, each followed by another mount. What was acknowledged is there
 * then and in the end on the server, and nobody else worked there, so that is in no conflict.
 */
export async function breakAtWork(times: number, how: Break): Promise<void> {
  for (let done = 0; done < times; done += BREAKS_PER_ACCOUNT) {
    const breaks = Math.min(times - done, BREAKS_PER_ACCOUNT);
    const files = await breakOneAccount(breaks, how);
    console.log(`${how.name} ${done + breaks}: ${files} files in the last ${breaks}`);
  }
}

/** @returns how many files were acknowledged. */
async function breakOneAccount(times: number, how: Break): Promise<number> {
  const mounted = await MountedNuage.start({
    arguments: ['--poll-interval', '2'],
    disk: how.disk,
  });
  const acknowledged: Acknowledged = new Map();
  try {
    for (let round = 1; round <= times; round += 1) {
      const work = await workUntil(mounted, round, how);
      for (const [name, save] of work) acknowledged.set(name, save);
      await mounted.mount();
      const copy = await copyOut(mounted);
      expectKept(acknowledged, reader(copy), `after ${how.name} ${round}`);
      fs.rmSync(copy, { recursive: true });
    }
    await removeLost(mounted, acknowledged);
    await mounted.sync();
    const { folder } = mounted.server;
    expectKept(acknowledged, reader(folder), 'on the server');
    const conflicts = fs.readdirSync(folder).filter(isConflictName);
    const isFalse = (name: string): boolean => !how.isSynced || holds(acknowledged, folder, name);
    expect(conflicts.filter(isFalse), 'no false conflict').toEqual([]);
    return acknowledged.size;
  } finally {
    await mounted.close();
  }
}

/** What was being written when it happened may be lost, if nobody was told that it is kept. */
async function removeLost(mounted: MountedNuage, acknowledged: Acknowledged): Promise<void> {
  const { stdout } = await mounted.command('status', mounted.folder, '--json');
  const { pending } = JSON.parse(stdout) as MountStatus;
  const lost = pending.filter(({ failure }) => failure?.kind === 'bytes-lost');
  for (const { path: name } of lost) {
    expect([...acknowledged.keys()], 'what is lost was never acknowledged').not.toContain(name);
    await mounted.sh(`rm -- '${name}'`);
  }
}

/**
 * A power cut makes a copy beside of what was being written, which nobody was told to be kept. A
 * program saves one thing after the other, so all before the last acknowledged save of a round is.
 */
function holds(acknowledged: Acknowledged, folder: string, name: string): boolean {
  const save = saveOf(reader(folder)(name) ?? '');
  if (save === undefined) return false;
  return [...acknowledged.values()].some((last) => roundOf(last) === roundOf(save) && last >= save);
}

function roundOf(save: number): number {
  return Math.floor(save / SAVES_PER_ROUND_MAX);
}

/** Works until that happens. @param round numbers the saves: each is told from all others. */
async function workUntil(
  mounted: MountedNuage,
  round: number,
  { isSynced, happens }: Break,
): Promise<Acknowledged> {
  const first = `${round * SAVES_PER_ROUND_MAX}`;
  const program = ['--import', 'tsx', PROGRAM, mounted.folder, first];
  const child = spawn(process.execPath, isSynced ? [...program, 'synced'] : program, {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (piece) => (output += String(piece)));
  const closed = once(child, 'close');
  try {
    while (output === '' && child.exitCode === null) await pause(10);
    await pause(Math.random() * WORK_MS_MAX);
    await happens(mounted);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', save = ''] = line.split(' ');
      return [name, Number(save)];
    }),
  );
}

/** @param read undefined where there is no such file. */
function expectKept(
  acknowledged: Acknowledged,
  read: (name: string) => string | undefined,
  when: string,
): void {
  for (const [name, save] of acknowledged) {
    const text = read(name);
    expect(text, `${name} is there ${when}`).toBeDefined();
    const found = saveOf(text ?? '');
    expect(found, `${name} is whole ${when}`).toBeDefined();
    expect(found, `${name} is not older ${when}`).toBeGreaterThanOrEqual(save);
  }
}

/** A program of its own looks: this thread must not wait for a mount that a kill may have broken. */
async function copyOut(mounted: MountedNuage): Promise<string> {
  const copy = scratchFolder();
  await mounted.sh(`cp -- *.txt ${copy}/`);
  return copy;
}

function reader(folder: string): (name: string) => string | undefined {
  return (name) => {
    const file = path.join(folder, name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  };
}
