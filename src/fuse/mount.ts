/**
 * Mounting and unmounting on Linux. Root uses mount(2); an ordinary user goes through
 * `fusermount3`, which is set-uid root and passes the open device back over a socket.
 */
import { closeSync, constants as fsConstants, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ErrorKind } from '../errors.js';
import { NuageError } from '../errors.js';
import { FUSE_REQUEST_BYTES_MAX } from '../limits.js';
import { mountByFusermount, unmountByFusermount } from './fusermount.js';
import { canonicalMountPoint, mountOn } from './mount-table.js';
import {
  ACCESS_DENIED,
  BUSY,
  INVALID,
  NOT_CONNECTED,
  NOT_FOUND,
  NOT_PERMITTED,
  NO_DEVICE,
} from './protocol-errno.js';
import { isMountAnswering } from './mount-probe.js';
import { lastErrno, systemCalls } from './system.js';

export interface MountOptions {
  /** Shown by `df` and `mount` as the source. */
  readonly fsName: string;
  /** The type is shown as `fuse.<subtype>`. */
  readonly subtype: string;
  readonly readOnly: boolean;
  /** Users other than `uid` may enter. */
  readonly allowOther: boolean;
  readonly uid: number;
  readonly gid: number;
}

export const DEVICE_PATH = '/dev/fuse';

/** The source of every mount of ours begins with it: the type may be that of another program. */
export const SOURCE_PREFIX = 'nuage:';

const MS_RDONLY = 1;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** `stale`: ours, but its server is dead. `foreign`: another file system is mounted there. */
export type MountState = 'none' | 'live' | 'stale' | 'foreign';

/**
 * @returns the open device, for a FuseSession. The mount answers once the session served INIT.
 * @throws NuageError not-found, not-a-folder, stale, not-supported, not-permitted, io
 */
export function mountFuse(mountPoint: string, options: MountOptions): number {
  systemCalls();
  checkMountPoint(mountPoint);
  checkOptions(options);
  checkDevice();
  if (process.geteuid?.() !== 0) {
    if (options.allowOther) checkAllowOther();
    return mountByFusermount(mountPoint, fusermountOptions(options));
  }
  return mountAsRoot(mountPoint, options);
}

/** @throws NuageError busy (files are open; `lazy` succeeds), not-found (nothing is mounted). */
export function unmountFuse(mountPoint: string, options: { readonly lazy: boolean }): void {
  if (process.geteuid?.() !== 0) {
    unmountByFusermount(mountPoint, options.lazy);
    return;
  }
  const flags = UMOUNT_NOFOLLOW | (options.lazy ? MNT_DETACH : 0);
  if (systemCalls().umount2(canonicalMountPoint(mountPoint), flags) === 0) return;
  const errno = lastErrno();
  const kind: ErrorKind =
    errno === BUSY ? 'busy' : errno === INVALID || errno === NOT_FOUND ? 'not-found' : 'io';
  throw new NuageError(kind, `cannot unmount ${mountPoint} (errno ${errno})`, {
    op: 'unmount',
    path: mountPoint,
    hint: kind === 'busy' ? 'A program still has a file open or stands in the folder.' : undefined,
  });
}

/** Never waits for the file system that is mounted there; at most two seconds for a probe. */
export function mountState(mountPoint: string, sourcePrefix = SOURCE_PREFIX): MountState {
  const entry = mountOn(canonicalMountPoint(mountPoint));
  if (entry === undefined) return 'none';
  const isOurs = entry.type.startsWith('fuse') && entry.source.startsWith(sourcePrefix);
  if (!isOurs) return 'foreign';
  return isMountAnswering(mountPoint) ? 'live' : 'stale';
}

function mountAsRoot(mountPoint: string, options: MountOptions): number {
  const fd = openDevice();
  const data = [
    `fd=${fd}`,
    `rootmode=${fsConstants.S_IFDIR.toString(8)}`,
    `user_id=${options.uid}`,
    `group_id=${options.gid}`,
    ...commonOptions(options),
  ].join(',');
  const flags = MS_NOSUID | MS_NODEV | (options.readOnly ? MS_RDONLY : 0);
  const target = canonicalMountPoint(mountPoint);
  const type = `fuse.${options.subtype}`;
  if (systemCalls().mount(options.fsName, target, type, flags, data) === 0) return fd;
  const errno = lastErrno();
  closeSync(fd);
  const kind: ErrorKind =
    errno === NOT_PERMITTED || errno === ACCESS_DENIED
      ? 'not-permitted'
      : errno === NO_DEVICE
        ? 'not-supported'
        : 'io';
  throw new NuageError(kind, `cannot mount on ${mountPoint} (errno ${errno})`, {
    op: 'mount',
    path: mountPoint,
    hint:
      kind === 'not-permitted'
        ? 'A container needs the capability SYS_ADMIN to mount.'
        : kind === 'not-supported'
          ? NO_DEVICE_HINT
          : undefined,
  });
}

function commonOptions(options: MountOptions): string[] {
  return [
    'default_permissions',
    `max_read=${FUSE_REQUEST_BYTES_MAX}`,
    ...(options.allowOther ? ['allow_other'] : []),
  ];
}

function fusermountOptions(options: MountOptions): string {
  return [
    ...commonOptions(options),
    `fsname=${escapeOption(options.fsName)}`,
    `subtype=${escapeOption(options.subtype)}`,
    'nosuid',
    'nodev',
    ...(options.readOnly ? ['ro'] : []),
  ].join(',');
}

/** fusermount3 splits at commas that no backslash precedes. */
function escapeOption(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll(',', '\\,');
}

const NO_DEVICE_HINT =
  'Load the kernel module with `modprobe fuse`; a container needs `--device /dev/fuse`.';

function openDevice(): number {
  try {
    return openSync(DEVICE_PATH, fsConstants.O_RDWR);
  } catch (cause) {
    throw new NuageError('not-permitted', `cannot open ${DEVICE_PATH}`, {
      op: 'mount',
      path: DEVICE_PATH,
      cause,
      hint: 'A container needs `--device /dev/fuse` and the capability SYS_ADMIN.',
    });
  }
}

function checkDevice(): void {
  if (statSync(DEVICE_PATH, { throwIfNoEntry: false }) !== undefined) return;
  throw new NuageError('not-supported', `${DEVICE_PATH} is missing`, {
    op: 'mount',
    path: DEVICE_PATH,
    hint: NO_DEVICE_HINT,
  });
}

function checkOptions(options: MountOptions): void {
  if (/^[\w.+-]+$/.test(options.subtype) && !/[\0\n]/.test(options.fsName)) return;
  throw new NuageError('invalid-argument', 'the name of the mount holds a forbidden character');
}

/** fusermount3 would refuse it too, but only in words. */
function checkAllowOther(): void {
  const conf = readConfiguration();
  if (conf.split('\n').some((line) => line.trim() === 'user_allow_other')) return;
  throw new NuageError(
    'not-permitted',
    'other users may not be let in: /etc/fuse.conf forbids it',
    {
      op: 'mount',
      path: '/etc/fuse.conf',
      hint: 'Add the line `user_allow_other` to /etc/fuse.conf, or mount without allow_other.',
    },
  );
}

function readConfiguration(): string {
  try {
    return readFileSync('/etc/fuse.conf', 'utf8');
  } catch {
    // Without the file fusermount3 takes its defaults, which forbid it.
    return '';
  }
}

/** Looks at the folder only after the mount table said that nothing dead is mounted there. */
function checkMountPoint(mountPoint: string): void {
  if (statSync(dirname(mountPoint), { throwIfNoEntry: false }) === undefined) {
    throw missing(mountPoint);
  }
  const entry = mountOn(canonicalMountPoint(mountPoint));
  if (entry?.type.startsWith('fuse') === true && !isMountAnswering(mountPoint)) {
    throw new NuageError('stale', `${mountPoint} holds a mount whose process is dead`, {
      op: 'mount',
      path: mountPoint,
      hint: `Remove it with \`fusermount3 -uz ${mountPoint}\`.`,
    });
  }
  const stats = statMountPoint(mountPoint);
  if (stats === undefined) throw missing(mountPoint);
  if (stats.isDirectory()) return;
  throw new NuageError('not-a-folder', `${mountPoint} is not a folder`, {
    op: 'mount',
    path: mountPoint,
  });
}

function statMountPoint(mountPoint: string): ReturnType<typeof statSync> {
  try {
    return statSync(mountPoint, { throwIfNoEntry: false });
  } catch (cause) {
    const dead = cause instanceof Error && 'errno' in cause && cause.errno === -NOT_CONNECTED;
    throw new NuageError(dead ? 'stale' : 'io', `cannot look at ${mountPoint}`, {
      op: 'mount',
      path: mountPoint,
      cause,
    });
  }
}

function missing(mountPoint: string): NuageError {
  return new NuageError('not-found', `there is no folder ${mountPoint}`, {
    op: 'mount',
    path: mountPoint,
    hint: 'Create it first.',
  });
}
