/**
 * The bytes of a file: where they are read from and how the user's own get in. The order of each
 * change is what makes it safe: what is missing is fetched, fetches into the range are ended, the
 * dirty mark is committed, running uploads are warned, and only then a byte changes.
 */
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import type { Parked } from '../fuse/filesystem.js';
import { type Result } from '../fuse/filesystem.js';
import { BLOCK_SIZE_BYTES, BUSY_WRITER_UPLOAD_MS, CHUNKS_MAX } from '../limits.js';
import type { Wanted } from '../sync/reader.js';
import { timestampNow } from './attributes.js';
import { type FsContext, park, requireFile } from './context.js';
import type { FileHandle } from './handles.js';

/** The content that the node has now, made if it has none: nothing of it is fetched here. */
export function contentOf(context: Pick<FsContext, 'tree' | 'contents'>, node: TreeNode): string {
  if (node.content !== undefined) return node.content;
  const { tree, contents } = context;
  return tree.atomically(() => {
    const content = contents.create({ size: node.size, complete: false });
    const row = tree.get(node.ino);
    if (row !== undefined) tree.save({ ...row, content });
    return content;
  });
}

type Range = Wanted;

/** @returns bytes read; parked while some are on their way. */
export function readBytes(
  context: FsContext,
  handle: FileHandle,
  offset: number,
  into: Uint8Array,
): Result<number> {
  const { contents } = context;
  const { content } = handle;
  const end = Math.min(offset + into.length, contents.size(content));
  if (end <= offset) return 0;
  const range = { content, start: offset, end };
  const isHere = contents.covered(content, offset, end);
  const isKept = isHere || context.keeper.admits();
  const wait =
    (isHere ? undefined : comingRange(context, handle.ino, range)) ??
    (isKept ? fetchRange : passRange)(context, handle.ino, range);
  // Behind it: what is asked for goes before what is guessed.
  noteFirstRead(context, handle);
  if (wait !== undefined) return wait;
  const bytes = readFile(context, range, into.subarray(0, end - offset));
  if (bytes === undefined) return readBytes(context, handle, offset, into);
  if (!isKept) context.sync.passThrough.overlay(content, offset, into.subarray(0, bytes));
  return bytes;
}

/** It is on its way with others of its folder. */
function comingRange(context: FsContext, ino: number, range: Range): Parked | undefined {
  const waitFor = context.sync.company.coming(ino, range.content);
  return waitFor === undefined ? undefined : park(context, waitFor);
}

function noteFirstRead({ tree, sync }: FsContext, handle: FileHandle): void {
  if (handle.isRead) return;
  handle.isRead = true;
  const node = tree.get(handle.ino);
  if (node?.content === handle.content) sync.company.reads(node);
}

/** Undefined when the data file turned out to be damaged: what was lost is fetched again. */
function readFile({ contents }: FsContext, range: Range, into: Uint8Array): number | undefined {
  const { content, start } = range;
  try {
    return contents.read(content, start, into);
  } catch (error) {
    if (!contents.care.heal(content)) throw error;
    return undefined;
  }
}

/** Into memory: the cache is full. */
function passRange(context: FsContext, ino: number, range: Range): Parked | undefined {
  const waitFor = context.sync.passThrough.ensure(requireVersion(context, ino, range), range);
  return waitFor === undefined ? undefined : park(context, waitFor);
}

/** @throws kind `stale` when the bytes of an older version are not all here. */
export function fetchRange(context: FsContext, ino: number, range: Range): Parked | undefined {
  const { contents, tree, sync } = context;
  if (contents.isComplete(range.content)) return undefined;
  const isOlder = tree.get(ino)?.content !== range.content;
  if (isOlder && contents.covered(range.content, range.start, range.end)) return undefined;
  const waitFor = sync.reader.ensure(requireVersion(context, ino, range), range);
  return waitFor === undefined ? undefined : park(context, waitFor);
}

/** The node whose present version this content is. @throws kind `stale`. */
function requireVersion({ tree }: FsContext, ino: number, { content }: Range): TreeNode {
  const node = tree.get(ino);
  if (node?.content === content) return node;
  throw new NuageError('stale', 'this version of the file is no longer on the server');
}

/** @returns parked, having changed nothing, while an edge block is fetched or a fetch ended. */
export function writeBytes(
  context: FsContext,
  handle: FileHandle,
  offset: number,
  data: Uint8Array,
): Result<number> {
  if (data.length === 0) return 0;
  const { contents, openFiles, sync } = context;
  const node = requireFile(context, handle.ino);
  pinCurrentContent(context, handle, node);
  const { content } = handle;
  const range = { content, start: offset, end: offset + data.length };
  const wait = prepare(context, node, range);
  if (wait !== undefined) return wait;
  const size = Math.max(node.size, range.end);
  claimGrowth(context, node, size);
  markDirty(context, node.ino, content);
  sync.guards.bump(node.ino);
  contents.write(content, offset, data);
  openFiles.written(node.ino, size, timestampNow(context.clock));
  if (!contents.isComplete(content)) {
    context.tree.atomically(() => {
      contents.markWritten(content, range.start, range.end);
      openFiles.commit(node.ino);
    });
  }
  sync.activity.changed(node.ino);
  return data.length;
}

/** Cuts or extends with zeros. @returns parked, having changed nothing, while a fetch is ended. */
export function resize(context: FsContext, ino: number, size: number): Parked | undefined {
  const { contents, openFiles, sync } = context;
  const node = requireFile(context, ino);
  const content = contentOf(context, node);
  if (node.size !== size) {
    const waitFor = sync.reader.clear(content, Math.min(node.size, size), Infinity);
    if (waitFor !== undefined) return park(context, waitFor);
    claimGrowth(context, node, size);
    markDirty(context, ino, content);
    sync.guards.bump(ino);
    contents.resize(content, size);
  }
  openFiles.written(ino, size, timestampNow(context.clock));
  sync.activity.changed(ino);
  return undefined;
}

/** @throws kind `too-large` or `quota` for what the server would not take. */
function claimGrowth({ space, server }: FsContext, node: TreeNode, size: number): void {
  const chunkBytesMax = server()?.chunkBytesMax;
  const isSent = size > node.size && !node.staysHere;
  if (isSent && chunkBytesMax !== undefined && size > CHUNKS_MAX * chunkBytesMax) {
    throw new NuageError('too-large', 'the server takes no file of this size', { path: node.name });
  }
  space.grow(size - node.size);
}

/** A conflict or a refresh may have given the file another content since it was opened. */
function pinCurrentContent(context: FsContext, handle: FileHandle, node: TreeNode): void {
  if (node.content === handle.content) return;
  const current = contentOf(context, node);
  context.contents.acquire(current);
  context.contents.release(handle.content);
  handle.content = current;
}

/** A block that is written in part must be here first. */
function prepare(context: FsContext, node: TreeNode, range: Range): Parked | undefined {
  const { contents, sync } = context;
  const { content, start, end } = range;
  if (contents.isComplete(content)) return undefined;
  if (start % BLOCK_SIZE_BYTES !== 0) {
    const wait = fetchRange(context, node.ino, blockAt(context, content, start));
    if (wait !== undefined) return wait;
  }
  if (end % BLOCK_SIZE_BYTES !== 0 && end < node.size) {
    const wait = fetchRange(context, node.ino, blockAt(context, content, end));
    if (wait !== undefined) return wait;
  }
  const waitFor = sync.reader.clear(content, start, end);
  return waitFor === undefined ? undefined : park(context, waitFor);
}

/** The whole block, as far as the content goes. */
function blockAt({ contents }: FsContext, content: string, offset: number): Range {
  const start = Math.floor(offset / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
  const end = Math.min(start + BLOCK_SIZE_BYTES, contents.size(content));
  return { content, start, end, isExact: true };
}

function markDirty(context: FsContext, ino: number, content: string): void {
  const { tree, contents } = context;
  const row = tree.get(ino);
  if (row === undefined || (row.contentDirty && contents.isDirty(content))) return;
  tree.atomically(() => {
    contents.setDirty(content, true);
    tree.save({ ...row, contentDirty: true });
  });
  sendWhileOpen(context);
}

/** Whatever is open for writing is sent now and then, even if it is never closed. */
export function sendWhileOpen({ sync }: FsContext): void {
  sync.uploader.planSoon(BUSY_WRITER_UPLOAD_MS);
}
