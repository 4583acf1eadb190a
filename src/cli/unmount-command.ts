/** `unmount`: sends what can be sent, for a moment or (`--wait`) to the end, then ends a mount. */
import { setTimeout as pause } from 'node:timers/promises';
import { NuageError } from '../errors.js';
import { mountState, unmountFuse } from '../fuse/mount.js';
import { ENDING_MS_MAX, LET_GO_MS_MAX, PROGRESS_MS } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import { ask, mountOnFolder, runningMounts } from './control-client.js';
import type { MountStatus } from './control-messages.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { findMountText, unmountText } from './messages/unmount.js';
import { clearStale, resolveMountPoint } from './mount-point.js';
import { print, printJson } from './print.js';
import { processEnds } from './process-alive.js';
import { QueueProgress } from './queue-progress.js';
import { showPending } from './show-status.js';

export interface UnmountOptions {
  readonly lazy: boolean;
  /** Until everything has been sent. */
  readonly wait: boolean;
  readonly json: boolean;
}

export async function unmount(dir: string, options: UnmountOptions): Promise<void> {
  const mountPoint = resolveMountPoint(dir);
  const running = mountOnFolder(await runningMounts(), mountPoint);
  if (running === undefined) {
    unmountOther(mountPoint, options);
    return;
  }
  const progress = new QueueProgress(options);
  if (options.wait) await waitUntilSent(running, progress);
  const ended = asMountError(ask(running, { op: 'unmount', lazy: options.lazy }));
  const left = await progress.telling(running, ended);
  const hasEnded = await processEnds(running.pid, options.lazy ? LET_GO_MS_MAX : ENDING_MS_MAX);
  if (!hasEnded && !options.lazy) {
    const pid = String(running.pid);
    throw new CommandError(
      EXIT.UNEXPECTED,
      unmountText.processStays({ folder: mountPoint, pid }),
      unmountText.killEnds({ pid }),
    );
  }
  if (options.json) printJson(left, 0);
  else tellEnd(left, hasEnded);
  if (left.pendingCount === 0) return;
  throw new CommandError(
    EXIT.QUEUE,
    unmountText.unsent({ count: left.pendingCount }),
    unmountText.sentLater(),
  );
}

function tellEnd(left: MountStatus, hasEnded: boolean): void {
  print(unmountText.unmounted({ folder: left.mountPoint }));
  if (!hasEnded) print(unmountText.processWaits());
  if (left.pendingCount > 0) print([unmountText.kept(), ...showPending(left)].join('\n'));
}

/**
 * However long it takes: what is refused is tried again by itself, and a network may come back.
 * @throws CommandError for Ctrl-C, which leaves the mount as it was.
 */
async function waitUntilSent(mount: RunningMount, progress: QueueProgress): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort);
  try {
    for (;;) {
      const sent = ask(mount, { op: 'sync' }, stop.signal);
      const left = await progress.telling(mount, sent);
      if (left.pendingCount === 0) return;
      progress.tell(left);
      await pause(PROGRESS_MS, undefined, { signal: stop.signal });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const told = unmountText.staysMounted({ folder: mount.mountPoint });
    throw new CommandError(EXIT.QUEUE, told, unmountText.goesOn());
  } finally {
    process.off('SIGINT', abort);
  }
}

async function asMountError<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof NuageError ? mountError(error) : error;
  }
}

/** What does not answer to this user's commands. */
function unmountOther(mountPoint: string, options: Pick<UnmountOptions, 'lazy'>): void {
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
