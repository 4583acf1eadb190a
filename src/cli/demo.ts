/**
 * `nuage-mount demo`: an embedded Nuage with a teacher's account, mounted. Nothing of it is left at
 * the end, which comes by Ctrl-C, `umount`, SIGTERM or the end of the terminal.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mountState, unmountFuse } from '../fuse/mount.js';
import { CACHE_BYTES_DEFAULT } from '../limits.js';
import { accountFolder } from './account-folder.js';
import { EmbeddedNuage } from './embedded-nuage.js';
import { prepareMountPoint, requireFuse, resolveMountPoint } from './mount-point.js';
import { runMount } from './run-mount.js';
import type { MountSettings } from './settings.js';

/** Polled often, so that a change made in the server's folder is soon seen. */
const DEMO_POLL_MS = 2_000;
const DEMO_UPLOAD_DELAY_MS = 500;

export async function demo(dir: string | undefined): Promise<void> {
  requireFuse();
  const fresh = dir === undefined ? freshFolder() : undefined;
  const mountPoint = fresh ?? resolveMountPoint(dir ?? '');
  prepareMountPoint(mountPoint);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-demo-'));
  const stop = stopSignal();
  try {
    process.stdout.write('Preparing the account of a teacher…\n');
    const nuage = await EmbeddedNuage.start(path.join(home, 'files'), stop.signal);
    try {
      // From here on `runMount` listens.
      stop.release();
      await mountIt(nuage, mountPoint, stop.signal);
    } finally {
      stop.hold();
      await nuage.close();
      fs.rmSync(accountFolder(nuage.url, nuage.user), { recursive: true, force: true });
    }
  } finally {
    stop.release();
    fs.rmSync(home, { recursive: true, force: true });
    if (fresh !== undefined) removeIfEmpty(fresh);
  }
  process.stdout.write('The demonstration has ended; nothing of it is left.\n');
}

async function mountIt(
  nuage: EmbeddedNuage,
  mountPoint: string,
  signal: AbortSignal,
): Promise<void> {
  const settings: MountSettings = {
    mountPoint,
    url: nuage.url,
    user: nuage.user,
    allowOther: false,
    readOnly: false,
    caFile: undefined,
    allowInsecure: false,
    cacheBytesMax: CACHE_BYTES_DEFAULT,
    pollIntervalMs: DEMO_POLL_MS,
    uploadDelayMs: DEMO_UPLOAD_DELAY_MS,
    logLevel: 'warn',
    logsToTerminal: true,
  };
  const tell = (): void => {
    process.stdout.write(invitation(mountPoint, nuage.folder));
  };
  await runMount(settings, nuage.password, tell, signal);
}

function invitation(mountPoint: string, folder: string): string {
  return `
The account is in ${quoted(mountPoint)}: open, edit, copy, rename, delete there with any program.
The server's own folder is ${quoted(folder)}: a change on one side appears on the other.
Ctrl-C here ends the demonstration, and so does: ${unmountCommand()} ${quoted(mountPoint)}

`;
}

function quoted(file: string): string {
  return /^[\w/.@-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

/** Plain `umount` is for root where /etc/fstab does not name the mount. */
function unmountCommand(): string {
  return process.geteuid?.() === 0 ? 'umount' : 'fusermount3 -u';
}

interface StopSignal {
  readonly signal: AbortSignal;
  hold(): void;
  release(): void;
}

/** Ctrl-C and the like before and after the mount: what has been begun is cleared away first. */
function stopSignal(): StopSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  const hold = (): void => {
    for (const signal of signals) process.on(signal, abort);
  };
  const release = (): void => {
    for (const signal of signals) process.off(signal, abort);
  };
  hold();
  return { signal: controller.signal, hold, release };
}

/** `~/Nuage-demo`, or the next one that is free. One that a killed demonstration left is taken. */
function freshFolder(): string {
  for (let number = 1; ; number += 1) {
    const folder = path.join(os.homedir(), number === 1 ? 'Nuage-demo' : `Nuage-demo-${number}`);
    if (mountState(folder) === 'stale') unmountFuse(folder, { lazy: true });
    if (mountState(folder) === 'none' && isEmptyOrMade(folder)) return folder;
  }
}

function isEmptyOrMade(folder: string): boolean {
  try {
    fs.mkdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw error;
    return fs.lstatSync(folder).isDirectory() && fs.readdirSync(folder).length === 0;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Somebody has put something there since.
  }
}
