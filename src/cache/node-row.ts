/** The SQL of the `node` table, and the way between a row and a {@link TreeNode}. */
import { type ErrorKind, ERROR_KINDS, NuageError } from '../errors.js';
import type { NodeBase, NodeDraft, NodeFailure, TreeNode } from './node.js';

/** The columns but `ino`, in the order of {@link columnsOf}. */
const COLUMNS = [
  'is_folder',
  'parent',
  'name',
  'mode',
  'size',
  'atime_sec',
  'atime_nsec',
  'mtime_sec',
  'mtime_nsec',
  'ctime_sec',
  'ctime_nsec',
  'content',
  'content_version',
  'content_dirty',
  'stays_here',
  'base_parent',
  'base_name',
  'base_file_id',
  'base_etag',
  'base_size',
  'base_mtime',
  'base_upload_time',
  'base_checksum',
  'base_permissions',
  'listed_etag',
  'upload_id',
  'change',
  'failure_kind',
  'failure_message',
  'failure_hint',
  'failure_attempts',
  'failure_retry_at',
  'uid',
  'gid',
] as const;

const ALL = COLUMNS.join(', ');
const SELECT_NODE = `SELECT ino, ${ALL} FROM node`;

/** Columns that no index knows: what a write, a truncate or a chmod changes. */
const ATTRIBUTES = COLUMNS.slice(3, 11).concat('content_version', 'uid', 'gid');

/** Said, because SQLite would take the index of all subfolders, which is the whole tree's. */
const UNLISTED = `node INDEXED BY node_unlisted WHERE is_folder = 1 AND listed_etag IS NULL
  AND base_parent IS NOT NULL AND parent IS NOT NULL`;

/** Every statement of the tree, so that the tests can look at their query plans. */
export const NODE_SQL = {
  get: `${SELECT_NODE} WHERE ino = ?`,
  child: 'SELECT ino FROM node WHERE parent = ? AND name = ?',
  /** In the order in which they came: a place in it stays where it is, whoever comes and goes. */
  childrenFrom: `${SELECT_NODE} WHERE parent = ? AND ino >= ? ORDER BY ino LIMIT ?`,
  children: 'SELECT ino, name, is_folder FROM node WHERE parent = ? ORDER BY name',
  subfolderCount: 'SELECT count(*) FROM node WHERE parent = ? AND is_folder = 1',
  hasChildren: 'SELECT 1 FROM node WHERE parent = ? LIMIT 1',
  byFileId: 'SELECT ino FROM node WHERE base_file_id = ? ORDER BY ino LIMIT 1',
  byBasePlace: 'SELECT ino FROM node WHERE base_parent = ? AND base_name = ? ORDER BY ino LIMIT 1',
  byContent: 'SELECT ino FROM node WHERE content = ? ORDER BY ino LIMIT 1',
  baseChildren: 'SELECT ino FROM node WHERE base_parent = ? ORDER BY base_name',
  hasBaseChildren: 'SELECT 1 FROM node WHERE base_parent = ? LIMIT 1',
  folderCount: 'SELECT count(*) FROM node WHERE is_folder = 1 AND parent IS NOT NULL',
  unlisted: `SELECT ino FROM ${UNLISTED} AND parent >= ? ORDER BY parent, ino LIMIT ?`,
  unlistedIn: `SELECT ino FROM ${UNLISTED} AND parent = ? ORDER BY ino LIMIT ?`,
  unlistedSizeIn: `SELECT count(*), total(base_size) FROM ${UNLISTED} AND parent = ?`,
  pending: 'SELECT ino FROM node WHERE change > 0 AND change > ? ORDER BY change LIMIT ?',
  failed: 'SELECT ino FROM node WHERE failure_kind IS NOT NULL',
  detached: `SELECT ino FROM node WHERE parent IS NULL AND base_parent IS NOT NULL ORDER BY ino`,
  removals: `SELECT count(*), coalesce(sum(CASE is_folder WHEN 0 THEN base_size END), 0) FROM node
    WHERE parent IS NULL AND base_parent IS NOT NULL AND change > ?`,
  /** Listed at a state that the server is known to have left. Reads all folders: rarely asked. */
  foldersOutOfDate: `SELECT ino FROM node WHERE is_folder = 1 AND listed_etag IS NOT NULL
    AND base_parent IS NOT NULL AND listed_etag <> base_etag`,
  lastChange: 'SELECT max(change) FROM node WHERE change > 0',
  insert: `INSERT INTO node (${ALL}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  update: `UPDATE node SET ${COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE ino = ?`,
  updateAttributes: `UPDATE node SET ${ATTRIBUTES.map((name) => `${name} = ?`).join(', ')}
    WHERE ino = ?`,
  remove: 'DELETE FROM node WHERE ino = ?',
  count: 'SELECT count(*) FROM node',
  pendingCount: 'SELECT count(*) FROM node WHERE change > 0',
  failedCount: 'SELECT count(*) FROM node WHERE failure_kind IS NOT NULL',
} as const;

export type Column = string | number | null;

/** A row of {@link SELECT_NODE}. */
export type NodeRow = readonly [
  ino: number,
  isFolder: number,
  parent: number | null,
  name: string,
  mode: number,
  size: number,
  atimeSec: number,
  atimeNsec: number,
  mtimeSec: number,
  mtimeNsec: number,
  ctimeSec: number,
  ctimeNsec: number,
  content: string | null,
  contentVersion: number,
  contentDirty: number,
  staysHere: number,
  baseParent: number | null,
  baseName: string | null,
  baseFileId: string | null,
  baseEtag: string | null,
  baseSize: number | null,
  baseMtime: number | null,
  baseUploadTime: number | null,
  baseChecksum: string | null,
  basePermissions: string | null,
  listedEtag: string | null,
  uploadId: string | null,
  change: number,
  failureKind: string | null,
  failureMessage: string | null,
  failureHint: string | null,
  failureAttempts: number | null,
  failureRetryAt: number | null,
  uid: number | null,
  gid: number | null,
];

export function nodeFromRow(row: NodeRow): TreeNode {
  return {
    ino: row[0],
    isFolder: row[1] === 1,
    parent: row[2] ?? undefined,
    name: row[3],
    mode: row[4],
    uid: row[33] ?? undefined,
    gid: row[34] ?? undefined,
    size: row[5],
    atime: { sec: row[6], nsec: row[7] },
    mtime: { sec: row[8], nsec: row[9] },
    ctime: { sec: row[10], nsec: row[11] },
    content: row[12] ?? undefined,
    contentVersion: row[13],
    contentDirty: row[14] === 1,
    staysHere: row[15] === 1,
    base: baseFromRow(row),
    listedEtag: row[25] ?? undefined,
    uploadId: row[26] ?? undefined,
    change: row[27],
    failure: failureFromRow(row),
  };
}

function baseFromRow(row: NodeRow): NodeBase | undefined {
  const parent = row[16];
  if (parent === null) return undefined;
  return {
    parent,
    name: row[17] ?? '',
    fileId: row[18] ?? '',
    etag: row[19] ?? '',
    size: row[20] ?? 0,
    mtime: row[21] ?? 0,
    uploadTime: row[22] ?? 0,
    checksum: row[23] ?? '',
    permissions: row[24] ?? '',
  };
}

function failureFromRow(row: NodeRow): NodeFailure | undefined {
  const kind = row[28];
  if (kind === null) return undefined;
  return {
    kind: toErrorKind(kind),
    message: row[29] ?? '',
    hint: row[30] ?? undefined,
    attempts: row[31] ?? 0,
    retryAt: row[32] ?? 0,
  };
}

function toErrorKind(text: string): ErrorKind {
  const kind = ERROR_KINDS.find((known) => known === text);
  if (kind === undefined) throw new NuageError('corrupt', `unknown failure kind ${text}`);
  return kind;
}

/** The node with exactly its own fields, as it will be read back from its row. */
export function nodeFromDraft(ino: number, draft: NodeDraft, change: number): TreeNode {
  return {
    ino,
    isFolder: draft.isFolder,
    parent: draft.parent,
    name: draft.name,
    mode: draft.mode,
    uid: draft.uid,
    gid: draft.gid,
    size: draft.size,
    atime: draft.atime,
    mtime: draft.mtime,
    ctime: draft.ctime,
    content: draft.content,
    contentVersion: draft.contentVersion,
    contentDirty: draft.contentDirty,
    staysHere: draft.staysHere,
    base: draft.base,
    listedEtag: draft.listedEtag,
    uploadId: draft.uploadId,
    change,
    failure: draft.failure,
  };
}

/** The values of {@link COLUMNS}. */
export function columnsOf(node: NodeDraft, change: number): Column[] {
  const { base, failure } = node;
  return [
    node.isFolder ? 1 : 0,
    node.parent ?? null,
    node.name,
    ...attributesOf(node),
    node.content ?? null,
    node.contentVersion,
    node.contentDirty ? 1 : 0,
    node.staysHere ? 1 : 0,
    base?.parent ?? null,
    base?.name ?? null,
    base?.fileId ?? null,
    base?.etag ?? null,
    base?.size ?? null,
    base?.mtime ?? null,
    base?.uploadTime ?? null,
    base?.checksum ?? null,
    base?.permissions ?? null,
    node.listedEtag ?? null,
    node.uploadId ?? null,
    change,
    failure?.kind ?? null,
    failure?.message ?? null,
    failure?.hint ?? null,
    failure?.attempts ?? null,
    failure?.retryAt ?? null,
    node.uid ?? null,
    node.gid ?? null,
  ];
}

/** The first values of {@link ATTRIBUTES}. */
function attributesOf(node: NodeDraft): number[] {
  const { mode, size, atime, mtime, ctime } = node;
  return [mode, size, atime.sec, atime.nsec, mtime.sec, mtime.nsec, ctime.sec, ctime.nsec];
}

/** The parameters of `updateAttributes`. */
export function attributeColumnsOf(node: TreeNode): Column[] {
  const { contentVersion, uid = null, gid = null, ino } = node;
  return [...attributesOf(node), contentVersion, uid, gid, ino];
}

/** True when `updateAttributes` can say all that differs: the indexes need no visit then. */
export function differsInAttributesOnly(before: TreeNode, after: TreeNode): boolean {
  return (
    before.parent === after.parent &&
    before.name === after.name &&
    before.content === after.content &&
    before.contentDirty === after.contentDirty &&
    before.staysHere === after.staysHere &&
    before.base === after.base &&
    before.listedEtag === after.listedEtag &&
    before.uploadId === after.uploadId &&
    before.change === after.change &&
    before.failure === after.failure
  );
}
