/** Open files: OPEN, READ, WRITE, FLUSH, RELEASE, FSYNC, FALLOCATE, LSEEK, COPY_FILE_RANGE. */
import { constants } from 'node:fs';
import { NuageError } from '../errors.js';
import { FOPEN } from '../fuse/constants.js';
import { type CopyRange, type OpenReply, Parked, type Result } from '../fuse/filesystem.js';
import { COPY_PIECE_BYTES, ZEROED_BYTES_MAX } from '../limits.js';
import { requireMayWrite } from './access.js';
import { type FsContext, requireFile } from './context.js';
import type { FileHandle } from './handles.js';
import { contentOf, readBytes, resize, writeBytes } from './file-content.js';

const { O_ACCMODE, O_RDONLY, O_TRUNC, O_WRONLY } = { ...constants, O_ACCMODE: 3 };

/** `linux/falloc.h`. */
const FALLOCATE = { KEEP_SIZE: 0x01, PUNCH_HOLE: 0x02, ZERO_RANGE: 0x10 } as const;

const SEEK_DATA = 3;

export function open(context: FsContext, ino: number, flags: number): Result<OpenReply> {
  const node = requireFile(context, ino);
  const truncates = (flags & O_TRUNC) !== 0;
  if ((flags & O_ACCMODE) !== O_RDONLY || truncates) {
    requireMayWrite(context, node);
    context.sync.locks.own.made(node);
  }
  if (truncates) {
    const wait = resize(context, ino, 0);
    if (wait !== undefined) return wait;
  }
  return openHandle(context, ino, flags);
}

/** The file is there and may be opened so. */
export function openHandle(context: FsContext, ino: number, flags: number): OpenReply {
  const { contents, handles, sync } = context;
  const content = contentOf(context, requireFile(context, ino));
  const mode = flags & O_ACCMODE;
  const mayWrite = mode !== O_RDONLY;
  contents.acquire(content);
  const mayRead = mode !== O_WRONLY;
  const openFlags = pageFlags(context, { ino, content, mayRead });
  const isPastPages = openFlags === FOPEN.DIRECT_IO;
  const handle = handles.add({
    ino,
    mayRead,
    mayWrite,
    content,
    isRead: false,
    isPastPages,
  });
  if (mayWrite) sync.activity.openedForWriting(ino);
  return { handle, openFlags };
}

/**
 * How the kernel's pages of this file are used. An inode has one set of them: while it holds those
 * of an older version, others go past it. Who only writes goes past it as well, which saves a copy
 * of every byte, and then everybody else does until it is closed: pages filled meanwhile could be
 * older than what is written.
 */
function pageFlags(
  { handles, inodes }: FsContext,
  file: Pick<FileHandle, 'ino' | 'content' | 'mayRead'>,
): number {
  const { ino, content, mayRead } = file;
  if (handles.hasOtherVersion(ino, content) || handles.isPastPages(ino)) return FOPEN.DIRECT_IO;
  if (mayRead || handles.openCount(ino) > 0) {
    return inodes.keepsPages(ino, content) ? FOPEN.KEEP_CACHE : 0;
  }
  inodes.dropPages(ino);
  return FOPEN.DIRECT_IO;
}

export function read(context: FsContext, file: CopyRange, into: Uint8Array): Result<number> {
  // A file open for writing only may be read as well: the kernel fills pages that a write leaves
  // gaps in.
  return readBytes(context, context.handles.file(file.handle), file.offset, into);
}

export function write(context: FsContext, file: CopyRange, data: Uint8Array): Result<number> {
  return writeBytes(context, context.handles.file(file.handle), file.offset, data);
}

/** `close()`: what was written is in the queue from here on, whatever happens to this process. */
export function flush(context: FsContext, handle: number): void {
  const file = context.handles.file(handle);
  if (file.mayWrite) context.openFiles.commit(file.ino);
}

export function release(context: FsContext, handle: number): void {
  const { handles, contents, openFiles, sync, inodes, options } = context;
  const file = handles.file(handle);
  handles.delete(handle);
  try {
    openFiles.commit(file.ino);
  } finally {
    // Whatever the disk says, it is closed.
    contents.release(file.content);
    if (file.mayWrite) {
      sync.activity.closedForWriting(file.ino);
      sync.uploader.planSoon(options.uploadDelayMs);
      sync.hashAhead.closed(file.ino);
    }
    if (handles.openCount(file.ino) === 0) sync.reader.forget(file.content);
  }
  inodes.reap(file.ino);
}

/** Survives a power cut: bytes first, then the row that speaks of them. */
export function fsync(context: FsContext, handle: number): Parked | undefined {
  const file = context.handles.file(handle);
  context.openFiles.commit(file.ino);
  if (context.contents.has(file.content)) {
    const wait = context.durability.ensureSynced(file.content);
    if (wait !== undefined) return wait;
  }
  context.db.barrier();
  return undefined;
}

export function lseek(context: FsContext, file: CopyRange, whence: number): number {
  const { size } = requireFile(context, file.ino);
  if (file.offset >= size) throw new NuageError('no-data-there', 'behind the end of the file');
  return whence === SEEK_DATA ? file.offset : size;
}

export function fallocate(
  context: FsContext,
  file: CopyRange,
  length: number,
  mode: number,
): Result<void> {
  const handle = context.handles.file(file.handle);
  if (!handle.mayWrite) throw new NuageError('bad-handle', 'not open for writing');
  const { size } = requireFile(context, file.ino);
  const end = file.offset + length;
  const keepsSize = (mode & FALLOCATE.KEEP_SIZE) !== 0;
  switch (mode & ~FALLOCATE.KEEP_SIZE) {
    case 0:
      break;
    case FALLOCATE.PUNCH_HOLE:
    case FALLOCATE.ZERO_RANGE: {
      const wait = zero(context, file, Math.min(end, size));
      if (wait !== undefined) return wait;
      break;
    }
    default:
      throw new NuageError('not-supported', 'a file here has no such operation');
  }
  return keepsSize || end <= size ? undefined : resize(context, file.ino, end);
}

/** Zeros written twice are zeros, so it may run again after a wait. */
function zero(context: FsContext, file: CopyRange, end: number): Parked | undefined {
  if (end - file.offset > ZEROED_BYTES_MAX) {
    throw new NuageError('not-supported', 'too much to be zeroed at once');
  }
  const handle = context.handles.file(file.handle);
  const zeros = Buffer.alloc(Math.min(COPY_PIECE_BYTES, Math.max(0, end - file.offset)));
  for (let at = file.offset; at < end; at += zeros.length) {
    const written = writeBytes(context, handle, at, zeros.subarray(0, end - at));
    if (written instanceof Parked) return written;
  }
  return undefined;
}

/** One piece per call: who asks for more asks again, and others are served in between. */
export function copyFileRange(
  context: FsContext,
  from: CopyRange,
  to: CopyRange,
  length: number,
): Result<number> {
  const source = context.handles.file(from.handle);
  const target = context.handles.file(to.handle);
  const copied = context.serverCopies.copy(context, { from, to, length });
  if (copied !== undefined) return copied;
  const piece = Buffer.allocUnsafe(Math.min(length, COPY_PIECE_BYTES));
  const bytes = readBytes(context, source, from.offset, piece);
  if (bytes instanceof Parked) return bytes;
  return writeBytes(context, target, to.offset, piece.subarray(0, bytes));
}
