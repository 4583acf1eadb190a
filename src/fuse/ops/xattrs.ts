/**
 * GETXATTR, LISTXATTR, SETXATTR, REMOVEXATTR. A size of 0 asks how large the answer is; a buffer
 * that is too small is answered with ERANGE.
 */
import type { Result } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import { nextStringAt, readString } from '../names.js';
import type { Exchange } from '../operation.js';
import { INVALID, NOT_IMPLEMENTED, OUT_OF_RANGE } from '../protocol-errno.js';
import type { Reply } from '../reply.js';
import { PAYLOAD } from '../reply.js';
import { GETXATTR_IN, SETXATTR_IN } from '../structs-in.js';

export function getxattr({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.getxattr === undefined) return -NOT_IMPLEMENTED;
  const name = readString(request, GETXATTR_IN.size);
  const value = fileSystem.getxattr(request.caller(), request.ino, name);
  if (value instanceof Parked) return value;
  return sized(reply, value, request.u32(GETXATTR_IN.at.size));
}

export function listxattr({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.listxattr === undefined) return -NOT_IMPLEMENTED;
  const names = fileSystem.listxattr(request.caller(), request.ino);
  if (names instanceof Parked) return names;
  const list = Buffer.from(names.map((name) => `${name}\0`).join(''));
  return sized(reply, list, request.u32(GETXATTR_IN.at.size));
}

function sized(reply: Reply, value: Uint8Array, room: number): number {
  if (room === 0) return reply.putXattrSize(0, value.length);
  if (value.length > Math.min(room, reply.capacity)) return -OUT_OF_RANGE;
  reply.bytes.set(value, PAYLOAD);
  return value.length;
}

/** @param headBytes size of fuse_setxattr_in, which depends on SETXATTR_EXT. */
export function setxattr(exchange: Exchange, headBytes: number): Result<number> {
  const { fileSystem, request } = exchange;
  if (fileSystem.setxattr === undefined) return -NOT_IMPLEMENTED;
  const name = readString(request, headBytes);
  const size = request.u32(SETXATTR_IN.at.size);
  const value = request.tail(nextStringAt(request, headBytes));
  if (value.length < size) return -INVALID;
  const attribute = { name, value: value.subarray(0, size) };
  const flags = request.u32(SETXATTR_IN.at.flags);
  return fileSystem.setxattr(request.caller(), request.ino, attribute, flags) ?? 0;
}

export function removexattr({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.removexattr === undefined) return -NOT_IMPLEMENTED;
  return fileSystem.removexattr(request.caller(), request.ino, readString(request, 0)) ?? 0;
}
