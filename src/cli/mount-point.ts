/**
 * Makes a folder ready to be mounted on: made if missing, repaired if a killed mount left it stale.
 * Nothing here looks into what is mounted, which may be dead or stuck.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DEVICE_PATH, mountState, unmountFuse } from '../fuse/mount.js';
import { SYMLINKS_FOLLOWED_MAX } from '../limits.js';
import { CommandError, EXIT } from './exit-codes.js';

/** Absolute, and no symbolic link itself: the kernel mounts on what it leads to. */
export function resolveMountPoint(dir: string): string {
  let resolved = path.resolve(dir);
  for (let followed = 0; followed < SYMLINKS_FOLLOWED_MAX; followed += 1) {
    const target = linkTarget(resolved);
    if (target === undefined) return resolved;
    resolved = path.resolve(path.dirname(resolved), target);
  }
  throw new CommandError(EXIT.MOUNT_POINT, `${dir} is a link that leads nowhere.`, CHOOSE);
}

/** readlink(2) asks nothing of a file system that is mounted there, as stat(2) would. */
function linkTarget(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** Said before anybody is asked for a password. @throws CommandError with what is missing. */
export function requireFuse(): void {
  if (process.platform !== 'linux') {
    throw new CommandError(
      EXIT.FUSE,
      `nuage-mount cannot mount on ${process.platform} yet.`,
      'It needs Linux, with FUSE.',
    );
  }
  if (!fs.existsSync(DEVICE_PATH)) {
    throw new CommandError(
      EXIT.FUSE,
      `FUSE is missing: there is no ${DEVICE_PATH}.`,
      'Install it with `sudo apt install fuse3`; a container needs `--device /dev/fuse` as well.',
    );
  }
  if (process.geteuid?.() === 0 || isInstalled('fusermount3')) return;
  throw new CommandError(
    EXIT.FUSE,
    'FUSE is missing: the program fusermount3 cannot be found.',
    'Install it with `sudo apt install fuse3`, or ask your administrator to.',
  );
}

/** Where src/fuse looks for it as well. */
function isInstalled(program: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}:/usr/bin:/bin`.split(':');
  return folders.some((folder) => {
    try {
      fs.accessSync(path.join(folder, program), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @throws CommandError with what is wrong with it. */
export function prepareMountPoint(mountPoint: string): void {
  switch (mountState(mountPoint)) {
    case 'live':
      throw new CommandError(
        EXIT.INSTANCE,
        `${mountPoint} is already mounted.`,
        `End it first with \`nuage-mount unmount ${mountPoint}\`.`,
      );
    case 'foreign':
      throw new CommandError(
        EXIT.MOUNT_POINT,
        `Another file system is mounted on ${mountPoint}.`,
        'Choose another folder.',
      );
    case 'stale':
      unmountFuse(mountPoint, { lazy: true });
      break;
    case 'none':
      break;
  }
  requireEmptyFolder(mountPoint);
}

function requireEmptyFolder(mountPoint: string): void {
  let names: string[];
  try {
    fs.mkdirSync(mountPoint, { recursive: true });
    names = fs.readdirSync(mountPoint);
    fs.accessSync(mountPoint, fs.constants.W_OK);
  } catch (error) {
    throw new CommandError(EXIT.MOUNT_POINT, `${mountPoint}: ${reasonOf(error)}.`, CHOOSE);
  }
  if (names.length > 0) {
    throw new CommandError(
      EXIT.MOUNT_POINT,
      `${mountPoint} is not empty: what is in it would be hidden.`,
      CHOOSE,
    );
  }
}

const CHOOSE = 'Choose an empty folder of your own, or one that does not exist yet.';

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'this is no folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'you may not write there';
    case undefined:
    default:
      return (error as Error).message;
  }
}
