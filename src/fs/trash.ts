/**
 * The trash of file managers: `.Trash-UID` in the root, which lives on this machine. What they move
 * into it is deleted on the server, whose own trash keeps it. What was here whole lies in the trash
 * of this machine as well and can be taken out of it again. Of the rest nothing shows there: a
 * folder that comes back with some of its files would look as if it were whole.
 *
 * Where that could lose something, the move is refused as one to another disk, and the file manager
 * asks whether to delete for good: unsent bytes of a file that is not here whole, or a server
 * without a trash.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import type { Parked } from '../fuse/filesystem.js';
import { type RenameTarget, type Result } from '../fuse/filesystem.js';
import { MOVED_ENTRIES_MAX } from '../limits.js';
import { requireMayMove, requireMayRemove } from './access.js';
import { type FsContext, requireListed } from './context.js';
import { discard, touchFolder } from './name-operations.js';
import { normalName } from './names.js';

const TRASH_NAME = /^\.Trash(-\d+)?$/;

/** What describes `files/NAME` for file managers, by the specification of freedesktop.org. */
const INFO_FOLDER = 'info';
const INFO_SUFFIX = '.trashinfo';

/** Is this folder the trash, or within it? */
export function isTrash({ tree }: FsContext, folder: number): boolean {
  let at = tree.get(folder);
  while (at?.parent !== undefined && at.parent !== ROOT_INO) at = tree.get(at.parent);
  return at?.parent === ROOT_INO && at.staysHere && TRASH_NAME.test(at.name);
}

/** @param source on the server, or on its way there. */
export function moveToTrash(context: FsContext, source: TreeNode, to: RenameTarget): Result<void> {
  const { tree, kernel } = context;
  requireMayMove(context, source, to.parent);
  requireMayRemove(context, source);
  const name = normalName(to.name);
  if (tree.child(to.parent, name) !== undefined) throw refusal('the name is taken in the trash');
  const nodes: TreeNode[] = [];
  const wait = gather(context, source, nodes);
  if (wait !== undefined) return wait;
  const isWhole = nodes.every((node) => node.isFolder || isHere(context, node));
  if (!isWhole) requireKeptByServer(context, nodes);
  const from = source.parent;
  tree.atomically(() => {
    if (isWhole) keep(context, nodes, { parent: to.parent, name });
    else forgetInfo(context, to.parent, name);
    // What is in a folder goes before it.
    for (const node of [...nodes].reverse()) discard(context, node);
    for (const folder of [from, to.parent]) {
      if (folder !== undefined) touchFolder(context, folder);
    }
  });
  // The kernel has moved its own entry there, which stands for what is deleted now.
  kernel.invalidateEntry(to.parent, name);
  return undefined;
}

/** The node and all below it, folders before what is in them; parked while that is not known. */
function gather(context: FsContext, node: TreeNode, found: TreeNode[]): Parked | undefined {
  if (found.length >= MOVED_ENTRIES_MAX) throw refusal('too much to be moved at once');
  if (context.sync.activity.isBeingWritten(node.ino)) {
    throw refusal('a program is writing into it', node);
  }
  const { tree, openFiles } = context;
  openFiles.commit(node.ino);
  found.push(tree.get(node.ino) ?? node);
  if (!node.isFolder) return undefined;
  const wait = requireListed(context, node);
  if (wait !== undefined) return wait;
  for (const { ino } of tree.children(node.ino)) {
    const child = tree.get(ino);
    const below = child === undefined ? undefined : gather(context, child, found);
    if (below !== undefined) return below;
  }
  return undefined;
}

function isHere({ contents }: FsContext, { size, content }: TreeNode): boolean {
  return size === 0 || (content !== undefined && contents.isComplete(content));
}

function requireKeptByServer({ server }: FsContext, nodes: readonly TreeNode[]): void {
  const unsent = nodes.find((node) => node.base === undefined || node.contentDirty);
  if (unsent !== undefined) throw refusal('the server does not have all of it yet', unsent);
  if (server()?.keepsDeleted === false) throw refusal('the server has no trash');
}

/** Copies that live on this machine alone, with the bytes of the originals. */
function keep(context: FsContext, nodes: readonly TreeNode[], top: RenameTarget): void {
  const { tree, contents } = context;
  const copies = new Map<number, number>();
  for (const [index, node] of nodes.entries()) {
    const parent = index === 0 ? top.parent : copies.get(node.parent ?? 0);
    if (parent === undefined) continue;
    tree.save({ ...node, content: undefined });
    if (node.content !== undefined) contents.setDirty(node.content, true);
    const copy = tree.insert({
      ...node,
      parent,
      name: index === 0 ? top.name : node.name,
      contentDirty: !node.isFolder,
      staysHere: true,
      base: undefined,
      listedEtag: undefined,
      uploadId: undefined,
      failure: undefined,
    });
    copies.set(node.ino, copy.ino);
    for (const name of tree.listXattrs(node.ino)) {
      const value = tree.getXattr(node.ino, name);
      if (value !== undefined) tree.setXattr(copy.ino, name, value);
    }
  }
}

/** Of what does not show in the trash, the file manager's note must not either. */
function forgetInfo(context: FsContext, files: number, name: string): void {
  const { tree, kernel } = context;
  const trash = tree.get(files)?.parent;
  const folder = trash === undefined ? undefined : tree.child(trash, INFO_FOLDER);
  const infoName = `${name}${INFO_SUFFIX}`;
  const info = folder === undefined ? undefined : tree.child(folder.ino, infoName);
  if (folder === undefined || info === undefined) return;
  discard(context, info);
  kernel.invalidateEntry(folder.ino, infoName);
}

function refusal(reason: string, node?: TreeNode): NuageError {
  const details = node === undefined ? {} : { path: node.name };
  return new NuageError('cross-device', `not moved to the trash: ${reason}`, details);
}
