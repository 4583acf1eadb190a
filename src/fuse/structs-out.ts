/** What we send: `struct fuse_*_out`, directory entries, notifications (`linux/fuse.h` 7.45). */
import { layout } from './layout.js';

export const OUT_HEADER = layout('fuse_out_header', { len: 'u32', error: 'i32', unique: 'u64' });

/** Its reserved end is not listed: see INIT_OUT_BYTES. */
export const INIT_OUT = layout('fuse_init_out', {
  major: 'u32',
  minor: 'u32',
  max_readahead: 'u32',
  flags: 'u32',
  max_background: 'u16',
  congestion_threshold: 'u16',
  max_write: 'u32',
  time_gran: 'u32',
  max_pages: 'u16',
  map_alignment: 'u16',
  flags2: 'u32',
});
export const INIT_OUT_BYTES = 64;

export const ATTR = layout('fuse_attr', {
  ino: 'u64',
  size: 'u64',
  blocks: 'u64',
  atime: 'u64',
  mtime: 'u64',
  ctime: 'u64',
  atimensec: 'u32',
  mtimensec: 'u32',
  ctimensec: 'u32',
  mode: 'u32',
  nlink: 'u32',
  uid: 'u32',
  gid: 'u32',
  rdev: 'u32',
  blksize: 'u32',
  flags: 'u32',
});

/** `struct fuse_entry_out` up to its `attr`, which follows at its end. */
export const ENTRY_OUT_HEAD = layout('fuse_entry_out', {
  nodeid: 'u64',
  generation: 'u64',
  entry_valid: 'u64',
  attr_valid: 'u64',
  entry_valid_nsec: 'u32',
  attr_valid_nsec: 'u32',
});
export const ENTRY_OUT_BYTES = ENTRY_OUT_HEAD.size + ATTR.size;

/** `struct fuse_attr_out` up to its `attr`. */
export const ATTR_OUT_HEAD = layout('fuse_attr_out', {
  attr_valid: 'u64',
  attr_valid_nsec: 'u32',
  dummy: 'u32',
});
export const ATTR_OUT_BYTES = ATTR_OUT_HEAD.size + ATTR.size;

export const OPEN_OUT = layout('fuse_open_out', {
  fh: 'u64',
  open_flags: 'u32',
  backing_id: 'i32',
});
export const WRITE_OUT = layout('fuse_write_out', { size: 'u32', padding: 'u32' });
export const LSEEK_OUT = layout('fuse_lseek_out', { offset: 'u64' });
export const COPY_FILE_RANGE_OUT = layout('fuse_copy_file_range_out', { bytes_copied: 'u64' });
export const GETXATTR_OUT = layout('fuse_getxattr_out', { size: 'u32', padding: 'u32' });

/** `struct fuse_kstatfs`, without the reserved 24 bytes at its end. */
export const KSTATFS = layout('fuse_kstatfs', {
  blocks: 'u64',
  bfree: 'u64',
  bavail: 'u64',
  files: 'u64',
  ffree: 'u64',
  bsize: 'u32',
  namelen: 'u32',
  frsize: 'u32',
  padding: 'u32',
});
export const STATFS_OUT_BYTES = 80;

/** The name follows at its end; records are padded to 8 bytes. */
export const DIRENT = layout('fuse_dirent', {
  ino: 'u64',
  off: 'u64',
  namelen: 'u32',
  type: 'u32',
});

export const INVAL_INODE_OUT = layout('fuse_notify_inval_inode_out', {
  ino: 'u64',
  off: 'i64',
  len: 'i64',
});
export const INVAL_ENTRY_OUT = layout('fuse_notify_inval_entry_out', {
  parent: 'u64',
  namelen: 'u32',
  flags: 'u32',
});
export const DELETE_OUT = layout('fuse_notify_delete_out', {
  parent: 'u64',
  child: 'u64',
  namelen: 'u32',
  padding: 'u32',
});
export const STORE_OUT = layout('fuse_notify_store_out', {
  nodeid: 'u64',
  offset: 'u64',
  size: 'u32',
  padding: 'u32',
});
