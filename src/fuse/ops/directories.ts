/** OPENDIR, READDIR, READDIRPLUS, RELEASEDIR, FSYNCDIR. */
import { FOPEN } from '../constants.js';
import type { Result } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import type { Exchange } from '../operation.js';
import { NOT_IMPLEMENTED } from '../protocol-errno.js';
import type { Request } from '../request.js';
import { FSYNC_IN, OPEN_IN, READ_IN, RELEASE_IN } from '../structs-in.js';

/** What a kernel with FUSE_NO_OPENDIR_SUPPORT (Linux 5.1) does by itself, told to an older one. */
const AS_WITHOUT_OPENDIR = { handle: 0, openFlags: FOPEN.CACHE_DIR | FOPEN.KEEP_CACHE };

export function opendir({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.opendir === undefined) return reply.putOpen(0, AS_WITHOUT_OPENDIR);
  const result = fileSystem.opendir(request.caller(), request.ino, request.u32(OPEN_IN.at.flags));
  return result instanceof Parked ? result : reply.putOpen(0, result);
}

export function readdir({ fileSystem, request, plainPacker }: Exchange): Result<number> {
  if (fileSystem.readdir === undefined) return -NOT_IMPLEMENTED;
  const writer = plainPacker.start(request.u32(READ_IN.at.size));
  const result = fileSystem.readdir(request.caller(), directoryOf(request), writer);
  return result instanceof Parked ? result : writer.usedBytes;
}

export function readdirplus({ fileSystem, request, plusPacker }: Exchange): Result<number> {
  if (fileSystem.readdirplus === undefined) return -NOT_IMPLEMENTED;
  const writer = plusPacker.start(request.u32(READ_IN.at.size));
  const result = fileSystem.readdirplus(request.caller(), directoryOf(request), writer);
  return result instanceof Parked ? result : writer.usedBytes;
}

export function releasedir({ fileSystem, request }: Exchange): number {
  fileSystem.releasedir?.(request.ino, request.u64(RELEASE_IN.at.fh));
  return 0;
}

export function fsyncdir({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.fsyncdir === undefined) return -NOT_IMPLEMENTED;
  return fileSystem.fsyncdir(request.caller(), request.ino, request.u64(FSYNC_IN.at.fh)) ?? 0;
}

function directoryOf(request: Request): { ino: number; handle: number; offset: number } {
  const { at } = READ_IN;
  return { ino: request.ino, handle: request.u64(at.fh), offset: request.u64(at.offset) };
}
