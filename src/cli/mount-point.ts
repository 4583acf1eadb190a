/**
 * Makes a folder ready to be mounted on: made if missing, repaired if a killed mount left it stale.
 * Nothing here looks into what is mounted, which may be dead or stuck.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DEVICE_PATH, mountState, unmountFuse } from '../fuse/mount.js';
import { SYMLINKS_FOLLOWED_MAX } from '../limits.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { quoted } from './quoted.js';

/** Absolute, and no symbolic link itself: the kernel mounts on what it leads to. */
export function resolveMountPoint(dir: string): string {
  if (dir === '') throw new CommandError(EXIT.USAGE, 'Which folder? Its name is empty.', CHOOSE);
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

/** Said before anybody is asked for a password; makes no folder. @throws CommandError */
export function checkMountPoint(mountPoint: string): void {
  repairMountPoint(mountPoint);
  const above = nearest(mountPoint);
  explained(mountPoint, () => {
    // What is missing will be made in it.
    if (!fs.statSync(above).isDirectory()) throw unusable(mountPoint, 'this is no folder');
    fs.accessSync(above, fs.constants.W_OK);
    if (above === mountPoint) requireEmpty(mountPoint);
  });
}

/**
 * @returns the folders that it made, the outermost first, for {@link removeFolders}.
 * @throws CommandError with what is wrong with it.
 */
export function prepareMountPoint(mountPoint: string): readonly string[] {
  checkMountPoint(mountPoint);
  return explained(mountPoint, () => makeFolders(mountPoint));
}

/** Those in which nobody has put anything since. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of [...made].reverse()) {
    try {
      fs.rmdirSync(folder);
    } catch {
      return;
    }
  }
}

function repairMountPoint(mountPoint: string): void {
  switch (mountState(mountPoint)) {
    case 'live':
      throw new CommandError(
        EXIT.INSTANCE,
        `${mountPoint} is already mounted.`,
        `End it first with \`nuage-mount unmount ${quoted(mountPoint)}\`.`,
      );
    case 'foreign':
      throw new CommandError(
        EXIT.MOUNT_POINT,
        `Another file system is mounted on ${mountPoint}.`,
        'Choose another folder.',
      );
    case 'stale':
      clearStale(mountPoint);
      break;
    case 'none':
      break;
  }
}

/** Takes away what a killed process left mounted there. */
export function clearStale(mountPoint: string): void {
  try {
    unmountFuse(mountPoint, { lazy: true });
  } catch (error) {
    throw mountError(error);
  }
}

/** Itself, or the folder above it that exists. */
function nearest(folder: string): string {
  let at = folder;
  while (!fs.existsSync(at)) at = path.dirname(at);
  return at;
}

/** Not by `recursive`: Node's never returns where the kernel makes no folders, as in /proc. */
function makeFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.unshift(at);
  for (const at of missing) fs.mkdirSync(at);
  return missing;
}

function requireEmpty(mountPoint: string): void {
  if (fs.readdirSync(mountPoint).length === 0) return;
  throw new CommandError(
    EXIT.MOUNT_POINT,
    `${mountPoint} is not empty: what is in it would be hidden.`,
    CHOOSE,
  );
}

function explained<T>(mountPoint: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unusable(mountPoint, reasonOf(error));
  }
}

function unusable(mountPoint: string, reason: string): CommandError {
  return new CommandError(EXIT.MOUNT_POINT, `${mountPoint}: ${reason}.`, CHOOSE);
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
    case 'ENOENT':
      return 'no folder can be made there';
    case undefined:
    default:
      return (error as Error).message;
  }
}
