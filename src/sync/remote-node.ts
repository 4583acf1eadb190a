/** Turns a row of a listing into the columns of a node. */
import { type NodeBase, type NodeDraft, type TreeNode, UNTOUCHED } from '../cache/node.js';
import type { RemoteEntry } from '../remote/remote.js';
import { sameVersion } from './conflict.js';
import { modeOf } from './permissions.js';

export function entryName(entry: RemoteEntry): string {
  return entry.path.slice(entry.path.lastIndexOf('/') + 1);
}

export function baseFrom(parent: number, entry: RemoteEntry): NodeBase {
  return {
    parent,
    name: entryName(entry),
    fileId: entry.fileId,
    etag: entry.etag,
    size: entry.size,
    mtime: entry.mtime,
    uploadTime: entry.uploadTime,
    checksum: entry.checksum,
    permissions: entry.permissions,
  };
}

/** The server has it where it was, with the bytes that are known of it. */
export function isAsAgreed({ base }: TreeNode, parent: number, entry: RemoteEntry): boolean {
  if (base?.parent !== parent || base.name !== entryName(entry)) return false;
  return sameVersion(base, entry);
}

/** Nothing has changed in this folder, nor what may be done in it. */
export function isSameFolder({ base }: TreeNode, entry: RemoteEntry): boolean {
  return base?.etag === entry.etag && base.permissions === entry.permissions;
}

/** A node that nobody here has changed. */
export function cleanDraft(parent: number, entry: RemoteEntry): NodeDraft {
  const time = { sec: entry.mtime, nsec: 0 };
  return {
    ...UNTOUCHED,
    isFolder: entry.isFolder,
    parent,
    name: entryName(entry),
    mode: modeOf(entry.isFolder, entry.permissions),
    uid: undefined,
    gid: undefined,
    size: entry.isFolder ? 0 : entry.size,
    atime: time,
    mtime: time,
    ctime: time,
    content: undefined,
    contentDirty: false,
    staysHere: false,
    base: baseFrom(parent, entry),
  };
}

/** The node as the server has it now: its bytes here are of an older version and no longer its. */
export function withRemoteContent(node: TreeNode, base: NodeBase): TreeNode {
  const time = { sec: base.mtime, nsec: 0 };
  return {
    ...node,
    size: node.isFolder ? 0 : base.size,
    mtime: time,
    ctime: time,
    mode: withWritability(node, base.permissions),
    content: undefined,
    contentVersion: node.contentVersion + 1,
    contentDirty: false,
    uploadId: undefined,
    failure: undefined,
    base,
  };
}

/** Keeps the user's mode bits as long as the server's permission did not change. */
export function withWritability(node: TreeNode, permissions: string): number {
  if (node.base?.permissions === permissions) return node.mode;
  return modeOf(node.isFolder, permissions);
}
