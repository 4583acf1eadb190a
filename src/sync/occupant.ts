/** What the user has at a name, in the terms of the decision table (conflict.ts). */
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { LocalState, Occupant } from './conflict.js';

/** Of a file that the server has. */
export function localState(node: TreeNode): LocalState {
  if (node.parent === undefined || node.staysHere) return 'deleted';
  return node.contentDirty ? 'edited' : 'clean';
}

export function occupantOf(tree: TreeStore, node: TreeNode): Occupant {
  const { ino, isFolder, staysHere, base, parent, name, contentDirty, size } = node;
  const isAtBase = base?.parent === parent && base?.name === name;
  const origin = base === undefined ? 'new' : isAtBase ? 'agreed' : 'moved';
  const isEdited = contentDirty || (isFolder && holdsUnsent(tree, ino));
  return { isFolder, staysHere, origin, isEdited, isEmpty: !isFolder && size === 0 };
}

function holdsUnsent(tree: TreeStore, folder: number): boolean {
  return tree.children(folder).some(({ ino, isFolder }) => {
    const isUnsent = (tree.get(ino)?.change ?? 0) > 0;
    return isUnsent || (isFolder && holdsUnsent(tree, ino));
  });
}
