/**
 * One file or folder, as an immutable snapshot of its database row, and the pure function that
 * says what the server has not been told yet. The write-back queue is nothing but that difference.
 */
import type { ErrorKind } from '../errors.js';

export interface Timestamp {
  /** Seconds since the epoch, may be negative. A whole number. */
  readonly sec: number;
  /** 0 to 999,999,999. */
  readonly nsec: number;
}

/** What was last agreed with the server. */
export interface NodeBase {
  /** Inode of the folder on the server; 0 for the root. */
  readonly parent: number;
  readonly name: string;
  /** `oc:fileid`; empty only for a root that was never listed. */
  readonly fileId: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Seconds since the epoch; 0 where the server does not know. */
  readonly uploadTime: number;
  readonly checksum: string;
  /** Letters of `oc:permissions`. */
  readonly permissions: string;
}

/** Why the oldest unsent change of a node did not go, and when it is tried again. */
export interface NodeFailure {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string | undefined;
  readonly attempts: number;
  /** Wall clock, milliseconds: to be shown, never to be waited for. */
  readonly retryAt: number;
}

/**
 * An immutable snapshot of one row. What the user sees is parent, name, size and so on. A node
 * whose parent is undefined is deleted here; its row stays until the server has agreed and nobody
 * holds it open.
 */
export interface TreeNode {
  readonly ino: number;
  readonly isFolder: boolean;
  readonly parent: number | undefined;
  readonly name: string;
  /** Permission bits, 07777. */
  readonly mode: number;
  /** Owner and group on this machine; undefined: whoever mounts. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  /** Id of the data file. */
  readonly content: string | undefined;
  readonly contentVersion: number;
  /** The bytes differ from the base. */
  readonly contentDirty: boolean;
  /** A name that never goes to the server. */
  readonly staysHere: boolean;
  readonly base: NodeBase | undefined;
  /** Folder: the ETag at which its children are completely known. */
  readonly listedEtag: string | undefined;
  /** Names the upload folder of a chunked upload in progress, for its resumption. */
  readonly uploadId: string | undefined;
  /** 0: agrees with the server. Else the sequence number of its oldest unsent change. */
  readonly change: number;
  readonly failure: NodeFailure | undefined;
}

/** A node before it has a row. Extra columns of a spread {@link TreeNode} are ignored. */
export type NodeDraft = Omit<TreeNode, 'ino' | 'change'>;

/** What every new node has in common, wherever it comes from. */
export const UNTOUCHED = {
  contentVersion: 0,
  listedEtag: undefined,
  uploadId: undefined,
  failure: undefined,
} as const;

/** One line of a directory. */
export interface ChildRow {
  readonly ino: number;
  readonly name: string;
  readonly isFolder: boolean;
}

export const ROOT_INO = 1;

export type Difference = 'create' | 'move' | 'content' | 'mtime' | 'remove';

const NOTHING: readonly Difference[] = [];
const REMOVE: readonly Difference[] = ['remove'];
const CREATE: readonly Difference[] = ['create'];
const MOVE: readonly Difference[] = ['move'];
const CONTENT: readonly Difference[] = ['content'];
const MTIME: readonly Difference[] = ['mtime'];

/** What of {@link TreeNode} decides about {@link differences}. */
export type NodeState = Pick<
  TreeNode,
  'isFolder' | 'parent' | 'name' | 'mtime' | 'contentDirty' | 'staysHere' | 'base'
>;

/**
 * What the server must still be told of this node, a move before the rest. Allocates nothing in
 * the usual cases: it runs on every save.
 */
export function differences(node: NodeState): readonly Difference[] {
  const { base } = node;
  if (node.parent === undefined || node.staysHere) return base === undefined ? NOTHING : REMOVE;
  if (base === undefined) return CREATE;
  const bytes = bytesDifference(node, base);
  const isMoved = base.parent !== node.parent || base.name !== node.name;
  if (!isMoved) return bytes;
  return bytes.length === 0 ? MOVE : [...MOVE, ...bytes];
}

/** New content carries the time with it; the time of a folder is the server's own affair. */
function bytesDifference(node: NodeState, base: NodeBase): readonly Difference[] {
  if (node.isFolder) return NOTHING;
  if (node.contentDirty) return CONTENT;
  return node.mtime.sec === base.mtime ? NOTHING : MTIME;
}
