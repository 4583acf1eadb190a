/**
 * RENAME and RENAME2. Editors save by renaming a new file over the old one, and on a Nextcloud the
 * old one's file id carries its shares, comments and versions. So a file that is renamed over
 * another takes over that one's identity (its base): the server sees an overwrite (D5).
 */
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from '../fuse/constants.js';
import { Parked, type RenameTarget, type Result } from '../fuse/filesystem.js';
import { requireMayCreate, requireMayMove, requireMayRemove, requireUnlocked } from './access.js';
import { timestampNow } from './attributes.js';
import { MOVED_ENTRIES_MAX } from '../limits.js';
import { type FsContext, requireFolder, requireListed } from './context.js';
import { contentOf, fetchRange } from './file-content.js';
import {
  detach,
  leavingFileAt,
  presentChild,
  requireEmpty,
  removeSoon,
  sendSoon,
  touchFolder,
} from './name-operations.js';
import { normalName, requireUsableName, staysHere } from './names.js';
import { isTrash, moveToTrash } from './trash.js';

/** A checked rename: from here on nothing is refused any more. */
interface Plan {
  readonly source: TreeNode;
  readonly target: TreeNode | undefined;
  readonly parent: number;
  readonly name: string;
  readonly staysHere: boolean;
  /** Below a folder of this machine that goes to the server, parents first. */
  readonly joining: readonly TreeNode[];
}

export function rename(
  context: FsContext,
  from: RenameTarget,
  to: RenameTarget,
  flags: number,
): Result<void> {
  const source = presentChild(context, from.parent, from.name);
  if (source instanceof Parked) return source;
  if (!source.staysHere && isTrash(context, to.parent)) return moveToTrash(context, source, to);
  const plan = check(context, source, to);
  if (plan instanceof Parked) return plan;
  const { target } = plan;
  if ((flags & RENAME_EXCHANGE) !== 0) return exchange(context, plan);
  if (target?.ino === source.ino) return undefined;
  if (target !== undefined && (flags & RENAME_NOREPLACE) !== 0) {
    throw new NuageError('exists', 'the name is taken', { path: plan.name });
  }
  const wait = requireReplaceable(context, plan) ?? requireBytes(context, source, plan.staysHere);
  if (wait !== undefined) return wait;
  carryOut(context, plan);
  return undefined;
}

function check(context: FsContext, source: TreeNode, to: RenameTarget): Result<Plan> {
  const folder = requireFolder(context, to.parent);
  const name = normalName(to.name);
  const isLocal = staysHere(context, folder, name);
  requireUsableName(context, name, isLocal);
  requireMayMove(context, source, to.parent);
  if (source.parent !== to.parent) requireMayCreate(context, folder, source);
  requireSameSide(source, isLocal, folder.staysHere);
  if (source.ino === to.parent || context.tree.isBelow(to.parent, source.ino)) {
    throw new NuageError('invalid-argument', 'a folder cannot go into itself');
  }
  const wait = requireListed(context, folder);
  if (wait !== undefined) return wait;
  const child = context.tree.child(to.parent, name);
  const target = child === undefined ? undefined : context.openFiles.view(child.ino);
  const joins = source.isFolder && source.staysHere && !isLocal;
  const joining = joins ? entriesBelow(context, source) : [];
  return { source, target, parent: to.parent, name, staysHere: isLocal, joining };
}

/** Between the server's tree and what stays here, `mv` copies instead: a file has one place. */
function requireSameSide(source: TreeNode, isLocal: boolean, folderIsLocal: boolean): void {
  if (source.staysHere === isLocal || (source.staysHere && source.isFolder)) return;
  if (!source.isFolder && !(folderIsLocal && source.base !== undefined)) return;
  throw new NuageError('cross-device', 'what lives on the server cannot be moved to this machine');
}

/** All in a folder of this machine, which the server has never seen, parents first. */
function entriesBelow({ tree }: FsContext, folder: TreeNode): readonly TreeNode[] {
  const found: TreeNode[] = [];
  const pending = [folder.ino];
  for (let parent = pending.shift(); parent !== undefined; parent = pending.shift()) {
    for (const { ino } of tree.children(parent)) {
      const node = tree.get(ino);
      if (node === undefined) continue;
      found.push(node);
      if (node.isFolder) pending.push(ino);
    }
    if (found.length > MOVED_ENTRIES_MAX) {
      throw new NuageError('cross-device', 'too much to be sent by one move');
    }
  }
  return found;
}

function requireReplaceable(context: FsContext, plan: Plan): Parked | undefined {
  const { source, target } = plan;
  if (target === undefined) return undefined;
  if (source.isFolder && !target.isFolder) {
    throw new NuageError('not-a-folder', 'a folder cannot replace a file');
  }
  if (!source.isFolder && target.isFolder) {
    throw new NuageError('is-a-folder', 'a file cannot replace a folder');
  }
  if (inheritedBase(context, plan) === undefined) requireMayRemove(context, target);
  else requireUnlocked(context, target);
  return target.isFolder ? requireEmpty(context, target) : undefined;
}

/** What goes to live here alone, its old place on the server being removed, must be here whole. */
function requireBytes(context: FsContext, source: TreeNode, isLocal: boolean): Parked | undefined {
  if (!isLocal || source.isFolder || source.base === undefined) return undefined;
  const content = contentOf(context, source);
  return fetchRange(context, source.ino, { content, start: 0, end: source.size });
}

function carryOut(context: FsContext, plan: Plan): void {
  const { tree, openFiles, sync, inodes } = context;
  const { source, target, parent, name } = plan;
  const heir = inheritedBase(context, plan);
  const from = source.parent;
  tree.atomically(() => {
    openFiles.commit(source.ino);
    const row = tree.get(source.ino) ?? source;
    // The place is unique, so it is given up before it is taken.
    const leaving = target === undefined ? undefined : detach(context, target);
    if (heir !== undefined) {
      const owner = leaving?.ino === heir.ino ? leaving : heir;
      // The source's own place on the server, if it has one, goes with the one that it replaces.
      tree.save({ ...owner, base: row.base });
    }
    // What stayed here until now was never sent.
    const joins = row.staysHere && !plan.staysHere;
    const leaves = plan.staysHere && !row.staysHere;
    tree.save({
      ...row,
      parent,
      name,
      staysHere: plan.staysHere,
      contentDirty: row.contentDirty || heir !== undefined || (joins && !row.isFolder),
      base: heir === undefined ? row.base : heir.base,
      ctime: timestampNow(context.clock),
      failure: undefined,
    });
    if (row.content !== undefined && (heir !== undefined || joins || leaves)) {
      context.contents.setDirty(row.content, true);
    }
    for (const node of plan.joining) join(context, node);
    for (const gone of [target, heir]) {
      if (gone !== undefined) tree.pins.inherit(source.ino, gone.ino);
    }
    touchFolder(context, parent);
    if (from !== undefined && from !== parent) touchFolder(context, from);
  });
  if (heir !== undefined) sync.guards.bump(heir.ino);
  for (const gone of [target, heir]) {
    if (gone === undefined) continue;
    inodes.reap(gone.ino);
    removeSoon(context, gone.ino);
  }
  for (const { ino } of [source, ...plan.joining]) sendSoon(context, ino);
  sync.locks.own.gone(source.ino);
  const renamed = tree.get(source.ino);
  if (renamed !== undefined) sync.locks.own.made(renamed);
}

/** What stayed here with its folder is sent with it, unless its own name stays here. */
function join(context: FsContext, { ino }: TreeNode): void {
  const { tree, openFiles } = context;
  openFiles.commit(ino);
  const row = tree.get(ino);
  const folder = row?.parent === undefined ? undefined : tree.get(row.parent);
  if (row === undefined || folder === undefined) return;
  tree.save({ ...row, staysHere: staysHere(context, folder, row.name) });
}

/**
 * The server's file whose identity the source takes over: the one it replaces, or one that has
 * just left this place. Not while either is on its way to the server, nor when the source's bytes
 * are not all here to be sent.
 */
function inheritedBase(context: FsContext, plan: Plan): TreeNode | undefined {
  const { source, target, parent, name } = plan;
  const { inFlight } = context.sync;
  if (source.isFolder || plan.staysHere || inFlight.isBusy(source.ino)) return undefined;
  if (source.content === undefined || !context.contents.isComplete(source.content)) {
    return undefined;
  }
  const isOwner = target?.base !== undefined && !target.isFolder && !target.staysHere;
  if (isOwner) return inFlight.isBusy(target.ino) ? undefined : target;
  if (source.base !== undefined) return undefined;
  return leavingFileAt(context, parent, name);
}

function exchange(context: FsContext, plan: Plan): Result<void> {
  const { tree, clock } = context;
  const { source, target, parent, name } = plan;
  if (target === undefined) throw new NuageError('not-found', 'there is nothing to exchange with');
  const { parent: oldParent, name: oldName } = source;
  if (oldParent === undefined || target.ino === source.ino) return undefined;
  requireMayMove(context, target, oldParent);
  if (tree.isBelow(source.ino, target.ino)) {
    throw new NuageError('invalid-argument', 'a folder cannot go into itself');
  }
  if (source.staysHere !== target.staysHere) {
    throw new NuageError('cross-device', 'one of them lives on this machine only');
  }
  const ctime = timestampNow(clock);
  tree.atomically(() => {
    for (const node of [source, target]) context.openFiles.commit(node.ino);
    const a = tree.get(source.ino) ?? source;
    const b = tree.get(target.ino) ?? target;
    tree.save({ ...a, parent: undefined });
    tree.save({ ...b, parent: oldParent, name: oldName, ctime });
    tree.save({ ...a, parent, name, ctime });
    touchFolder(context, parent);
    if (oldParent !== parent) touchFolder(context, oldParent);
  });
  for (const node of [source, target]) sendSoon(context, node.ino);
  return undefined;
}
