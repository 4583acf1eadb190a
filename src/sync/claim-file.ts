/**
 * One file of the server is one row of the tree. An answer may come so late that a listing has
 * shown what it speaks of, elsewhere, where somebody has moved it, and has made a row of it. That
 * row makes way for the one that was sent, which the next listing then moves there; unless the user
 * has done something with it already: then it stays, and what was sent goes once more, as new.
 */
import { differences, type TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { SyncContext } from './context.js';

export interface Claim {
  readonly fileId: string;
  /** Who was sent. */
  readonly ino: number;
  /** The folder that it was sent to. */
  readonly folder: number;
}

export interface ClaimHooks {
  readonly lister: { refresh(ino: number): void };
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
}

/** Call within a transaction. @returns false where the file is somebody else's. */
export function claimFile(
  { tree, kernel }: SyncContext,
  { lister, detached }: ClaimHooks,
  { fileId, ino, folder }: Claim,
): boolean {
  const rival = tree.byFileId(fileId);
  if (rival === undefined || rival.ino === ino) return true;
  const { parent, name, base } = rival;
  if (parent === undefined || base === undefined || !isUntouched(tree, rival)) return false;
  tree.save({ ...rival, parent: undefined, base: undefined });
  const folders = [folder, base.parent];
  for (const one of folders) distrust(tree, one);
  detached(rival.ino);
  tree.afterCommit(() => {
    kernel.deleteEntry(parent, rival.ino, name);
    for (const one of folders) lister.refresh(one);
  });
  return true;
}

function isUntouched(tree: TreeStore, node: TreeNode): boolean {
  if (differences(node).length > 0) return false;
  return (
    !node.isFolder || (!tree.hasChildren(node.ino) && tree.baseChildren(node.ino).length === 0)
  );
}

/** What is known of its entries is no longer what the server has. */
function distrust(tree: TreeStore, ino: number): void {
  const folder = tree.get(ino);
  if (folder?.listedEtag !== undefined) tree.save({ ...folder, listedEtag: '' });
}
