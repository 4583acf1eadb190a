/**
 * The system calls that the cases need and Node lacks, for a process of its own: each throws an
 * error with a `code` as those of node:fs do. Linux only.
 */
import { constants } from 'node:os';
import koffi from 'koffi';

const libc = koffi.load(null);
const raw = {
  renameat2: libc.func('int renameat2(int, const char *, int, const char *, unsigned int)'),
  lseek: libc.func('int64_t lseek(int fd, int64_t offset, int whence)'),
  fallocate: libc.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)'),
  copyFileRange: libc.func(
    'intptr_t copy_file_range(int, _Inout_ int64_t *, int, _Inout_ int64_t *, size_t, unsigned int)',
  ),
  utimensat: libc.func('int utimensat(int, const char *, const int64_t *, int)'),
  mknod: libc.func('int mknod(const char *path, unsigned int mode, uint64_t device)'),
  flock: libc.func('int flock(int fd, int operation)'),
  fcntl: libc.func('int fcntl(int fd, int command, ...)'),
  mmap: libc.func('intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)'),
  munmap: libc.func('int munmap(uintptr_t address, size_t length)'),
  msync: libc.func('int msync(uintptr_t address, size_t length, int flags)'),
  copyOut: libc.func('uintptr_t memcpy(_Out_ uint8_t *to, uintptr_t from, size_t bytes)'),
  copyIn: libc.func('uintptr_t memmove(uintptr_t to, const uint8_t *from, size_t bytes)'),
  setxattr: libc.func('int setxattr(const char *, const char *, const uint8_t *, size_t, int)'),
  getxattr: libc.func('intptr_t getxattr(const char *, const char *, _Out_ uint8_t *, size_t)'),
  listxattr: libc.func('intptr_t listxattr(const char *, _Out_ uint8_t *, size_t)'),
  removexattr: libc.func('int removexattr(const char *path, const char *name)'),
  getdents: libc.func('intptr_t getdents64(int fd, _Out_ uint8_t *buffer, size_t bytes)'),
  opendir: libc.func('intptr_t opendir(const char *path)'),
  readdir: libc.func('intptr_t readdir(intptr_t directory)'),
  telldir: libc.func('long telldir(intptr_t directory)'),
  seekdir: libc.func('void seekdir(intptr_t directory, long position)'),
  rewinddir: libc.func('void rewinddir(intptr_t directory)'),
  closedir: libc.func('int closedir(intptr_t directory)'),
};

const AT_FDCWD = -100;
const CODES = new Map(Object.entries(constants.errno).map(([code, value]) => [value, code]));
// Linux has two names for 11 and for 95; node:fs says these.
CODES.set(constants.errno.EAGAIN, 'EAGAIN');
CODES.set(constants.errno.EOPNOTSUPP, 'ENOTSUP');

function checked(call: string, result: unknown): number {
  const value = Number(result);
  if (value >= 0) return value;
  const code = CODES.get(koffi.errno()) ?? String(koffi.errno());
  throw Object.assign(new Error(`${call}: ${code}`), { code });
}

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

export function renameat2(from: string, to: string, flags: number): void {
  checked('renameat2', raw.renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
}

export const SEEK_SET = 0;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

export function lseek(fd: number, offset: number, whence: number): number {
  return checked('lseek', raw.lseek(fd, offset, whence));
}

export const FALLOC_FL_KEEP_SIZE = 1;
export const FALLOC_FL_PUNCH_HOLE = 2;

export function fallocate(fd: number, mode: number, offset: number, length: number): void {
  checked('fallocate', raw.fallocate(fd, mode, offset, length));
}

export interface CopyEnd {
  readonly fd: number;
  readonly offset: number;
}

export function copyFileRange(from: CopyEnd, to: CopyEnd, length: number): number {
  const source = [from.offset];
  const target = [to.offset];
  return checked('copy_file_range', raw.copyFileRange(from.fd, source, to.fd, target, length, 0));
}

export const UTIME_NOW = 0x3fff_ffff;
export const UTIME_OMIT = 0x3fff_fffe;

export type Moment = readonly [seconds: number, nanoseconds: number];

export function utimensat(path: string, atime: Moment, mtime: Moment): void {
  const times = BigInt64Array.from([...atime, ...mtime].map(BigInt));
  checked('utimensat', raw.utimensat(AT_FDCWD, path, times, 0));
}

export function mkfifo(path: string): void {
  const S_IFIFO = 0o010000;
  checked('mknod', raw.mknod(path, S_IFIFO | 0o644, 0));
}

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

export function flock(fd: number, operation: number): void {
  checked('flock', raw.flock(fd, operation));
}

export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

export interface LockRange {
  readonly type: number;
  readonly start: number;
  readonly length: number;
}

/** Of the process (POSIX), or of the open file (OFD); the two kinds exclude each other. */
export function lockRange(fd: number, owner: 'process' | 'open file', range: LockRange): void {
  const [F_SETLK, F_OFD_SETLK] = [6, 37];
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(range.type, 0);
  lock.writeBigInt64LE(BigInt(range.start), 8);
  lock.writeBigInt64LE(BigInt(range.length), 16);
  const command = owner === 'process' ? F_SETLK : F_OFD_SETLK;
  checked('fcntl', raw.fcntl(fd, command, 'const uint8_t *', lock));
}

export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;

export interface Mapping {
  read(offset: number, length: number): string;
  write(offset: number, text: string): void;
  sync(): void;
  unmap(): void;
}

export function mmap(fd: number, length: number, protection: number, flags: number): Mapping {
  const address = checked('mmap', raw.mmap(0, length, protection, flags, fd, 0));
  const MS_SYNC = 4;
  return {
    read: (offset, bytes) => {
      const into = Buffer.alloc(bytes);
      raw.copyOut(into, address + offset, bytes);
      return into.toString('latin1');
    },
    write: (offset, text) => {
      const from = Buffer.from(text, 'latin1');
      raw.copyIn(address + offset, from, from.length);
    },
    sync: () => void checked('msync', raw.msync(address, length, MS_SYNC)),
    unmap: () => void checked('munmap', raw.munmap(address, length)),
  };
}

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

export interface Attribute {
  readonly name: string;
  readonly value: string;
}

export function setxattr(path: string, { name, value }: Attribute, flags = 0): void {
  const bytes = Buffer.from(value, 'latin1');
  checked('setxattr', raw.setxattr(path, name, bytes, bytes.length, flags));
}

export function getxattr(path: string, name: string, room = 65_536): string {
  const value = Buffer.alloc(room);
  const length = checked('getxattr', raw.getxattr(path, name, value, room));
  return value.toString('latin1', 0, length);
}

/** What `getxattr` says when asked with no room at all. */
export function xattrSize(path: string, name: string): number {
  return checked('getxattr', raw.getxattr(path, name, null, 0));
}

export function listxattr(path: string): readonly string[] {
  const list = Buffer.alloc(65_536);
  const length = checked('listxattr', raw.listxattr(path, list, list.length));
  return list.toString('utf8', 0, length).split('\0').slice(0, -1);
}

export function removexattr(path: string, name: string): void {
  checked('removexattr', raw.removexattr(path, name));
}

/** The names that one getdents64(2) puts into a buffer of so many bytes; none at the end. */
export function getdents(fd: number, bytes: number): readonly string[] {
  const buffer = Buffer.alloc(bytes);
  const filled = checked('getdents64', raw.getdents(fd, buffer, bytes));
  const [RECORD_LENGTH_AT, NAME_AT] = [16, 19];
  const names: string[] = [];
  for (let at = 0; at < filled; at += buffer.readUInt16LE(at + RECORD_LENGTH_AT)) {
    const start = at + NAME_AT;
    names.push(buffer.toString('utf8', start, buffer.indexOf(0, start)));
  }
  return names;
}

/** An open folder, as in `dirent.h`. */
export class FolderStream {
  readonly #directory: number;

  constructor(path: string) {
    const directory = Number(raw.opendir(path));
    if (directory === 0) checked('opendir', -1);
    this.#directory = directory;
  }

  /** The next name, undefined at the end. */
  next(): string | undefined {
    const entry = Number(raw.readdir(this.#directory));
    if (entry === 0) return undefined;
    // struct dirent of 64-bit Linux: the name stands behind 19 bytes, ended by NUL.
    const length = 256;
    const name = Buffer.alloc(length);
    const [NAME_AT, RECORD_LENGTH_AT] = [19, 16];
    const recordLength = Buffer.alloc(2);
    raw.copyOut(recordLength, entry + RECORD_LENGTH_AT, 2);
    raw.copyOut(name, entry + NAME_AT, Math.min(length, recordLength.readUInt16LE() - NAME_AT));
    return name.toString('utf8', 0, name.indexOf(0));
  }

  /** All that is left, without `.` and `..`. */
  rest(): readonly string[] {
    const names: string[] = [];
    for (let name = this.next(); name !== undefined; name = this.next()) {
      if (name !== '.' && name !== '..') names.push(name);
    }
    return names;
  }

  tell(): number {
    return Number(raw.telldir(this.#directory));
  }

  seek(position: number): void {
    raw.seekdir(this.#directory, position);
  }

  rewind(): void {
    raw.rewinddir(this.#directory);
  }

  close(): void {
    raw.closedir(this.#directory);
  }
}

/** Runs `work` as an ordinary user without groups. The process must be root. */
export function asUser<T>(uid: number, work: () => T): T {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([]);
  process.setegid?.(uid);
  process.seteuid?.(uid);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}
