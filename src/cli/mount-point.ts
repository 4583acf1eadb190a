/**
 * Makes a folder ready to be mounted on: made if missing, repaired if a killed mount left it stale.
 * Nothing here looks into what is mounted, which may be dead or stuck.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DEVICE_PATH, mountState, unmountFuse } from '../fuse/mount.js';
import { SYMLINKS_FOLLOWED_MAX } from '../limits.js';
import { CommandError, EXIT, mountError } from './exit-codes.js';
import { mountPointText as text } from './messages/mount.js';
import { quoted } from './quoted.js';

/** Absolute, and no symbolic link itself: the kernel mounts on what it leads to. */
export function resolveMountPoint(dir: string): string {
  if (dir === '') throw new CommandError(EXIT.USAGE, text.nameEmpty(), text.choose());
  let resolved = path.resolve(dir);
  for (let followed = 0; followed < SYMLINKS_FOLLOWED_MAX; followed += 1) {
    const target = linkTarget(resolved);
    if (target === undefined) return resolved;
    resolved = path.resolve(path.dirname(resolved), target);
  }
  const told = text.leadsNowhere({ folder: dir });
  throw new CommandError(EXIT.MOUNT_POINT, told, text.choose());
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
      text.noPlatform({ platform: process.platform }),
      text.needsLinux(),
    );
  }
  if (!fs.existsSync(DEVICE_PATH)) {
    throw new CommandError(
      EXIT.FUSE,
      text.noDevice({ device: DEVICE_PATH }),
      text.installFuseOrDevice(),
    );
  }
  if (process.geteuid?.() === 0 || isInstalled('fusermount3')) return;
  throw new CommandError(EXIT.FUSE, text.noFusermount(), text.installFuse());
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
    if (!fs.statSync(above).isDirectory()) throw unusable(mountPoint, text.noFolder());
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
        text.alreadyMounted({ folder: mountPoint }),
        text.endFirst({ folder: quoted(mountPoint) }),
      );
    case 'foreign':
      throw new CommandError(
        EXIT.MOUNT_POINT,
        text.foreign({ folder: mountPoint }),
        text.chooseAnother(),
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
export function nearest(folder: string): string {
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
  throw new CommandError(EXIT.MOUNT_POINT, text.notEmpty({ folder: mountPoint }), text.choose());
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
  const told = text.unusable({ folder: mountPoint, reason });
  return new CommandError(EXIT.MOUNT_POINT, told, text.choose());
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return text.noFolder();
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return text.mayNotWrite();
    case 'ENOENT':
      return text.cannotMake();
    case undefined:
    default:
      return (error as Error).message;
  }
}
