/** What makes and removes names: CREATE, MKNOD, MKDIR, UNLINK, RMDIR. Renaming is in rename.ts. */
import { constants } from 'node:fs';
import { differences, type NodeDraft, type TreeNode, UNTOUCHED } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  type Caller,
  type CreateReply,
  type EntryReply,
  Parked,
  type RenameTarget,
  type Result,
} from '../fuse/filesystem.js';
import { requireMayCreate, requireMayRemove, requireMayWrite } from './access.js';
import { entryReply, timestampNow } from './attributes.js';
import { type FsContext, requireFolder, requireListed } from './context.js';
import { sendWhileOpen } from './file-content.js';
import { openHandle } from './file-operations.js';
import { normalName, requireUsableName, staysHere } from './names.js';

const { O_EXCL, S_IFMT, S_IFREG } = constants;

/** Permission, set-id and sticky bits. */
const MODE_BITS = 0o7777;
const S_ISGID = 0o2000;

/** Where something is about to be made. */
interface Place {
  readonly folder: TreeNode;
  readonly name: string;
  readonly staysHere: boolean;
}

export function create(
  context: FsContext,
  caller: Caller,
  at: RenameTarget,
  how: { readonly mode: number; readonly flags: number },
): Result<CreateReply> {
  const place = freePlace(context, at);
  if (place instanceof Parked) return place;
  const existing = context.tree.child(place.folder.ino, place.name);
  if (existing !== undefined && (how.flags & O_EXCL) !== 0) throw taken(place.name);
  if (existing?.isFolder === true) throw new NuageError('is-a-folder', 'is a folder');
  if (existing !== undefined) requireMayWrite(context, existing);
  const node = existing ?? makeFile(context, place, { caller, mode: how.mode });
  context.sync.locks.own.made(node);
  context.inodes.lookedUp(node.ino);
  sendWhileOpen(context);
  return { entry: entryReply(context, node), open: openHandle(context, node.ino, how.flags) };
}

/** A regular file only: `mknod` of a device, a socket or a pipe means nothing to a server. */
export function mknod(
  context: FsContext,
  caller: Caller,
  at: RenameTarget,
  mode: number,
): Result<EntryReply> {
  if ((mode & S_IFMT) !== S_IFREG) {
    throw new NuageError('not-permitted', 'the server keeps files and folders only');
  }
  const place = freePlace(context, at);
  if (place instanceof Parked) return place;
  if (context.tree.child(place.folder.ino, place.name) !== undefined) throw taken(place.name);
  const node = makeFile(context, place, { caller, mode });
  context.sync.locks.own.made(node);
  sendSoon(context, node.ino);
  context.inodes.lookedUp(node.ino);
  return entryReply(context, node);
}

export function mkdir(
  context: FsContext,
  caller: Caller,
  at: RenameTarget,
  mode: number,
): Result<EntryReply> {
  const place = freePlace(context, at, { isFolder: true });
  if (place instanceof Parked) return place;
  const { tree } = context;
  if (tree.child(place.folder.ino, place.name) !== undefined) throw taken(place.name);
  const node = tree.atomically(() => {
    const made = tree.insert({
      ...draft(context, place, { caller, mode }),
      ...inheritedByFolder(place.folder, mode),
      isFolder: true,
    });
    touchFolder(context, place.folder.ino);
    return made;
  });
  sendSoon(context, node.ino);
  context.inodes.lookedUp(node.ino);
  return entryReply(context, node);
}

export function unlink(context: FsContext, parent: number, name: string): Result<void> {
  const node = presentChild(context, parent, name);
  if (node instanceof Parked) return node;
  if (node.isFolder) throw new NuageError('is-a-folder', 'is a folder', { path: node.name });
  requireMayRemove(context, node);
  discard(context, node);
  return undefined;
}

export function rmdir(context: FsContext, parent: number, name: string): Result<void> {
  const node = presentChild(context, parent, name);
  if (node instanceof Parked) return node;
  if (!node.isFolder) throw new NuageError('not-a-folder', 'not a folder', { path: node.name });
  requireMayRemove(context, node);
  const wait = requireEmpty(context, node);
  if (wait !== undefined) return wait;
  discard(context, node);
  return undefined;
}

export function requireEmpty(context: FsContext, folder: TreeNode): Parked | undefined {
  const wait = requireListed(context, folder);
  if (wait !== undefined) return wait;
  if (!context.tree.hasChildren(folder.ino)) return undefined;
  throw new NuageError('not-empty', 'the folder is not empty', { path: folder.name });
}

/** What the user sees under this name. @throws kind `not-found`. */
export function presentChild(context: FsContext, parent: number, name: string): Result<TreeNode> {
  const folder = requireFolder(context, parent);
  const node = context.tree.child(parent, normalName(name));
  if (node !== undefined) return context.openFiles.view(node.ino) ?? node;
  const wait = requireListed(context, folder);
  if (wait !== undefined) return wait;
  throw new NuageError('not-found', 'there is nothing of this name', { path: name });
}

/** The node leaves the tree; the queue tells the server, and whoever has it open keeps it. */
export function detach(context: FsContext, node: TreeNode): TreeNode {
  const { tree, openFiles, clock } = context;
  openFiles.commit(node.ino);
  const row = tree.get(node.ino) ?? node;
  return tree.save({ ...row, parent: undefined, ctime: timestampNow(clock), failure: undefined });
}

/** A folder's own times change with its entries. */
export function touchFolder(context: FsContext, ino: number): void {
  const folder = context.tree.get(ino);
  if (folder === undefined) return;
  const now = timestampNow(context.clock);
  context.tree.save({ ...folder, mtime: now, ctime: now });
}

/** Something changed that the server must be told of: after the pause in which more may follow. */
export function sendSoon(context: FsContext, ino: number): void {
  const { sync, options } = context;
  sync.activity.changed(ino);
  sync.uploader.planSoon(options.uploadDelayMs);
}

/** As {@link sendSoon}, for what was deleted. */
export function removeSoon(context: FsContext, ino: number): void {
  const { sync, options } = context;
  sync.activity.removed(ino);
  sync.uploader.planSoon(options.uploadDelayMs);
}

/**
 * The server's file at this place that is about to go: who takes the place takes its identity, so
 * that shares, comments and versions stay with the name (D5).
 */
export function leavingFileAt(
  context: FsContext,
  parent: number,
  name: string,
): TreeNode | undefined {
  const { tree, sync } = context;
  const node = tree.byBasePlace(parent, name);
  if (node === undefined || node.isFolder || sync.inFlight.isBusy(node.ino)) return undefined;
  return differences(node)[0] === 'remove' ? node : undefined;
}

function freePlace(
  context: FsContext,
  at: RenameTarget,
  what: { readonly isFolder: boolean } = { isFolder: false },
): Result<Place> {
  const folder = requireFolder(context, at.parent);
  const name = normalName(at.name);
  requireMayCreate(context, folder, what);
  const isLocal = staysHere(context, folder, name);
  requireUsableName(context, name, isLocal);
  return requireListed(context, folder) ?? { folder, name, staysHere: isLocal };
}

/** Who makes something, and the mode that they ask for. */
interface Maker {
  readonly caller: Caller;
  readonly mode: number;
}

/** In a folder with the set-group-id bit, folders have it as well (mkdir(2)). */
function inheritedByFolder(folder: TreeNode, mode: number): { readonly mode: number } {
  return { mode: (mode & MODE_BITS) | (folder.mode & S_ISGID) };
}

function draft(context: FsContext, place: Place, { caller, mode }: Maker): NodeDraft {
  const { uid, gid } = context.options;
  const now = timestampNow(context.clock);
  return {
    ...UNTOUCHED,
    isFolder: false,
    parent: place.folder.ino,
    name: place.name,
    mode: mode & MODE_BITS,
    uid: caller.uid === uid ? undefined : caller.uid,
    gid: groupOf(place.folder, caller.gid === gid ? undefined : caller.gid),
    size: 0,
    atime: now,
    mtime: now,
    ctime: now,
    content: undefined,
    contentDirty: false,
    staysHere: place.staysHere,
    base: undefined,
  };
}

/** The caller's, or the folder's where it says so by its set-group-id bit (open(2)). */
function groupOf(folder: TreeNode, callers: number | undefined): number | undefined {
  return (folder.mode & S_ISGID) === 0 ? callers : folder.gid;
}

function makeFile(context: FsContext, place: Place, maker: Maker): TreeNode {
  const { tree, contents, inodes } = context;
  const before = place.staysHere ? undefined : leavingFileAt(context, place.folder.ino, place.name);
  const made = tree.atomically(() => {
    const content = contents.create({ size: 0, complete: true });
    if (before !== undefined) tree.save({ ...before, base: undefined });
    touchFolder(context, place.folder.ino);
    const base = before?.base;
    const node = tree.insert({
      ...draft(context, place, maker),
      content,
      contentDirty: true,
      base,
    });
    if (before !== undefined) tree.pins.inherit(node.ino, before.ino);
    return node;
  });
  if (before !== undefined) inodes.reap(before.ino);
  return made;
}

/** The node is deleted: here at once, on the server soon. */
export function discard(context: FsContext, node: TreeNode): void {
  const { tree, sync, inodes } = context;
  // A running upload of it has lost its purpose.
  sync.guards.bump(node.ino);
  tree.atomically(() => {
    detach(context, node);
    if (node.parent !== undefined) touchFolder(context, node.parent);
    inodes.reap(node.ino);
  });
  sync.locks.own.gone(node.ino);
  removeSoon(context, node.ino);
}

function taken(name: string): NuageError {
  return new NuageError('exists', 'the name is taken', { path: name });
}
