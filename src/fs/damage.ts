/**
 * Damage to bytes that are kept and that the server has as well: what differs is forgotten and
 * fetched again. Nothing here touches bytes of the user.
 */
import type { TreeNode } from '../cache/node.js';
import type { FsContext } from './context.js';

/** Whose bytes these are, if what is here of them is of the version on the server. */
export function serverOwner(
  { tree, contents }: Pick<FsContext, 'tree' | 'contents'>,
  id: string,
): TreeNode | undefined {
  if (!contents.has(id) || contents.isDirty(id)) return undefined;
  const node = tree.byContent(id);
  return node?.contentDirty === false && node.base?.size === contents.size(id) ? node : undefined;
}

/** @returns whose blocks have been forgotten; undefined where they could not be fetched again. */
export function forgetDamaged(
  context: Pick<FsContext, 'tree' | 'contents' | 'inodes'>,
  id: string,
  blocks: readonly number[],
): TreeNode | undefined {
  const { tree, contents, inodes } = context;
  const owner = serverOwner(context, id);
  if (owner === undefined) return undefined;
  const isForgotten = tree.atomically(() => {
    if (!contents.care.forgetBlocks(id, blocks)) return false;
    // Who keeps the file here is told by its row that something of it is missing.
    tree.save(owner);
    return true;
  });
  if (!isForgotten) return undefined;
  inodes.dropPages(owner.ino);
  return owner;
}

/** Once for each file that was found damaged. */
export function tellOfDamage(
  { tree, contents, logger }: Pick<FsContext, 'tree' | 'contents' | 'logger'>,
  owner: TreeNode,
): void {
  contents.care.countDamage();
  logger.warn('a kept file is not what was fetched of it; what differs is fetched again', {
    path: tree.path(owner.ino),
  });
}
