/**
 * What the server's permission letters allow (NEXTCLOUD §8). It holds for everybody, root included:
 * the server would refuse it later. Mode bits are the kernel's affair (`default_permissions`).
 */
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import type { FsContext } from './context.js';

/** @throws kind `read-only` on a mount that is. */
export function requireWritableMount(context: FsContext): void {
  if (context.options.readOnly) {
    throw new NuageError('read-only', 'this folder was mounted to be read only');
  }
}

export function requireMayWrite(context: FsContext, node: TreeNode): void {
  requireWritableMount(context);
  requireUnlocked(context, node);
  if (context.tree.locks.isShown(node.ino)) {
    throw refused("this file tells of somebody else's lock", node);
  }
  if (isOwn(node) || has(node, 'W')) return;
  throw refused('you may read this file but not change it', node);
}

/** Somebody has locked it for everybody else: the server would refuse the change later. */
export function requireUnlocked({ sync }: FsContext, node: TreeNode): void {
  const lock = sync.locks.seen.foreign(node);
  if (lock !== undefined) throw refused(`locked by ${lock.ownerName}`, node);
}

export function requireMayCreate(
  context: FsContext,
  folder: TreeNode,
  what: { readonly isFolder: boolean },
): void {
  requireWritableMount(context);
  if (folder.parent === undefined) throw new NuageError('not-found', 'the folder is deleted');
  if (isOwn(folder) || has(folder, what.isFolder ? 'K' : 'C')) return;
  throw refused('you may not add to this folder', folder);
}

export function requireMayRemove(context: FsContext, node: TreeNode): void {
  requireWritableMount(context);
  requireUnlocked(context, node);
  if (isOwn(node) || has(node, 'D')) return;
  throw refused('you may not delete this', node);
}

/** N renames within the folder, V moves to another one. */
export function requireMayMove(context: FsContext, node: TreeNode, toParent: number): void {
  requireWritableMount(context);
  requireUnlocked(context, node);
  if (isOwn(node) || has(node, node.parent === toParent ? 'N' : 'V')) return;
  throw refused('you may not rename or move this', node);
}

/** The server does not have it, or was never asked about it. */
function isOwn(node: TreeNode): boolean {
  return node.base === undefined || node.base.permissions === '';
}

function has(node: TreeNode, letter: string): boolean {
  return node.base?.permissions.includes(letter) === true;
}

function refused(message: string, node: TreeNode): NuageError {
  return new NuageError('forbidden', message, { path: node.name });
}
