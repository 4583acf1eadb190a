/**
 * Whoever takes the place of a file takes its identity, so that shares, comments and versions stay
 * with the name (D5). What the file system could not hand over at once, because the file was just
 * being sent, is handed over here, before the server is asked to remove it.
 */
import type { TreeNode } from '../cache/node.js';
import type { SyncContext } from './context.js';

/**
 * @param leaving a file that is to go from the server, with nothing of it under way.
 * @returns whether somebody has its identity now, so that it stays.
 */
export function handOver(
  { tree, contents }: SyncContext,
  leaving: TreeNode,
  isBusy: (ino: number) => boolean,
): boolean {
  const { base } = leaving;
  if (base === undefined || leaving.isFolder) return false;
  const heir = tree.child(base.parent, base.name);
  if (heir === undefined || !isHeir(heir) || isBusy(heir.ino)) return false;
  const { content } = heir;
  if (content === undefined || !contents.isComplete(content)) return false;
  tree.atomically(() => {
    tree.save({ ...leaving, base: undefined, failure: undefined });
    contents.setDirty(content, true);
    tree.save({ ...heir, base, contentDirty: true, failure: undefined });
    tree.pins.inherit(heir.ino, leaving.ino);
  });
  return true;
}

/** New, and a file that the server is to get. */
function isHeir({ isFolder, staysHere, base }: TreeNode): boolean {
  return !isFolder && !staysHere && base === undefined;
}
