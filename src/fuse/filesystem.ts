/**
 * What a file system hands to the FUSE session: one synchronous handler per operation.
 *
 * A handler returns its reply, throws an error (the session asks `errnoOf`), or returns a
 * {@link Parked}: "I wait for these keys". Before that point it has changed nothing. When one of
 * the keys is woken the handler runs again from its start; an interrupt, a deadline or the end of
 * the mount drops it with an errno. No handler keeps half-done state across a wait.
 *
 * A handler that is left out is answered with ENOSYS, which the kernel remembers.
 */

export interface Timestamp {
  /** Seconds since the epoch, may be negative. */
  readonly sec: number;
  /** 0 to 999,999,999. */
  readonly nsec: number;
}

/** `struct fuse_attr`. */
export interface Attributes {
  readonly ino: number;
  readonly size: number;
  /** In units of 512 bytes. */
  readonly blocks: number;
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  /** Type and permission bits, as in `st_mode`. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly blksize: number;
}

export interface AttributesReply {
  readonly attributes: Attributes;
  /** How long the kernel may keep them. */
  readonly attributesValidMs: number;
}

/** `struct fuse_entry_out`. With `ino` 0 it is a negative entry, kept for `entryValidMs`. */
export interface EntryReply {
  readonly ino: number;
  readonly generation: number;
  readonly entryValidMs: number;
  readonly attributesValidMs: number;
  /** Absent only in a negative entry. */
  readonly attributes?: Attributes | undefined;
}

export interface OpenReply {
  readonly handle: number;
  /** Bits of `FOPEN_*` (see constants.ts). */
  readonly openFlags: number;
}

export interface CreateReply {
  readonly entry: EntryReply;
  readonly open: OpenReply;
}

export interface StatfsReply {
  readonly blocks: number;
  readonly blocksFree: number;
  readonly blocksAvailable: number;
  readonly files: number;
  readonly filesFree: number;
  readonly blockSize: number;
  readonly fragmentSize: number;
  readonly nameMax: number;
}

/** Only the fields that the kernel marked valid are present. */
export interface SetAttributes {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly size?: number | undefined;
  /** `'now'` is UTIME_NOW. */
  readonly atime?: Timestamp | 'now' | undefined;
  readonly mtime?: Timestamp | 'now' | undefined;
  readonly ctime?: Timestamp | undefined;
  readonly handle?: number | undefined;
}

/** Who asks. `unique` names the request to `park`, `wake` and interrupts. */
export interface Caller {
  readonly unique: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** The file type bits of a directory entry: `S_IFDIR >> 12`, `S_IFREG >> 12`… */
export type EntryType = number;

/** Takes entries until the kernel's buffer is full. */
export interface DirectoryWriter {
  /** More entries than this never fit into the buffer. */
  readonly entriesMax: number;
  /**
   * `.` and `..` are the file system's to add.
   * @param nextOffset the cookie that the kernel sends to continue behind this entry.
   * @returns false when the entry did not fit; it was not added and the handler returns.
   */
  add(name: string, ino: number, type: EntryType, nextOffset: number): boolean;
}

export interface DirectoryPlusWriter {
  /** As {@link DirectoryWriter.entriesMax}. */
  readonly entriesMax: number;
  /**
   * As {@link DirectoryWriter.add}; each entry added counts as one lookup of its inode, except `.`
   * and `..`, of which only `entry.ino` is used.
   */
  add(name: string, entry: EntryReply, type: EntryType, nextOffset: number): boolean;
}

/** The handler waits: see the file header. */
export class Parked {
  /** Being woken by any one of these runs the handler again. */
  readonly keys: readonly string[];
  /** On the session's monotonic clock, in milliseconds. */
  readonly deadlineMs: number;
  /** Thrown to `errnoOf` when the deadline passes. */
  readonly onDeadline: () => Error;

  constructor(keys: readonly string[], deadlineMs: number, onDeadline: () => Error) {
    this.keys = keys;
    this.deadlineMs = deadlineMs;
    this.onDeadline = onDeadline;
  }
}

export type Result<T> = T | Parked;

export interface RenameTarget {
  readonly parent: number;
  readonly name: string;
}

export interface CopyRange {
  readonly ino: number;
  readonly handle: number;
  readonly offset: number;
}

/** What the kernel offered and what we took: filled before the first request. */
export interface SessionInfo {
  readonly protocolMinor: number;
  readonly maxWriteBytes: number;
  readonly maxPages: number;
  /** The `FUSE_*` INIT flags that are in force, low and high word joined. */
  readonly flags: bigint;
}

/** Names are valid UTF-8 without `/` and NUL: the session answers EILSEQ to others. */
export interface FuseFileSystem {
  init?(info: SessionInfo): void;
  /** The mount is gone. No reply can be sent any more. */
  destroy?(): void;
  /** Nobody waits for this key any more: the work behind it may be cancelled. */
  unwaited?(key: string): void;

  /**
   * Clears S_ISUID, and S_ISGID where the group may execute, of a regular file that is about to be
   * written, truncated or given away. A file system that has it is spared one GETXATTR of
   * `security.capability` before every write (FUSE_HANDLE_KILLPRIV_V2).
   */
  killPrivileges?(ino: number): void;

  lookup(caller: Caller, parent: number, name: string): Result<EntryReply>;
  /** The kernel drops `count` lookups of this inode. No reply. */
  forget(ino: number, count: number): void;
  getattr(caller: Caller, ino: number, handle: number | undefined): Result<AttributesReply>;
  setattr?(caller: Caller, ino: number, changes: SetAttributes): Result<AttributesReply>;
  readlink?(caller: Caller, ino: number): Result<string>;
  symlink?(caller: Caller, at: RenameTarget, target: string): Result<EntryReply>;
  mknod?(caller: Caller, at: RenameTarget, mode: number, rdev: number): Result<EntryReply>;
  mkdir?(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply>;
  unlink?(caller: Caller, parent: number, name: string): Result<void>;
  rmdir?(caller: Caller, parent: number, name: string): Result<void>;
  /** `flags` are RENAME_NOREPLACE (1) and RENAME_EXCHANGE (2); others never arrive. */
  rename?(caller: Caller, from: RenameTarget, to: RenameTarget, flags: number): Result<void>;
  link?(caller: Caller, ino: number, at: RenameTarget): Result<EntryReply>;

  open?(caller: Caller, ino: number, flags: number): Result<OpenReply>;
  create?(caller: Caller, at: RenameTarget, mode: number, flags: number): Result<CreateReply>;
  /** Fills `into` from its start; returns the bytes read, less than asked only at the end. */
  read?(caller: Caller, file: CopyRange, into: Uint8Array): Result<number>;
  /** `data` is valid only during the call. Returns the bytes written. */
  write?(caller: Caller, file: CopyRange, data: Uint8Array): Result<number>;
  flush?(caller: Caller, ino: number, handle: number): Result<void>;
  release?(ino: number, handle: number, flags: number): void;
  fsync?(caller: Caller, ino: number, handle: number, dataOnly: boolean): Result<void>;
  fallocate?(caller: Caller, file: CopyRange, length: number, mode: number): Result<void>;
  /** SEEK_DATA (3) and SEEK_HOLE (4) only; the kernel does the others itself. */
  lseek?(caller: Caller, file: CopyRange, whence: number): Result<number>;
  copyFileRange?(caller: Caller, from: CopyRange, to: CopyRange, length: number): Result<number>;

  /** Without it the kernel keeps each listing until it is told to drop it, and handles are 0. */
  opendir?(caller: Caller, ino: number, flags: number): Result<OpenReply>;
  readdir?(caller: Caller, directory: CopyRange, writer: DirectoryWriter): Result<void>;
  readdirplus?(caller: Caller, directory: CopyRange, writer: DirectoryPlusWriter): Result<void>;
  releasedir?(ino: number, handle: number): void;
  fsyncdir?(caller: Caller, ino: number, handle: number): Result<void>;

  statfs?(caller: Caller, ino: number): Result<StatfsReply>;
  access?(caller: Caller, ino: number, mask: number): Result<void>;
  /** Returns the value; the session deals with the size question and ERANGE. */
  getxattr?(caller: Caller, ino: number, name: string): Result<Uint8Array>;
  listxattr?(caller: Caller, ino: number): Result<readonly string[]>;
  /** `flags`: XATTR_CREATE (1), XATTR_REPLACE (2). `value` is valid only during the call. */
  setxattr?(
    caller: Caller,
    ino: number,
    attribute: { readonly name: string; readonly value: Uint8Array },
    flags: number,
  ): Result<void>;
  removexattr?(caller: Caller, ino: number, name: string): Result<void>;
}

/** Tells the kernel what changed behind its back. Never blocks: another thread writes. */
export interface KernelNotifier {
  /**
   * Drops cached attributes, and cached data of the range.
   * @param length 0: to the end. @param offset -1: no data at all.
   */
  invalidateInode(ino: number, offset: number, length: number): void;
  invalidateEntry(parent: number, name: string): void;
  /** As invalidateEntry, and who watches the child (not its folder) sees it deleted. */
  deleteEntry(parent: number, child: number, name: string): void;
  store(ino: number, offset: number, data: Uint8Array): void;
}
