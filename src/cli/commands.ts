/** What each command does, once its arguments are known. */
import { setTimeout as pause } from 'node:timers/promises';
import { NuageError } from '../errors.js';
import { mountState, unmountFuse } from '../fuse/mount.js';
import { ENDING_MS_MAX, LET_GO_MS_MAX } from '../limits.js';
import { startInBackground } from './background.js';
import { ask, askStatus, findMount, mountOnFolder, runningMounts } from './control-client.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { prepareMountPoint, requireFuse, resolveMountPoint } from './mount-point.js';
import { type MountArguments, mountSettings } from './mount-settings.js';
import { findPassword } from './password.js';
import { runMount } from './run-mount.js';
import { showStatus } from './show-status.js';

const PROGRESS_MS = 1_000;
const ENDING_LOOK_MS = 50;

export async function mount(args: MountArguments): Promise<void> {
  const settings = mountSettings(args);
  const { user, url, mountPoint } = settings;
  // What is wrong here is said before anybody types a password.
  requireFuse();
  prepareMountPoint(mountPoint);
  const password = await findPassword({ user, url, file: args.passwordFile });
  const told = `The account of ${user} on ${url} is mounted on ${mountPoint}.`;
  if (args.foreground) {
    await runMount(settings, password, () => print(`${told} Ctrl-C ends it.`));
    return;
  }
  await startInBackground(settings, password);
  print(told);
}

export async function unmount(dir: string, options: { readonly lazy: boolean }): Promise<void> {
  const mountPoint = resolveMountPoint(dir);
  const running = mountOnFolder(await runningMounts(), mountPoint);
  if (running === undefined) {
    unmountStale(mountPoint);
    return;
  }
  const { pendingCount } = await asMountError(ask(running, { op: 'unmount', lazy: options.lazy }));
  const hasEnded = await processEnds(running.pid, options.lazy ? LET_GO_MS_MAX : ENDING_MS_MAX);
  if (!hasEnded && !options.lazy) {
    throw new CommandError(
      EXIT.UNEXPECTED,
      `${mountPoint} is unmounted, but its process ${running.pid} does not end.`,
      `\`kill ${running.pid}\` ends it.`,
    );
  }
  print(`${mountPoint} is unmounted.`);
  if (!hasEnded) print('Its process ends when the last program lets go of its files there.');
  if (pendingCount === 0) return;
  throw new CommandError(
    EXIT.QUEUE,
    `${changes(pendingCount)} could not be sent; nothing is lost.`,
    'They go out when the account is mounted again.',
  );
}

async function asMountError<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof NuageError ? mountError(error) : error;
  }
}

function unmountStale(mountPoint: string): void {
  switch (mountState(mountPoint)) {
    case 'stale':
      unmountFuse(mountPoint, { lazy: true });
      print(`${mountPoint} was left behind by a process that is gone; it is unmounted.`);
      return;
    case 'live':
      // Mounted with another data folder, or by another user: its process notices and leaves.
      try {
        unmountFuse(mountPoint, { lazy: false });
      } catch (error) {
        throw mountError(error);
      }
      print(`${mountPoint} is unmounted.`);
      return;
    case 'foreign':
    case 'none':
      throw new CommandError(
        EXIT.INSTANCE,
        `Nothing of nuage-mount is mounted on ${mountPoint}.`,
        '`nuage-mount status` shows what is mounted.',
      );
  }
}

async function processEnds(pid: number, msMax: number): Promise<boolean> {
  for (let waited = 0; waited < msMax; waited += ENDING_LOOK_MS) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await pause(ENDING_LOOK_MS);
  }
  return false;
}

export async function status(
  dir: string | undefined,
  options: { readonly json: boolean },
): Promise<void> {
  const mounts = dir === undefined ? await runningMounts() : [await findMount(dir)];
  const all = await Promise.all(mounts.map((mount) => askStatus(mount)));
  if (options.json) print(JSON.stringify(dir === undefined ? all : all[0], undefined, 2));
  else if (all.length === 0) print('No account is mounted.');
  else process.stdout.write(all.map((one) => showStatus(one)).join('\n'));
}

/** Waits until everything has been sent, telling how much is left. */
export async function sync(dir: string | undefined): Promise<void> {
  const mount = await findMount(dir);
  const tellProgress = async (): Promise<void> => {
    const { pendingCount } = await askStatus(mount);
    if (pendingCount > 0) process.stderr.write(`${changes(pendingCount)} to be sent…\n`);
  };
  // That it could not be told is no reason to stop; `ask` below notices the end of the mount.
  const progress = setInterval(() => void tellProgress().catch(() => undefined), PROGRESS_MS);
  try {
    const { pendingCount, online } = await ask(mount, { op: 'sync' });
    if (pendingCount === 0) {
      print('Everything has been sent.');
      return;
    }
    const left = changes(pendingCount);
    throw new CommandError(
      EXIT.QUEUE,
      online ? `The server refused ${left}; nothing is lost.` : `Offline; ${left} wait.`,
      `\`nuage-mount status ${mount.mountPoint}\` names them.`,
    );
  } finally {
    clearInterval(progress);
  }
}

function changes(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
