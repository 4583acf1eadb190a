/** What is asked of a mount that runs: its end, its status, that everything be sent. */
import { setTimeout as pause } from 'node:timers/promises';
import { NuageError } from '../errors.js';
import { mountState, unmountFuse } from '../fuse/mount.js';
import { ENDING_LOOK_MS, ENDING_MS_MAX, LET_GO_MS_MAX, PROGRESS_MS } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import { ask, askStatus, findMount, mountOnFolder, runningMounts } from './control-client.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { syncText } from './messages/sync.js';
import { findMountText, unmountText } from './messages/unmount.js';
import { clearStale, resolveMountPoint } from './mount-point.js';
import { isProcessAlive } from './process-alive.js';
import { quoted } from './quoted.js';
import { LiveLine } from './paint.js';
import { showTransfer } from './show-status.js';

export async function unmount(dir: string, options: { readonly lazy: boolean }): Promise<void> {
  const mountPoint = resolveMountPoint(dir);
  const running = mountOnFolder(await runningMounts(), mountPoint);
  if (running === undefined) {
    unmountOther(mountPoint, options);
    return;
  }
  const ended = asMountError(ask(running, { op: 'unmount', lazy: options.lazy }));
  const { pendingCount } = await telling(running, ended);
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

/** Waits until everything has been sent, telling how much is left. */
export async function sync(dir: string | undefined): Promise<void> {
  const mount = await findMount(dir);
  const asked = ask(mount, { op: 'sync' });
  const { pendingCount, online, heldDeletions } = await telling(mount, asked);
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
  const why = syncText.whichAndWhy({ folder });
  throw new CommandError(EXIT.QUEUE, say({ count: pendingCount }), why);
}

/** How much is left to send: on a terminal in one line that is written over, else in lines. */
async function telling<T>(mount: RunningMount, waited: Promise<T>): Promise<T> {
  const live = new LiveLine();
  const tell = async (): Promise<void> => {
    const { pendingCount, transfers } = await askStatus(mount);
    if (pendingCount === 0) return;
    const line = syncText.toBeSent({ count: pendingCount });
    const upload = transfers.find(({ direction }) => direction === 'up');
    if (process.stderr.isTTY) live.show(upload ? `${line} ${showTransfer(upload)}` : line);
    else process.stderr.write(`${line}\n`);
  };
  // That it could not be told is no reason to stop: who waits notices the end of the mount.
  const progress = setInterval(() => void tell().catch(() => undefined), PROGRESS_MS);
  try {
    return await waited;
  } finally {
    clearInterval(progress);
    live.clear();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
