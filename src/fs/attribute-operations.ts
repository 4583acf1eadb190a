/** GETATTR, SETATTR, ACCESS, STATFS. */
import { constants } from 'node:fs';
import type { Timestamp, TreeNode } from '../cache/node.js';
import type { AttributesReply, Result, SetAttributes, StatfsReply } from '../fuse/filesystem.js';
import { BLOCK_SIZE_BYTES, NAME_BYTES_MAX, UNLIMITED_BYTES } from '../limits.js';
import { requireMayWrite, requireWritableMount } from './access.js';
import { attributesReply, timestampNow } from './attributes.js';
import { type FsContext, requireFile, requireNode } from './context.js';
import { resize } from './file-content.js';

/** Permission, set-id and sticky bits: what `chmod` may set. */
const MODE_BITS = 0o7777;
const SET_ID_BITS = 0o6000;
const S_ISGID = 0o2000;
const GROUP_EXECUTES = 0o010;

export function getattr(context: FsContext, ino: number): AttributesReply {
  return attributesReply(context, requireNode(context, ino));
}

export function setattr(
  context: FsContext,
  ino: number,
  changes: SetAttributes,
): Result<AttributesReply> {
  requireWritableMount(context);
  if (changes.size !== undefined) {
    requireMayWrite(context, requireFile(context, ino));
    const wait = resize(context, ino, changes.size);
    if (wait !== undefined) return wait;
  }
  applyChanges(context, ino, changes);
  return getattr(context, ino);
}

function applyChanges(context: FsContext, ino: number, changes: SetAttributes): void {
  const { tree, openFiles, sync, clock, options } = context;
  const now = timestampNow(clock);
  const time = (wanted: Timestamp | 'now' | undefined, present: Timestamp): Timestamp =>
    wanted === undefined ? present : wanted === 'now' ? now : wanted;
  tree.atomically(() => {
    openFiles.commit(ino);
    const node = requireNode(context, ino);
    tree.save({
      ...node,
      mode: changes.mode === undefined ? node.mode : changes.mode & MODE_BITS,
      uid: changes.uid ?? node.uid,
      gid: changes.gid ?? node.gid,
      atime: time(changes.atime, node.atime),
      mtime: time(changes.mtime, node.mtime),
      ctime: changes.ctime ?? now,
    });
  });
  if (changes.size === undefined && changes.mtime === undefined) return;
  sync.activity.changed(ino);
  sync.uploader.planSoon(options.uploadDelayMs);
}

/** As the kernel does on a local disk when a file is written by somebody (`should_remove_suid`). */
export function killPrivileges(context: FsContext, ino: number): void {
  const node = context.tree.get(ino);
  if (node === undefined || node.isFolder || (node.mode & SET_ID_BITS) === 0) return;
  const keepsGroup = (node.mode & GROUP_EXECUTES) === 0 ? node.mode & S_ISGID : 0;
  context.tree.save({ ...node, mode: (node.mode & ~SET_ID_BITS) | keepsGroup });
}

export function access(context: FsContext, ino: number, mask: number): void {
  const node = requireNode(context, ino);
  if ((mask & constants.W_OK) !== 0) requireWritable(context, node);
}

function requireWritable(context: FsContext, node: TreeNode): void {
  if (node.isFolder) requireWritableMount(context);
  else requireMayWrite(context, node);
}

export function statfs(context: FsContext): StatfsReply {
  const { space, tree } = context;
  const available = space.available() ?? UNLIMITED_BYTES;
  const free = Math.floor(available / BLOCK_SIZE_BYTES);
  return {
    blocks: Math.ceil((space.used() + available) / BLOCK_SIZE_BYTES),
    blocksFree: free,
    blocksAvailable: free,
    files: tree.count(),
    filesFree: Number.MAX_SAFE_INTEGER,
    blockSize: BLOCK_SIZE_BYTES,
    fragmentSize: BLOCK_SIZE_BYTES,
    nameMax: NAME_BYTES_MAX,
  };
}
