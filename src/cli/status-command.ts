/** `status`: at a glance, live, for a script. */
import { setTimeout as pause } from 'node:timers/promises';
import { WATCH_MS } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import {
  askMetrics,
  askStatus,
  deadMounts,
  deathOf,
  findMount,
  runningMounts,
} from './control-client.js';
import type { MountStatus } from './control-messages.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import { explainedLine } from './explain.js';
import { findMountText } from './messages/unmount.js';
import { expose, type MountMetrics } from './metrics/exposition.js';
import { showStatus } from './show-status.js';

export interface StatusOptions {
  readonly json: boolean;
  /** For Prometheus, and nothing else. */
  readonly metrics: boolean;
  /** Again and again, until Ctrl-C. */
  readonly watch: boolean;
  /** Answers by the exit code. */
  readonly exitCode: boolean;
}

export async function status(dir: string | undefined, options: StatusOptions): Promise<void> {
  if (options.metrics) {
    process.stdout.write(expose(await metrics(dir)));
    return;
  }
  if (options.watch) {
    await watch(dir, options);
    return;
  }
  const all = await statuses(dir);
  process.stdout.write(options.json ? `${json(dir, all)}\n` : shown(dir, all));
  if (options.exitCode) answer(all);
}

async function statuses(dir: string | undefined): Promise<readonly MountStatus[]> {
  return Promise.all((await mountsOf(dir)).map((mount) => askStatus(mount)));
}

async function metrics(dir: string | undefined): Promise<readonly MountMetrics[]> {
  return Promise.all((await mountsOf(dir)).map((mount) => askMetrics(mount)));
}

async function mountsOf(dir: string | undefined): Promise<readonly RunningMount[]> {
  return dir === undefined ? runningMounts() : [await findMount(dir)];
}

/** With a folder one object, else a list of them (docs/STATUS.md). */
function json(dir: string | undefined, all: readonly MountStatus[], indent = 2): string {
  return JSON.stringify(dir === undefined ? all : all[0], undefined, indent);
}

function shown(dir: string | undefined, all: readonly MountStatus[]): string {
  const parts = all.map((one) => showStatus(one));
  for (const dead of dir === undefined ? deadMounts(all) : []) {
    const { message, hint } = deathOf(dead);
    parts.push(`${message}\n${hint ?? ''}\n`);
  }
  return parts.length === 0 ? `${findMountText.noneMounted()}\n` : parts.join('\n');
}

const CLEAR = '\u001b[H\u001b[J';
const OTHER_SCREEN = '\u001b[?1049h';
const OWN_SCREEN = '\u001b[?1049l';

/** On a terminal in a screen of its own; elsewhere one status after the other, as JSON in lines. */
async function watch(dir: string | undefined, { json: asJson }: StatusOptions): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort);
  const { stdout } = process;
  const isLive = stdout.isTTY && !asJson;
  if (isLive) stdout.write(OTHER_SCREEN);
  try {
    while (!stop.signal.aborted) {
      const all = await statuses(dir);
      if (asJson) stdout.write(`${json(dir, all, 0)}\n`);
      else stdout.write(isLive ? CLEAR + shown(dir, all) : shown(dir, all));
      await pause(WATCH_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', abort);
    if (isLive) stdout.write(OWN_SCREEN);
  }
}

/** @throws CommandError with the gravest that holds of any. */
function answer(all: readonly MountStatus[]): void {
  if (all.length === 0) throw new CommandError(EXIT.INSTANCE, findMountText.noneMounted());
  const codes = all.map((one) => codeOf(one));
  for (const code of [EXIT.LOGIN, EXIT.UNREACHABLE, EXIT.QUEUE]) {
    const at = codes.indexOf(code);
    const one = all[at];
    if (one === undefined) continue;
    const told = one.reason === undefined ? showStatus(one).trimEnd() : explainedLine(one.reason);
    throw new CommandError(code, told);
  }
}

function codeOf({ online, reason, pendingCount }: MountStatus): ExitCode {
  if (!online) return reason?.kind === 'unauthenticated' ? EXIT.LOGIN : EXIT.UNREACHABLE;
  return pendingCount > 0 ? EXIT.QUEUE : EXIT.OK;
}
