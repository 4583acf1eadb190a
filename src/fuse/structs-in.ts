/** What the kernel sends: `struct fuse_*_in` of `linux/fuse.h` 7.45. */
import { layout } from './layout.js';

export const IN_HEADER = layout('fuse_in_header', {
  len: 'u32',
  opcode: 'u32',
  unique: 'u64',
  nodeid: 'u64',
  uid: 'u32',
  gid: 'u32',
  pid: 'u32',
  total_extlen: 'u16',
  padding: 'u16',
});

/** Kernels before 7.36 end it behind `flags`. The reserved rest of 44 bytes is not listed. */
export const INIT_IN = layout('fuse_init_in', {
  major: 'u32',
  minor: 'u32',
  max_readahead: 'u32',
  flags: 'u32',
  flags2: 'u32',
});

export const FORGET_IN = layout('fuse_forget_in', { nlookup: 'u64' });
export const FORGET_ONE = layout('fuse_forget_one', { nodeid: 'u64', nlookup: 'u64' });
export const BATCH_FORGET_IN = layout('fuse_batch_forget_in', { count: 'u32', dummy: 'u32' });
export const INTERRUPT_IN = layout('fuse_interrupt_in', { unique: 'u64' });

export const GETATTR_IN = layout('fuse_getattr_in', {
  getattr_flags: 'u32',
  dummy: 'u32',
  fh: 'u64',
});

export const SETATTR_IN = layout('fuse_setattr_in', {
  valid: 'u32',
  padding: 'u32',
  fh: 'u64',
  size: 'u64',
  lock_owner: 'u64',
  atime: 'u64',
  mtime: 'u64',
  ctime: 'u64',
  atimensec: 'u32',
  mtimensec: 'u32',
  ctimensec: 'u32',
  mode: 'u32',
  unused4: 'u32',
  uid: 'u32',
  gid: 'u32',
  unused5: 'u32',
});

export const MKNOD_IN = layout('fuse_mknod_in', {
  mode: 'u32',
  rdev: 'u32',
  umask: 'u32',
  padding: 'u32',
});
export const MKDIR_IN = layout('fuse_mkdir_in', { mode: 'u32', umask: 'u32' });
export const RENAME_IN = layout('fuse_rename_in', { newdir: 'u64' });
export const RENAME2_IN = layout('fuse_rename2_in', {
  newdir: 'u64',
  flags: 'u32',
  padding: 'u32',
});
export const LINK_IN = layout('fuse_link_in', { oldnodeid: 'u64' });

export const OPEN_IN = layout('fuse_open_in', { flags: 'u32', open_flags: 'u32' });
export const CREATE_IN = layout('fuse_create_in', {
  flags: 'u32',
  mode: 'u32',
  umask: 'u32',
  open_flags: 'u32',
});
export const RELEASE_IN = layout('fuse_release_in', {
  fh: 'u64',
  flags: 'u32',
  release_flags: 'u32',
  lock_owner: 'u64',
});
export const FLUSH_IN = layout('fuse_flush_in', {
  fh: 'u64',
  unused: 'u32',
  padding: 'u32',
  lock_owner: 'u64',
});
export const FSYNC_IN = layout('fuse_fsync_in', { fh: 'u64', fsync_flags: 'u32', padding: 'u32' });

export const READ_IN = layout('fuse_read_in', {
  fh: 'u64',
  offset: 'u64',
  size: 'u32',
  read_flags: 'u32',
  lock_owner: 'u64',
  flags: 'u32',
  padding: 'u32',
});
export const WRITE_IN = layout('fuse_write_in', {
  fh: 'u64',
  offset: 'u64',
  size: 'u32',
  write_flags: 'u32',
  lock_owner: 'u64',
  flags: 'u32',
  padding: 'u32',
});
export const FALLOCATE_IN = layout('fuse_fallocate_in', {
  fh: 'u64',
  offset: 'u64',
  length: 'u64',
  mode: 'u32',
  padding: 'u32',
});
export const LSEEK_IN = layout('fuse_lseek_in', {
  fh: 'u64',
  offset: 'u64',
  whence: 'u32',
  padding: 'u32',
});
export const COPY_FILE_RANGE_IN = layout('fuse_copy_file_range_in', {
  fh_in: 'u64',
  off_in: 'u64',
  nodeid_out: 'u64',
  fh_out: 'u64',
  off_out: 'u64',
  len: 'u64',
  flags: 'u64',
});

/** Its second half is there only with SETXATTR_EXT (7.33). */
export const SETXATTR_IN = layout('fuse_setxattr_in', {
  size: 'u32',
  flags: 'u32',
  setxattr_flags: 'u32',
  padding: 'u32',
});
export const SETXATTR_IN_SHORT_BYTES = 8;
export const GETXATTR_IN = layout('fuse_getxattr_in', { size: 'u32', padding: 'u32' });
export const ACCESS_IN = layout('fuse_access_in', { mask: 'u32', padding: 'u32' });
