/** Numbers of the FUSE wire protocol 7.45, as in `linux/fuse.h`; INIT's bits: init-flags.ts. */

export const KERNEL_MAJOR = 7;
/** Linux 6.18. The session speaks the smaller of this and the kernel's. */
export const KERNEL_MINOR = 45;
/** Below this, fuse_init_out and others have other sizes, and RENAME2 is missing. Linux 3.15. */
export const KERNEL_MINOR_MIN = 23;

export const ROOT_INODE = 1;

export const OPCODE = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  SETXATTR: 21,
  GETXATTR: 22,
  LISTXATTR: 23,
  REMOVEXATTR: 24,
  FLUSH: 25,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  ACCESS: 34,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  NOTIFY_REPLY: 41,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  READDIRPLUS: 44,
  RENAME2: 45,
  LSEEK: 46,
  COPY_FILE_RANGE: 47,
  SYNCFS: 50,
  STATX: 52,
  COPY_FILE_RANGE_64: 53,
} as const;

/** `fuse_setattr_in.valid`. */
export const FATTR = {
  MODE: 1 << 0,
  UID: 1 << 1,
  GID: 1 << 2,
  SIZE: 1 << 3,
  ATIME: 1 << 4,
  MTIME: 1 << 5,
  FH: 1 << 6,
  ATIME_NOW: 1 << 7,
  MTIME_NOW: 1 << 8,
  CTIME: 1 << 10,
  KILL_SUIDGID: 1 << 11,
} as const;

/** `fuse_open_out.open_flags`: what the kernel does with its caches of this open file. */
export const FOPEN = {
  /** Past the page cache: every read and write reaches the file system. */
  DIRECT_IO: 1 << 0,
  /** The pages that the kernel has stay valid. */
  KEEP_CACHE: 1 << 1,
  NONSEEKABLE: 1 << 2,
  /** The kernel keeps the listing of this folder. */
  CACHE_DIR: 1 << 3,
  STREAM: 1 << 4,
  /** No FLUSH on close. */
  NOFLUSH: 1 << 5,
  PARALLEL_DIRECT_WRITES: 1 << 6,
} as const;

export const GETATTR_FH = 1 << 0;
export const FSYNC_FDATASYNC = 1 << 0;
export const WRITE_KILL_SUIDGID = 1 << 2;
export const OPEN_KILL_SUIDGID = 1 << 0;

export const RENAME_NOREPLACE = 1 << 0;
export const RENAME_EXCHANGE = 1 << 1;

export const NOTIFY = {
  INVAL_INODE: 2,
  INVAL_ENTRY: 3,
  STORE: 4,
  DELETE: 6,
} as const;

/** The kernel answers EIO to a whole listing that holds a longer name (FUSE_NAME_MAX). */
export const LISTED_NAME_BYTES_MAX = 1024;

/** Records of a listing are padded to this (FUSE_DIRENT_ALIGN). */
export const DIRENT_ALIGNMENT = 8;
