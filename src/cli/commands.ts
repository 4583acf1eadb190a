/** What is asked of a mount that runs: its end, its status, that everything be sent. */
import { setTimeout as pause } from 'node:timers/promises';
import { NuageError } from '../errors.js';
import { mountState, unmountFuse } from '../fuse/mount.js';
import { ENDING_LOOK_MS, ENDING_MS_MAX, LET_GO_MS_MAX, PROGRESS_MS } from '../limits.js';
import {
  ask,
  askStatus,
  deadMounts,
  deathOf,
  findMount,
  mountOnFolder,
  runningMounts,
} from './control-client.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { syncText } from './messages/sync.js';
import { findMountText, unmountText } from './messages/unmount.js';
import { clearStale, resolveMountPoint } from './mount-point.js';
import { isProcessAlive } from './process-alive.js';
import { quoted } from './quoted.js';
import { showStatus } from './show-status.js';

export async function unmount(dir: string, options: { readonly lazy: boolean }): Promise<void> {
  const mountPoint = resolveMountPoint(dir);
  const running = mountOnFolder(await runningMounts(), mountPoint);
  if (running === undefined) {
    unmountOther(mountPoint, options);
    return;
  }
  const { pendingCount } = await asMountError(ask(running, { op: 'unmount', lazy: options.lazy }));
  const hasEnded = await processEnds(running.pid, options.lazy ? LET_GO_MS_MAX : ENDING_MS_MAX);
  if (!hasEnded && !options.lazy) {
    const pid = String(running.pid);
    throw new CommandError(
      EXIT.UNEXPECTED,
      unmountText.processStays({ folder: mountPoint, pid }),
      unmountText.killEnds({ pid }),
    );
  }
  print(unmountText.unmounted({ folder: mountPoint }));
  if (!hasEnded) print(unmountText.processWaits());
  if (pendingCount === 0) return;
  throw new CommandError(
    EXIT.QUEUE,
    unmountText.unsent({ count: pendingCount }),
    unmountText.sentLater(),
  );
}

async function asMountError<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof NuageError ? mountError(error) : error;
  }
}

/** What does not answer to this user's commands. */
function unmountOther(mountPoint: string, options: { readonly lazy: boolean }): void {
  switch (mountState(mountPoint)) {
    case 'stale':
      clearStale(mountPoint);
      print(unmountText.wasLeftBehind({ folder: mountPoint }));
      return;
    case 'live':
      // Mounted with another data folder, or by another user: its process notices and leaves.
      try {
        unmountFuse(mountPoint, options);
      } catch (error) {
        throw mountError(error);
      }
      print(unmountText.unmounted({ folder: mountPoint }));
      return;
    case 'foreign':
    case 'none':
      throw new CommandError(
        EXIT.INSTANCE,
        findMountText.notMounted({ folder: mountPoint }),
        findMountText.statusShows(),
      );
  }
}

async function processEnds(pid: number, msMax: number): Promise<boolean> {
  for (let waited = 0; waited < msMax; waited += ENDING_LOOK_MS) {
    if (!isProcessAlive(pid)) return true;
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
  if (options.json) {
    print(JSON.stringify(dir === undefined ? all : all[0], undefined, 2));
    return;
  }
  const shown = all.map((one) => showStatus(one));
  for (const dead of dir === undefined ? deadMounts(mounts) : []) {
    const { message, hint } = deathOf(dead);
    shown.push(`${message}\n${hint ?? ''}\n`);
  }
  if (shown.length === 0) print(findMountText.noneMounted());
  else process.stdout.write(shown.join('\n'));
}

/** Waits until everything has been sent, telling how much is left. */
export async function sync(dir: string | undefined): Promise<void> {
  const mount = await findMount(dir);
  const tellProgress = async (): Promise<void> => {
    const { pendingCount } = await askStatus(mount);
    if (pendingCount > 0) process.stderr.write(`${syncText.toBeSent({ count: pendingCount })}\n`);
  };
  // That it could not be told is no reason to stop; `ask` below notices the end of the mount.
  const progress = setInterval(() => void tellProgress().catch(() => undefined), PROGRESS_MS);
  try {
    const { pendingCount, online, heldDeletions } = await ask(mount, { op: 'sync' });
    if (pendingCount === 0) {
      print(syncText.allSent());
      return;
    }
    const folder = quoted(mount.mountPoint);
    if (heldDeletions?.entries === pendingCount) {
      const told = syncText.held({ count: pendingCount });
      throw new CommandError(EXIT.QUEUE, told, syncText.showsHeld({ folder }));
    }
    const say = online ? syncText.refused : syncText.offline;
    throw new CommandError(
      EXIT.QUEUE,
      say({ count: pendingCount }),
      syncText.whichAndWhy({ folder }),
    );
  } finally {
    clearInterval(progress);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
