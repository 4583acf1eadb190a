/** What `status` shows of the engine. */
import { differences, type Difference, type TreeNode } from '../cache/node.js';
import { STATUS_CHANGES_MAX } from '../limits.js';
import type { FsContext } from './context.js';

export type PendingAction = 'create' | 'upload' | 'move' | 'delete' | 'set-time';

const ACTION: Readonly<Record<Difference, PendingAction>> = {
  create: 'create',
  content: 'upload',
  move: 'move',
  remove: 'delete',
  mtime: 'set-time',
};

export interface PendingNode {
  readonly path: string;
  readonly action: PendingAction;
  /** That are still to be sent. */
  readonly bytes: number;
  readonly failure: TreeNode['failure'];
}

export interface LockedFile {
  readonly path: string;
  /** As the server shows it. */
  readonly owner: string;
  /** Set by this user: here, in the web page or by another client. */
  readonly isMine: boolean;
}

/** As the server was last seen, at most {@link STATUS_CHANGES_MAX}. */
export function lockedFiles({ tree, sync }: FsContext): readonly LockedFile[] {
  const files: LockedFile[] = [];
  for (const { fileId, ownerName } of tree.locks.allSeen().slice(0, STATUS_CHANGES_MAX)) {
    const node = tree.byFileId(fileId);
    const path = node === undefined ? undefined : tree.path(node.ino);
    if (node === undefined || path === undefined || sync.locks.seen.of(node) === undefined)
      continue;
    files.push({ path, owner: ownerName, isMine: sync.locks.seen.foreign(node) === undefined });
  }
  return files;
}

/** The oldest changes first, at most {@link STATUS_CHANGES_MAX}; not those that are held. */
export function pendingNodes(context: FsContext): readonly PendingNode[] {
  const { tree, sync } = context;
  const nodes = tree.pending({ afterChange: 0, limit: STATUS_CHANGES_MAX });
  const sent = nodes.filter((node) => !sync.removals.isHeld(node));
  return sent.map((node) => ({
    path: tree.path(node.ino) ?? tree.basePath(node.ino) ?? node.name,
    action: ACTION[differences(node)[0] ?? 'content'],
    bytes: node.contentDirty ? node.size : 0,
    failure: node.failure,
  }));
}
