/** LOOKUP, OPENDIR, READDIR, READDIRPLUS, RELEASEDIR. */
import { type ChildRow, ROOT_INO, type TreeNode } from '../cache/node.js';
import { FOPEN } from '../fuse/constants.js';
import {
  type CopyRange,
  type DirectoryPlusWriter,
  type DirectoryWriter,
  type EntryReply,
  type OpenReply,
  Parked,
  type Result,
} from '../fuse/filesystem.js';
import { ENTRY_VALID_MS } from '../limits.js';
import { entryReply, FILE_TYPE, FOLDER_TYPE } from './attributes.js';
import { type FsContext, requireFolder, requireListed } from './context.js';
import { normalName } from './names.js';
import { isRootFile } from './root-files.js';

/** The kernel remembers that there is nothing of this name. */
const NOTHING_THERE: EntryReply = {
  ino: 0,
  generation: 0,
  entryValidMs: ENTRY_VALID_MS,
  attributesValidMs: 0,
};

export function lookup(context: FsContext, parent: number, name: string): Result<EntryReply> {
  const folder = requireFolder(context, parent);
  const normal = normalName(name);
  const child = context.tree.child(parent, normal);
  if (child === undefined) return requireListed(context, folder) ?? NOTHING_THERE;
  const node = context.openFiles.view(child.ino) ?? child;
  context.inodes.lookedUp(node.ino);
  const entry = entryReply(context, node);
  // Notifications speak of the normal form, so another form must not be kept.
  return name === normal ? entry : { ...entry, entryValidMs: 0 };
}

/** The kernel keeps the listing (CACHE_DIR) until a change here or a notification drops it. */
export function opendir(context: FsContext, ino: number): OpenReply {
  requireFolder(context, ino);
  const handle = context.handles.add({ kind: 'folder', ino, snapshot: undefined });
  return { handle, openFlags: FOPEN.CACHE_DIR | FOPEN.KEEP_CACHE };
}

export function releasedir(context: FsContext, handle: number): void {
  const { ino } = context.handles.folder(handle);
  context.handles.delete(handle);
  context.inodes.reap(ino);
}

/** Offsets: 1 behind `.`, 2 behind `..`, then the place in the snapshot. */
const FIRST_CHILD = 2;

export function readdir(
  context: FsContext,
  directory: CopyRange,
  writer: DirectoryWriter,
): Result<void> {
  const children = snapshot(context, directory);
  if (children instanceof Parked) return children;
  const { ino, offset } = directory;
  if (offset < 1 && !writer.add('.', ino, FOLDER_TYPE, 1)) return undefined;
  if (offset < FIRST_CHILD && !writer.add('..', parentOf(context, ino), FOLDER_TYPE, FIRST_CHILD)) {
    return undefined;
  }
  for (let at = Math.max(0, offset - FIRST_CHILD); at < children.length; at += 1) {
    const child = children[at];
    if (child === undefined) continue;
    const type = child.isFolder ? FOLDER_TYPE : FILE_TYPE;
    if (!writer.add(child.name, child.ino, type, at + FIRST_CHILD + 1)) return undefined;
  }
  return undefined;
}

export function readdirplus(
  context: FsContext,
  directory: CopyRange,
  writer: DirectoryPlusWriter,
): Result<void> {
  const children = snapshot(context, directory);
  if (children instanceof Parked) return children;
  const { ino, offset } = directory;
  const itself = { ...NOTHING_THERE, ino };
  if (offset < 1 && !writer.add('.', itself, FOLDER_TYPE, 1)) return undefined;
  const above = { ...NOTHING_THERE, ino: parentOf(context, ino) };
  if (offset < FIRST_CHILD && !writer.add('..', above, FOLDER_TYPE, FIRST_CHILD)) return undefined;
  for (let at = Math.max(0, offset - FIRST_CHILD); at < children.length; at += 1) {
    const child = children[at];
    const node = child === undefined ? undefined : presentChild(context, ino, child);
    if (child === undefined || node === undefined) continue;
    const type = node.isFolder ? FOLDER_TYPE : FILE_TYPE;
    const entry = entryReply(context, node);
    if (!writer.add(child.name, entry, type, at + FIRST_CHILD + 1)) return undefined;
    context.inodes.lookedUp(node.ino);
  }
  return undefined;
}

/** Undefined when it has left this place since the snapshot was taken. */
function presentChild(context: FsContext, parent: number, child: ChildRow): TreeNode | undefined {
  const node = context.openFiles.view(child.ino);
  return node?.parent === parent && node.name === child.name ? node : undefined;
}

function snapshot(context: FsContext, directory: CopyRange): Result<readonly ChildRow[]> {
  const handle = context.handles.folder(directory.handle);
  if (directory.offset > 0 && handle.snapshot !== undefined) return handle.snapshot;
  const folder = requireFolder(context, directory.ino);
  const wait = requireListed(context, folder);
  if (wait !== undefined) return wait;
  handle.snapshot = folder.parent === undefined ? [] : listedChildren(context, folder.ino);
  return handle.snapshot;
}

/**
 * Our own files for other programs are found by their names alone: they are of no use to whoever
 * copies or compares the account.
 */
function listedChildren(context: FsContext, folder: number): readonly ChildRow[] {
  const { locks } = context.tree;
  const children = context.tree.children(folder);
  if (folder !== ROOT_INO && !locks.hasShown) return children;
  return children.filter(
    ({ ino, name }) =>
      !locks.isShown(ino) && !(folder === ROOT_INO && isRootFile(context, ino, name)),
  );
}

function parentOf(context: FsContext, ino: number): number {
  if (ino === ROOT_INO) return ROOT_INO;
  return context.tree.get(ino)?.parent ?? ROOT_INO;
}
