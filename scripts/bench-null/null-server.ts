/**
 * The null file system on our session: one folder with one file, whose reads give zeros and whose
 * writes are dropped. `null-server.ts MOUNTPOINT [writeback]`; ends when it is unmounted.
 */
import { constants } from 'node:os';
import { systemClock } from '../../src/clock.js';
import type {
  Attributes,
  Caller,
  CopyRange,
  EntryReply,
  FuseFileSystem,
} from '../../src/fuse/filesystem.js';
import { runLoop } from '../../src/fuse/loop.js';
import { mountFuse } from '../../src/fuse/mount.js';
import { FuseSession } from '../../src/fuse/session.js';
import { createWakeup } from '../../src/fuse/system.js';
import { silentLogger } from '../../src/log.js';

const ROOT_INO = 1;
const FILE_INO = 2;
const FILE_BYTES = 2 ** 40;
const EPOCH = { sec: 0, nsec: 0 };

function attributesOf(ino: number): Attributes {
  const isRoot = ino === ROOT_INO;
  return {
    ino,
    size: isRoot ? 0 : FILE_BYTES,
    blocks: 0,
    atime: EPOCH,
    mtime: EPOCH,
    ctime: EPOCH,
    mode: isRoot ? 0o040755 : 0o100644,
    nlink: isRoot ? 2 : 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    blksize: 4096,
  };
}

class NoSuchName extends Error {}

const nullFileSystem: FuseFileSystem = {
  lookup: (_caller: Caller, _parent: number, name: string): EntryReply => {
    if (name !== 'file') throw new NoSuchName();
    return {
      ino: FILE_INO,
      generation: 0,
      entryValidMs: 0,
      attributesValidMs: 0,
      attributes: attributesOf(FILE_INO),
    };
  },
  forget: () => undefined,
  getattr: (_caller, ino) => ({ attributes: attributesOf(ino), attributesValidMs: 0 }),
  setattr: (_caller, ino) => ({ attributes: attributesOf(ino), attributesValidMs: 0 }),
  killPrivileges: () => undefined,
  open: (_caller, ino) => ({ handle: ino, openFlags: 0 }),
  flush: () => undefined,
  release: () => undefined,
  read: (_caller: Caller, _file: CopyRange, into: Uint8Array) => into.length,
  write: (_caller: Caller, _file: CopyRange, data: Uint8Array) => data.length,
};

const mountPoint = process.argv[2] ?? '';
const deviceFd = mountFuse(mountPoint, {
  fsName: 'null',
  subtype: 'nuage-null',
  readOnly: false,
  allowOther: false,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
});
const session = new FuseSession({
  deviceFd,
  fileSystem: nullFileSystem,
  errnoOf: (error) => (error instanceof NoSuchName ? constants.errno.ENOENT : constants.errno.EIO),
  logger: silentLogger,
  clock: systemClock,
  features: { writebackCache: process.argv[3] === 'writeback' },
});
runLoop({
  session,
  wakeupFd: createWakeup(),
  onWakeup: () => undefined,
  nextTimerMs: () => Infinity,
  onTimer: () => undefined,
});
