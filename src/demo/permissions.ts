/**
 * Permission letters, `oc:permissions`. In a received share they follow from the share's bits
 * (1 read, 2 update, 4 create, 8 delete, 16 reshare); everything else belongs to the user.
 */
import { refuse } from './dav-error.js';
import { isFolder, type TreeNode } from './tree-node.js';

export const SHARE_READ_ONLY = 1;
export const SHARE_ALL = 31;

export interface Share {
  /** Of the folder in the recipient's files. */
  readonly path: string;
  readonly permissions: number;
  readonly owner: string;
}

const UPDATE = 2;
const CREATE = 4;
const DELETE = 8;
const RESHARE = 16;

/** The share that a node lies in, found by the node of its root. */
export function shareOf(
  node: TreeNode,
  shares: ReadonlyMap<number, Share>,
): { readonly share: Share; readonly isRoot: boolean } | undefined {
  if (shares.size === 0) return undefined;
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
    const share = shares.get(at.id);
    if (share !== undefined) return { share, isRoot: at === node };
  }
  return undefined;
}

export function lettersOf(node: TreeNode, shares: ReadonlyMap<number, Share>): string {
  if (inTrash(node)) return 'GD';
  const found = shareOf(node, shares);
  // What was copied out of a share has no more rights than it had there.
  const bits = found?.share.permissions ?? node.grants;
  return [
    found === undefined ? '' : 'S',
    bits & RESHARE ? 'R' : '',
    'G',
    // The root of a share can always be deleted: it is unshared.
    bits & DELETE || found?.isRoot === true ? 'D' : '',
    bits & UPDATE ? 'NV' : '',
    isFolder(node) ? (bits & CREATE ? 'CK' : '') : bits & UPDATE ? 'W' : '',
  ].join('');
}

function inTrash(node: TreeNode): boolean {
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
    if (at.trash !== undefined) return true;
  }
  return false;
}

/** `ocs:share-permissions`: what the user could hand on. */
export function shareBitsOf(node: TreeNode, shares: ReadonlyMap<number, Share>): number {
  const found = shareOf(node, shares);
  const all = isFolder(node) ? SHARE_ALL : SHARE_ALL - CREATE - DELETE;
  return found === undefined ? all : all & found.share.permissions;
}

/** Throws 403 when the letter is missing. */
export function demand(
  node: TreeNode,
  letter: 'W' | 'D' | 'C' | 'K' | 'N' | 'V',
  shares: ReadonlyMap<number, Share>,
): void {
  if (!lettersOf(node, shares).includes(letter)) throw refuse('Forbidden', '');
}
