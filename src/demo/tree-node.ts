/** One file or folder as the embedded server knows it. Only tree.ts writes these fields. */

/** What `lstat` said when the node was last brought up to date. */
export interface DiskState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface TrashInfo {
  /** Where the item stood, relative to the user's root. */
  readonly location: string;
  /** Seconds since the epoch. */
  readonly deletedAt: number;
}

export interface TreeNode {
  readonly id: number;
  /** NFC. On the disk it may be spelled otherwise: `diskName`. */
  name: string;
  diskName: string;
  parent: TreeNode | undefined;
  /** By name; undefined for a file. */
  readonly children: Map<string, TreeNode> | undefined;
  /** Without quotes. */
  etag: string;
  /** Bytes; of a folder, those of all files below. */
  size: number;
  /** Seconds since the epoch. */
  mtime: number;
  uploadTime: number;
  creationTime: number;
  /** As a client sent it, never verified; empty when none was sent. */
  checksum: string;
  favorite: boolean;
  /** Permission bits; all but for a copy out of a share, until its time is set. */
  grants: number;
  seen: DiskState;
  /** A write is under way or was cut: the disk is ahead of what listings say until a GET. */
  torn: boolean;
  trash: TrashInfo | undefined;
}

export type FolderNode = TreeNode & { readonly children: Map<string, TreeNode> };

/** A node that is not yet part of a tree; also a row of a listing that has no file behind it. */
export function newTreeNode(id: number, name: string, folder: boolean): TreeNode {
  return {
    id,
    name,
    diskName: name,
    parent: undefined,
    children: folder ? new Map<string, TreeNode>() : undefined,
    etag: '',
    size: 0,
    mtime: 0,
    uploadTime: 0,
    creationTime: 0,
    checksum: '',
    favorite: false,
    grants: 31,
    seen: { size: 0, mtimeMs: 0, ino: 0 },
    torn: false,
    trash: undefined,
  };
}

export function isFolder(node: TreeNode): node is FolderNode {
  return node.children !== undefined;
}

/** `/`-joined names below the root of the node's tree; the root itself is `''`. */
export function pathOf(node: TreeNode): string {
  const names: string[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) names.push(at.name);
  return names.reverse().join('/');
}
