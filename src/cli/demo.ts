/**
 * `nuage-mount demo`: an embedded Nuage with a teacher's account, mounted. Nothing of it is left at
 * the end, which comes by Ctrl-C, `umount`, SIGTERM or the end of the terminal.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mountState } from '../fuse/mount.js';
import { DEMO_POLL_MS, DEMO_UPLOAD_DELAY_MS, RUNAWAY_SHARE_DEFAULT } from '../limits.js';
import { UNLIMITED } from '../remote/bandwidth.js';
import {
  clearKilledDemos,
  type DemoNote,
  makeDemoHome,
  noteDemo,
  removeDemo,
} from './demo-home.js';
import { EmbeddedNuage } from './embedded-nuage.js';
import { demoText } from './messages/demo.js';
import { prepareMountPoint, requireFuse, resolveMountPoint } from './mount-point.js';
import { print } from './print.js';
import { quoted } from './quoted.js';
import { runMount } from './run-mount.js';
import type { MountSettings } from './settings.js';

export async function demo(dir: string | undefined): Promise<void> {
  requireFuse();
  clearKilledDemos();
  const mountPoint = dir === undefined ? freshFolder() : resolveMountPoint(dir);
  let note: DemoNote = { mountPoint, made: prepareMountPoint(mountPoint), account: undefined };
  const home = makeDemoHome(note);
  const stop = stopSignal();
  try {
    print(demoText.preparing());
    const nuage = await EmbeddedNuage.start(path.join(home, 'files'), stop.signal);
    note = { ...note, account: { url: nuage.url, user: nuage.user } };
    noteDemo(home, note);
    try {
      // From here on `runMount` listens.
      stop.release();
      await mountIt(nuage, mountPoint, stop.signal);
    } finally {
      stop.hold();
      await nuage.close();
    }
  } finally {
    removeDemo(home, note);
    stop.release();
  }
  print(demoText.ended());
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
    subtype: 'sshfs',
    readOnly: false,
    caFile: undefined,
    allowInsecure: false,
    cacheBytesMax: undefined,
    freeBytesMin: undefined,
    pollIntervalMs: DEMO_POLL_MS,
    confirmShare: RUNAWAY_SHARE_DEFAULT,
    uploadDelayMs: DEMO_UPLOAD_DELAY_MS,
    limits: UNLIMITED,
    localNames: [],
    locks: true,
    notifications: false,
    typed: {},
    logLevel: 'warn',
    logNames: true,
    terminalLevel: 'warn',
  };
  const tell = (): void => {
    print(invitation(mountPoint, nuage.folder));
  };
  await runMount(settings, nuage.password, tell, signal);
}

function invitation(mountPoint: string, folder: string): string {
  const text = demoText.invitation({
    folder: quoted(mountPoint),
    serverFolder: quoted(folder),
    unmount: unmountCommand(),
  });
  return `\n${text}\n`;
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

/** `~/Nuage-demo`, or the next one that is free. */
function freshFolder(): string {
  for (let number = 1; ; number += 1) {
    const folder = path.join(os.homedir(), number === 1 ? 'Nuage-demo' : `Nuage-demo-${number}`);
    if (mountState(folder) === 'none' && isFree(folder)) return folder;
  }
}

function isFree(folder: string): boolean {
  try {
    return fs.readdirSync(folder).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
