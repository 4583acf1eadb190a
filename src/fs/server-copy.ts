/**
 * A file that is copied whole within the account (`cp`, a file manager's duplicate: one
 * COPY_FILE_RANGE from start to end into an empty file) is copied by the server: nothing of it is
 * fetched or sent. The caller waits for it, since only then is it certain which bytes were copied,
 * and before that for a folder that was made a moment ago (`cp -r`). Whatever speaks against it
 * leaves the ordinary way.
 */
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { CopyRange, Parked } from '../fuse/filesystem.js';
import { SERVER_COPY_BYTES_MIN, SERVER_COPY_FOLDER_WAIT_MS_MAX } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import { stepKey, WaitFor } from '../sync/context.js';
import { noteCopy, noteFailed } from '../sync/own-uploads.js';
import { baseFrom } from '../sync/remote-node.js';
import { timestampNow } from './attributes.js';
import { type FsContext, park, requireFile } from './context.js';
import type { FileHandle } from './handles.js';

/** `folder`: waits until the server has it. */
type State = 'folder' | 'running' | 'copied' | 'refused';

interface Copy {
  state: State;
  readonly source: number;
  /** Which version of the source is copied. */
  readonly etag: string;
  /** Of the content of the file that is made: another one is no longer the copy's. */
  version: number;
}

interface Ranges {
  readonly from: CopyRange;
  readonly to: CopyRange;
  readonly length: number;
}

interface Files {
  readonly source: TreeNode;
  readonly target: TreeNode;
  /** The target, as its caller has it open. */
  readonly handle: FileHandle;
}

export class ServerCopies {
  /** By the handle of the file that is made: who gave up has closed it, and others begin anew. */
  readonly #copies = new WeakMap<FileHandle, Copy>();

  /** @returns parked while the server copies, bytes once it has; undefined: copy as usual. */
  copy(context: FsContext, ranges: Ranges): Parked | number | undefined {
    const { from, to, length } = ranges;
    const source = requireFile(context, from.ino);
    const target = requireFile(context, to.ino);
    const handle = context.handles.file(to.handle);
    const files = { source, target, handle };
    const copy = this.#copies.get(handle) ?? this.#begin(context, ranges, files);
    if (copy === undefined || !isOf(copy, files)) return undefined;
    if (copy.state === 'folder') startWhenThere(context, copy, files);
    switch (copy.state) {
      case 'folder':
        return park(context, new WaitFor(stepKey(target.parent ?? 0), keyOf(target.ino)));
      case 'running':
        return park(context, new WaitFor(keyOf(target.ino)));
      case 'copied':
        // All of it is there, whatever part of it is asked for.
        if (from.offset !== to.offset) return undefined;
        return Math.min(length, Math.max(0, target.size - to.offset));
      case 'refused':
        return undefined;
    }
  }

  #begin(context: FsContext, ranges: Ranges, files: Files): Copy | undefined {
    const { from, to, length } = ranges;
    const { source, target, handle } = files;
    const isWhole = from.offset === 0 && to.offset === 0 && length >= source.size;
    const isOlder = context.handles.file(from.handle).content !== source.content;
    if (!isWhole || isOlder || !isCopyable(source, target)) return undefined;
    const etag = source.base?.etag ?? '';
    const version = target.contentVersion;
    const copy: Copy = { state: 'folder', source: source.ino, etag, version };
    this.#copies.set(handle, copy);
    const { timers, wake } = context.sync.context;
    timers.set(keyOf(target.ino), SERVER_COPY_FOLDER_WAIT_MS_MAX, () => {
      if (copy.state === 'folder') copy.state = 'refused';
      wake(keyOf(target.ino));
    });
    return copy;
  }
}

function startWhenThere(context: FsContext, copy: Copy, files: Files): void {
  const { tree, sync } = context;
  const { source, target } = files;
  if (!isFree(context, source, target)) copy.state = 'refused';
  else if (tree.get(target.parent ?? 0)?.base !== undefined) start(context, copy, files);
  else sync.uploader.planSoon(0);
  if (copy.state !== 'folder') sync.context.timers.clear(keyOf(target.ino));
}

/** Neither file was changed since, so that every byte of one is in its place in the other. */
function isOf(copy: Copy, { source, target }: Files): boolean {
  if (copy.source !== source.ino || copy.version !== target.contentVersion) return false;
  return source.base?.etag === copy.etag && !source.contentDirty;
}

/** An unchanged file of the server, into one that was just made. */
function isCopyable(source: TreeNode, target: TreeNode): boolean {
  const isUnchanged = source.base?.size === source.size && !source.contentDirty;
  const isNew = target.base === undefined && target.size === 0 && !target.staysHere;
  return isUnchanged && isNew && !source.staysHere && source.size >= SERVER_COPY_BYTES_MIN;
}

/** The server can be asked: nothing of both is on its way, and it has their places or will. */
function isFree({ tree, sync }: FsContext, source: TreeNode, target: TreeNode): boolean {
  if (!sync.connection.online) return false;
  if (sync.inFlight.isBusy(source.ino) || sync.inFlight.isBusy(target.ino)) return false;
  const { parent, name } = target;
  if (parent === undefined || tree.byBasePlace(parent, name) !== undefined) return false;
  return isThereOrComing(tree, parent);
}

/** A folder that the server was not refused, in one of these. */
function isThereOrComing(tree: TreeStore, ino: number): boolean {
  let folder = tree.get(ino);
  while (folder !== undefined && folder.base === undefined) {
    const { parent, staysHere, failure } = folder;
    if (parent === undefined || staysHere || failure !== undefined) return false;
    folder = tree.get(parent);
  }
  return folder !== undefined;
}

function start(context: FsContext, copy: Copy, { source, target, handle }: Files): void {
  const { tree, sync, clock, inodes } = context;
  const { ino, name, parent = 0 } = target;
  const from = tree.basePath(source.ino) ?? '';
  const folder = tree.basePath(parent) ?? '';
  const to = folder === '' ? name : `${folder}/${name}`;
  const { etag } = copy;
  const { size } = source;
  const end = (state: State): void => {
    copy.state = state;
    sync.inFlight.end(ino);
    sync.context.wake(keyOf(ino));
    // Whoever asked for it may have gone meanwhile, with the file or without.
    inodes.reap(ino);
    sync.uploader.planSoon(0);
  };
  const mtime = timestampNow(clock).sec;
  const times = [source.base?.mtime ?? mtime, mtime];
  const notes = noteCopy(sync.context, { parent, name, ino, size, times });
  copy.state = 'running';
  sync.inFlight.begin(ino);
  sync.context.effects.start(
    { op: 'copy', from, to, etag, size, mtime },
    {
      done: (entry) => {
        const version = adopt(context, { copy, ino, parent, handle, entry });
        if (version !== undefined) copy.version = version;
        end(version === undefined ? 'refused' : 'copied');
      },
      failed: (error) => {
        end('refused');
        for (const note of notes) noteFailed(sync.context, note, error);
      },
    },
  );
}

interface Made {
  readonly copy: Copy;
  readonly ino: number;
  /** Folder on the server that the copy is in. */
  readonly parent: number;
  readonly handle: FileHandle;
  readonly entry: RemoteEntry;
}

/**
 * Its bytes are on the server now; here they are fetched when they are read. What was written,
 * renamed or deleted meanwhile stays so, and is still to be sent.
 * @returns the version of the content from now on; undefined where the copy is another file by now.
 */
function adopt(context: FsContext, made: Made): number | undefined {
  const { sync, openFiles, tree } = context;
  const { copy, ino, parent, entry } = made;
  openFiles.commit(ino);
  return tree.atomically(() => {
    const now = tree.get(ino);
    if (now === undefined) return copy.version;
    const base = baseFrom(parent, entry);
    tree.sent.settled(base.parent, base.name);
    const isGranted = sync.claims.grant({ fileId: entry.fileId, ino, folder: parent });
    return isGranted ? adoptAs(context, made, { ...now, base }) : undefined;
  });
}

function adoptAs(context: FsContext, { copy, ino, handle, entry }: Made, now: TreeNode): number {
  const { tree, contents, handles, kernel, clock } = context;
  const before = now.content;
  if (now.contentVersion !== copy.version || now.parent === undefined) {
    tree.atomically(() => {
      if (before !== undefined) contents.setDirty(before, true);
      tree.save({ ...now, contentDirty: true });
    });
    return copy.version;
  }
  const contentVersion = now.contentVersion + 1;
  tree.atomically(() => {
    const content = contents.create({ size: entry.size, complete: false });
    tree.save({
      ...now,
      size: entry.size,
      content,
      contentVersion,
      contentDirty: false,
      mtime: { ...timestampNow(clock), sec: entry.mtime },
    });
    if (before !== undefined && handle.content === before && handles.isOpen(handle)) {
      contents.acquire(content);
      contents.release(before);
      handle.content = content;
    }
    if (before !== undefined) contents.remove(before);
  });
  kernel.invalidateAttributes(ino);
  return contentVersion;
}

function keyOf(ino: number): string {
  return `server-copy:${ino}`;
}
