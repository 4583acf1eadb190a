/** Finds running mounts and asks them. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fromErrorRecord } from '../errors.js';
import { mountState } from '../fuse/mount.js';
import { CONTROL_ANSWER_CHARS_MAX, LET_GO_MS_MAX, STATUS_ANSWER_MS_MAX } from '../limits.js';
import { allAnnounced, type RunningMount } from './account-folder.js';
import { firstLine } from './control-line.js';
import type {
  ControlAnswer,
  ControlRequest,
  ControlResults,
  MountStatus,
} from './control-messages.js';
import { CommandError, EXIT } from './exit-codes.js';
import { humanList } from './messages/figures.js';
import { findMountText } from './messages/unmount.js';
import type { MountMetrics } from './metrics/exposition.js';
import { processEnds } from './process-alive.js';
import { quoted } from './quoted.js';
import { within } from './within.js';

/** Mounts whose process answers its socket. */
export async function runningMounts(): Promise<readonly RunningMount[]> {
  const mounts = allAnnounced();
  const alive = await Promise.all(mounts.map((mount) => isAlive(mount)));
  return mounts.filter((_, index) => alive[index]);
}

/** Those that a killed process left: every access to them fails. */
export function deadMounts(running: readonly Pick<RunningMount, 'pid'>[]): readonly RunningMount[] {
  const pids = new Set(running.map(({ pid }) => pid));
  return allAnnounced().filter(
    ({ pid, mountPoint }) => !pids.has(pid) && mountState(mountPoint) === 'stale',
  );
}

export function deathOf({ mountPoint }: RunningMount): CommandError {
  return new CommandError(
    EXIT.INSTANCE,
    findMountText.processGone({ folder: mountPoint }),
    findMountText.mountOrClear({ folder: quoted(mountPoint) }),
  );
}

/** The mount that this folder is, or lies in; without a folder, the only one that runs. */
export async function findMount(folder: string | undefined): Promise<RunningMount> {
  const mounts = await runningMounts();
  if (folder !== undefined) {
    const found = mountAt(mounts, path.resolve(folder));
    if (found !== undefined) return found;
    const dead = mountAt(deadMounts(mounts), path.resolve(folder));
    if (dead !== undefined) throw deathOf(dead);
    throw new CommandError(
      EXIT.INSTANCE,
      findMountText.notMounted({ folder: path.resolve(folder) }),
      mounts.length === 0
        ? findMountText.noneMounted()
        : findMountText.mounted({ folders: names(mounts) }),
    );
  }
  const [only, second] = mounts;
  if (only === undefined) {
    const [dead] = deadMounts(mounts);
    if (dead !== undefined) throw deathOf(dead);
    throw new CommandError(EXIT.INSTANCE, findMountText.noneMounted(), findMountText.howToMount());
  }
  if (second === undefined) return only;
  throw new CommandError(
    EXIT.USAGE,
    findMountText.severalMounted(),
    findMountText.nameOne({ folders: names(mounts) }),
  );
}

/** Exactly this folder, also by another path to it. */
export function mountOnFolder(
  mounts: readonly RunningMount[],
  folder: string,
): RunningMount | undefined {
  return mounts.find((mount) => mount.mountPoint === folder || isSame(mount, folder));
}

/** This folder, or the nearest above it. */
function mountAt(mounts: readonly RunningMount[], folder: string): RunningMount | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = mountOnFolder(mounts, at);
    if (found !== undefined || at === path.dirname(at)) return found;
  }
}

/** Waits as long as it takes, or until `signal`: `sync` and `unmount` send what is left. */
export function ask<Op extends ControlRequest['op']>(
  mount: RunningMount,
  request: Extract<ControlRequest, { readonly op: Op }>,
  signal?: AbortSignal,
): Promise<ControlResults[Op]> {
  return exchange(mount, request, (answer) => answer, signal);
}

/** Of a mount that may be stuck. */
export function askStatus(mount: RunningMount): Promise<MountStatus> {
  return askSoon(mount, { op: 'status' });
}

export function askMetrics(mount: RunningMount): Promise<MountMetrics> {
  return askSoon(mount, { op: 'metrics' });
}

function askSoon<Op extends 'status' | 'metrics'>(
  mount: RunningMount,
  request: { readonly op: Op },
): Promise<ControlResults[Op]> {
  return exchange<Op>(mount, request as Extract<ControlRequest, { op: Op }>, async (answer) => {
    const line = await within(STATUS_ANSWER_MS_MAX, answer);
    if (line !== undefined) return line;
    const pid = String(mount.pid);
    throw new CommandError(
      EXIT.UNEXPECTED,
      findMountText.noAnswer({ folder: mount.mountPoint, pid }),
      findMountText.killIt({ pid }),
    );
  });
}

/** @param wait for the answer: a line, empty where the mount ends first. */
async function exchange<Op extends ControlRequest['op']>(
  mount: RunningMount,
  request: Extract<ControlRequest, { readonly op: Op }>,
  wait: (answer: Promise<string>) => Promise<string>,
  signal?: AbortSignal,
): Promise<ControlResults[Op]> {
  const connection = net.connect(mount.socket);
  const giveUp = (): void => void connection.destroy();
  signal?.addEventListener('abort', giveUp);
  try {
    const line = firstLine(connection, CONTROL_ANSWER_CHARS_MAX);
    connection.write(`${JSON.stringify(request)}\n`);
    const text = await wait(line.then((told) => told ?? ''));
    if (text === '') throw await hungUp(mount);
    const answer = JSON.parse(text) as ControlAnswer;
    // The type of the result follows from `op`.
    if (answer.ok) return answer.result as ControlResults[Op];
    throw fromErrorRecord(answer.error);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    connection.destroy();
  }
}

/** It ends, or it may open no connection more: then the system takes ours and lets it go. */
async function hungUp({ mountPoint: folder, pid }: RunningMount): Promise<CommandError> {
  if (await processEnds(pid, LET_GO_MS_MAX)) {
    return new CommandError(EXIT.INSTANCE, findMountText.justEnded({ folder }));
  }
  const told = findMountText.noAnswer({ folder, pid: String(pid) });
  return new CommandError(EXIT.UNEXPECTED, told, findMountText.noDescriptors());
}

function isAlive(mount: RunningMount): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(mount.socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

/** Reached by another path, over a symbolic link. Looks at the parents only: the mount may hang. */
function isSame(mount: RunningMount, wanted: string): boolean {
  if (path.basename(mount.mountPoint) !== path.basename(wanted)) return false;
  try {
    const parents = [mount.mountPoint, wanted].map((at) => fs.realpathSync(path.dirname(at)));
    return parents[0] === parents[1];
  } catch {
    return false;
  }
}

function names(mounts: readonly RunningMount[]): string {
  return humanList(mounts.map((mount) => mount.mountPoint));
}
