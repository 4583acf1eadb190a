/** Open files: OPEN, CREATE, FLUSH, RELEASE, FSYNC. */
import { FSYNC_FDATASYNC, OPEN_KILL_SUIDGID } from '../constants.js';
import type { Result } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import { readName } from '../names.js';
import type { Exchange } from '../operation.js';
import { NOT_IMPLEMENTED } from '../protocol-errno.js';
import { CREATE_IN, FLUSH_IN, FSYNC_IN, OPEN_IN, RELEASE_IN } from '../structs-in.js';

export function open(exchange: Exchange): Result<number> {
  const { fileSystem, request, reply } = exchange;
  if (fileSystem.open === undefined) return -NOT_IMPLEMENTED;
  const { at } = OPEN_IN;
  const kills = (request.u32(at.open_flags) & OPEN_KILL_SUIDGID) !== 0;
  if (exchange.killsPrivileges && kills) fileSystem.killPrivileges?.(request.ino);
  const result = fileSystem.open(request.caller(), request.ino, request.u32(at.flags));
  return result instanceof Parked ? result : reply.putOpen(0, result);
}

export function create({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.create === undefined) return -NOT_IMPLEMENTED;
  const at = { parent: request.ino, name: readName(request, CREATE_IN.size) };
  const mode = request.u32(CREATE_IN.at.mode);
  const flags = request.u32(CREATE_IN.at.flags);
  const result = fileSystem.create(request.caller(), at, mode, flags);
  if (result instanceof Parked) return result;
  const entryBytes = reply.putEntry(0, result.entry);
  return entryBytes + reply.putOpen(entryBytes, result.open);
}

export function flush({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.flush === undefined) return -NOT_IMPLEMENTED;
  return fileSystem.flush(request.caller(), request.ino, request.u64(FLUSH_IN.at.fh)) ?? 0;
}

export function release({ fileSystem, request }: Exchange): number {
  const { at } = RELEASE_IN;
  fileSystem.release?.(request.ino, request.u64(at.fh), request.u32(at.flags));
  return 0;
}

export function fsync({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.fsync === undefined) return -NOT_IMPLEMENTED;
  const { at } = FSYNC_IN;
  const dataOnly = (request.u32(at.fsync_flags) & FSYNC_FDATASYNC) !== 0;
  return fileSystem.fsync(request.caller(), request.ino, request.u64(at.fh), dataOnly) ?? 0;
}
