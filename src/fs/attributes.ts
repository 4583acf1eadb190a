/** What `stat` shows of a node. */
import { constants } from 'node:fs';
import type { Timestamp, TreeNode } from '../cache/node.js';
import type { Clock } from '../clock.js';
import type { Attributes, AttributesReply, EntryReply } from '../fuse/filesystem.js';
import {
  ATTRIBUTES_VALID_MS,
  ENTRY_VALID_MS,
  FOLDER_ATTRIBUTES_VALID_MS,
  FUSE_REQUEST_BYTES_MAX,
} from '../limits.js';
import { isOfficeDocument } from '../sync/lock-names.js';
import type { FsContext } from './context.js';

const { S_IFDIR, S_IFREG } = constants;

const WRITE_BITS = 0o222;

/** The unit of `st_blocks`, whatever the disk's own. */
const STAT_BLOCK_BYTES = 512;

export const FOLDER_TYPE = S_IFDIR >> 12;
export const FILE_TYPE = S_IFREG >> 12;

/**
 * A folder is linked by its name, its `.` and the `..` of each folder in it. Where these are not
 * known it has one, which tells `find` to look instead of counting (as on btrfs). What is deleted
 * and still open has none.
 */
function linksOf({ tree }: FsContext, node: TreeNode): number {
  if (node.parent === undefined) return 0;
  const isListed = node.isFolder && (node.base === undefined || node.listedEtag !== undefined);
  return isListed ? 2 + tree.subfolderCount(node.ino) : 1;
}

function attributesOf(context: FsContext, node: TreeNode): Attributes {
  const { uid, gid } = context.options;
  return {
    ino: node.ino,
    size: node.size,
    blocks: Math.ceil(node.size / STAT_BLOCK_BYTES),
    atime: node.atime,
    mtime: node.mtime,
    ctime: node.ctime,
    mode: (node.isFolder ? S_IFDIR : S_IFREG) | modeOf(context, node),
    nlink: linksOf(context, node),
    uid: node.uid ?? uid,
    gid: node.gid ?? gid,
    rdev: 0,
    // Programs that copy take it as the size of their pieces: one request for each, as on NFS.
    blksize: FUSE_REQUEST_BYTES_MAX,
  };
}

/**
 * What somebody else has locked is read only for us. Office programs look for who has their
 * document only where they may write, so it keeps its bits: opening it for writing is refused all
 * the same.
 */
function modeOf({ sync }: FsContext, node: TreeNode): number {
  const isLocked = sync.locks.seen.foreign(node) !== undefined;
  return isLocked && !isOfficeDocument(node.name) ? node.mode & ~WRITE_BITS : node.mode;
}

function attributesValidMs(node: TreeNode): number {
  return node.isFolder ? FOLDER_ATTRIBUTES_VALID_MS : ATTRIBUTES_VALID_MS;
}

/** What changes elsewhere is pushed into the kernel, so it may keep them for long (D7). */
export function attributesReply(context: FsContext, node: TreeNode): AttributesReply {
  const isPushed = context.inodes.isKnown(node.ino);
  return {
    attributes: attributesOf(context, node),
    attributesValidMs: isPushed ? attributesValidMs(node) : 0,
  };
}

export function entryReply(context: FsContext, node: TreeNode): EntryReply {
  return {
    ino: node.ino,
    generation: 0,
    entryValidMs: ENTRY_VALID_MS,
    attributesValidMs: attributesValidMs(node),
    attributes: attributesOf(context, node),
  };
}

export function timestampNow(clock: Clock): Timestamp {
  const milliseconds = clock.now();
  const sec = Math.floor(milliseconds / 1000);
  const nsec = Math.min(999_999_999, Math.floor((milliseconds - sec * 1000) * 1e6));
  return { sec, nsec };
}
