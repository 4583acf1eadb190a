/** LOOKUP, READDIR, READDIRPLUS. */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import {
  type CopyRange,
  type DirectoryPlusWriter,
  type DirectoryWriter,
  type EntryReply,
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
  const folder = enter(context, parent);
  const normal = normalName(name);
  const child = context.tree.child(parent, normal);
  if (child === undefined) return requireListed(context, folder) ?? NOTHING_THERE;
  const node = context.openFiles.view(child.ino) ?? child;
  context.inodes.lookedUp(node.ino);
  const entry = entryReply(context, node);
  // Notifications speak of the normal form, so another form must not be kept.
  return name === normal ? entry : { ...entry, entryValidMs: 0 };
}

function enter(context: FsContext, ino: number): TreeNode {
  const folder = requireFolder(context, ino);
  context.inodes.entered(ino);
  return folder;
}

/** Offsets: 1 behind `.`, 2 behind `..`, and behind a child its number and one. */
const FIRST_CHILD = 2;

export function readdir(
  context: FsContext,
  { ino, offset }: CopyRange,
  writer: DirectoryWriter,
): Result<void> {
  const wait = requireListed(context, enter(context, ino));
  if (wait !== undefined) return wait;
  if (offset < 1 && !writer.add('.', ino, FOLDER_TYPE, 1)) return undefined;
  if (offset < FIRST_CHILD && !writer.add('..', parentOf(context, ino), FOLDER_TYPE, FIRST_CHILD)) {
    return undefined;
  }
  for (const child of childrenFrom(context, ino, { offset, atOnce: writer.entriesMax })) {
    const type = child.isFolder ? FOLDER_TYPE : FILE_TYPE;
    if (!writer.add(child.name, child.ino, type, child.ino + 1)) return undefined;
  }
  return undefined;
}

export function readdirplus(
  context: FsContext,
  { ino, offset }: CopyRange,
  writer: DirectoryPlusWriter,
): Result<void> {
  const wait = requireListed(context, enter(context, ino));
  if (wait !== undefined) return wait;
  const itself = { ...NOTHING_THERE, ino };
  if (offset < 1 && !writer.add('.', itself, FOLDER_TYPE, 1)) return undefined;
  const above = { ...NOTHING_THERE, ino: parentOf(context, ino) };
  if (offset < FIRST_CHILD && !writer.add('..', above, FOLDER_TYPE, FIRST_CHILD)) return undefined;
  for (const child of childrenFrom(context, ino, { offset, atOnce: writer.entriesMax })) {
    const type = child.isFolder ? FOLDER_TYPE : FILE_TYPE;
    const entry = entryReply(context, context.openFiles.view(child.ino) ?? child);
    if (!writer.add(child.name, entry, type, child.ino + 1)) return undefined;
    context.inodes.lookedUp(child.ino);
  }
  return undefined;
}

/**
 * Whoever reads on finds each child that stays in the folder once, whatever happens to the others
 * meanwhile (readdir(3)), and nothing is held for them.
 */
function* childrenFrom(
  context: FsContext,
  folder: number,
  from: { readonly offset: number; readonly atOnce: number },
): Generator<TreeNode> {
  for (let next = from.offset; ;) {
    const children = context.tree.childrenFrom(folder, next, from.atOnce);
    for (const child of children) {
      next = child.ino + 1;
      if (!isOurOwn(context, folder, child)) yield child;
    }
    if (children.length < from.atOnce) return;
  }
}

/**
 * Our own files for other programs are found by their names alone: they are of no use to whoever
 * copies or compares the account.
 */
function isOurOwn(context: FsContext, folder: number, { ino, name }: TreeNode): boolean {
  return context.tree.locks.isShown(ino) || (folder === ROOT_INO && isRootFile(context, ino, name));
}

function parentOf(context: FsContext, ino: number): number {
  if (ino === ROOT_INO) return ROOT_INO;
  return context.tree.get(ino)?.parent ?? ROOT_INO;
}
