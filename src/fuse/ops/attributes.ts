/** LOOKUP, FORGET, BATCH_FORGET, GETATTR, SETATTR, ACCESS, STATFS. */
import { FATTR, GETATTR_FH } from '../constants.js';
import type { AttributesReply, Result, SetAttributes } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import { readName } from '../names.js';
import type { Exchange } from '../operation.js';
import { NO_REPLY } from '../operation.js';
import { FILE_TOO_BIG, NOT_IMPLEMENTED } from '../protocol-errno.js';
import type { Request } from '../request.js';
import {
  ACCESS_IN,
  BATCH_FORGET_IN,
  FORGET_IN,
  FORGET_ONE,
  GETATTR_IN,
  SETATTR_IN,
} from '../structs-in.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function lookup({ fileSystem, request, reply }: Exchange): Result<number> {
  const entry = fileSystem.lookup(request.caller(), request.ino, readName(request, 0));
  return entry instanceof Parked ? entry : reply.putEntry(0, entry);
}

export function forget({ fileSystem, request }: Exchange): number {
  fileSystem.forget(request.ino, request.u64(FORGET_IN.at.nlookup));
  return NO_REPLY;
}

export function batchForget({ fileSystem, request }: Exchange): number {
  // Never more than the message holds: behind its end lies what an earlier one left.
  const held = Math.floor((request.bodyLength - BATCH_FORGET_IN.size) / FORGET_ONE.size);
  const count = Math.min(request.u32(BATCH_FORGET_IN.at.count), held);
  for (let index = 0; index < count; index += 1) {
    const at = BATCH_FORGET_IN.size + index * FORGET_ONE.size;
    fileSystem.forget(
      request.u64(at + FORGET_ONE.at.nodeid),
      request.u64(at + FORGET_ONE.at.nlookup),
    );
  }
  return NO_REPLY;
}

export function getattr({ fileSystem, request, reply }: Exchange): Result<number> {
  const { at } = GETATTR_IN;
  const byHandle = (request.u32(at.getattr_flags) & GETATTR_FH) !== 0;
  const handle = byHandle ? request.u64(at.fh) : undefined;
  const result = fileSystem.getattr(request.caller(), request.ino, handle);
  if (result instanceof Parked) return result;
  return reply.putAttributesReply(0, result.attributes, result.attributesValidMs);
}

export function setattr(exchange: Exchange): Result<number> {
  const { fileSystem, request, reply } = exchange;
  if (fileSystem.setattr === undefined) return -NOT_IMPLEMENTED;
  const valid = request.u32(SETATTR_IN.at.valid);
  const changes = decodeChanges(request, valid);
  if (changes.size !== undefined && changes.size > Number.MAX_SAFE_INTEGER) return -FILE_TOO_BIG;
  // With HANDLE_KILLPRIV_V2 the kernel marks truncations, and leaves every chown to us.
  const kills = FATTR.KILL_SUIDGID | FATTR.UID | FATTR.GID;
  if (exchange.killsPrivileges && (valid & kills) !== 0) fileSystem.killPrivileges?.(request.ino);
  const result: Result<AttributesReply> = fileSystem.setattr(
    request.caller(),
    request.ino,
    changes,
  );
  if (result instanceof Parked) return result;
  return reply.putAttributesReply(0, result.attributes, result.attributesValidMs);
}

function decodeChanges(request: Request, valid: number): SetAttributes {
  const { at } = SETATTR_IN;
  const changes: Writable<SetAttributes> = {};
  if (valid & FATTR.MODE) changes.mode = request.u32(at.mode);
  if (valid & FATTR.UID) changes.uid = request.u32(at.uid);
  if (valid & FATTR.GID) changes.gid = request.u32(at.gid);
  if (valid & FATTR.SIZE) changes.size = request.u64(at.size);
  if (valid & FATTR.FH) changes.handle = request.u64(at.fh);
  if (valid & FATTR.ATIME_NOW) changes.atime = 'now';
  else if (valid & FATTR.ATIME) changes.atime = request.timestamp(at.atime, at.atimensec);
  if (valid & FATTR.MTIME_NOW) changes.mtime = 'now';
  else if (valid & FATTR.MTIME) changes.mtime = request.timestamp(at.mtime, at.mtimensec);
  if (valid & FATTR.CTIME) changes.ctime = request.timestamp(at.ctime, at.ctimensec);
  return changes;
}

export function access({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.access === undefined) return -NOT_IMPLEMENTED;
  const mask = request.u32(ACCESS_IN.at.mask);
  return fileSystem.access(request.caller(), request.ino, mask) ?? 0;
}

export function statfs({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.statfs === undefined) return -NOT_IMPLEMENTED;
  const result = fileSystem.statfs(request.caller(), request.ino);
  return result instanceof Parked ? result : reply.putStatfs(0, result);
}
