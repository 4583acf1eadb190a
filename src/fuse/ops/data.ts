/** Bytes of open files: READ, WRITE, FALLOCATE, LSEEK, COPY_FILE_RANGE (also its 64-bit form). */
import { assert } from '../../assert.js';
import { WRITE_KILL_SUIDGID } from '../constants.js';
import type { Result } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import type { Exchange } from '../operation.js';
import { FILE_TOO_BIG, INVALID, NOT_IMPLEMENTED } from '../protocol-errno.js';
import { PAYLOAD } from '../reply.js';
import { COPY_FILE_RANGE_IN, FALLOCATE_IN, LSEEK_IN, READ_IN, WRITE_IN } from '../structs-in.js';

/** fuse_write_out counts in 32 bits; whoever wants more is told so much, and asks for the rest. */
const COPIED_BYTES_MAX = 0xffff_f000;

export function read({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.read === undefined) return -NOT_IMPLEMENTED;
  const { at } = READ_IN;
  const size = request.u32(at.size);
  if (size > reply.capacity) return -INVALID;
  const offset = request.u64(at.offset);
  if (offset + size > Number.MAX_SAFE_INTEGER) return 0;
  const file = { ino: request.ino, handle: request.u64(at.fh), offset };
  const into = reply.bytes.subarray(PAYLOAD, PAYLOAD + size);
  const result = fileSystem.read(request.caller(), file, into);
  if (result instanceof Parked) return result;
  assert(result >= 0 && result <= size, 'a read gave more than was asked');
  return result;
}

export function write(exchange: Exchange): Result<number> {
  const { fileSystem, request, reply } = exchange;
  if (fileSystem.write === undefined) return -NOT_IMPLEMENTED;
  const { at, size: bodySize } = WRITE_IN;
  const size = request.u32(at.size);
  const offset = request.u64(at.offset);
  if (bodySize + size > request.bodyLength) return -INVALID;
  if (offset + size > Number.MAX_SAFE_INTEGER) return -FILE_TOO_BIG;
  const kills = (request.u32(at.write_flags) & WRITE_KILL_SUIDGID) !== 0;
  if (exchange.killsPrivileges && kills) fileSystem.killPrivileges?.(request.ino);
  const file = { ino: request.ino, handle: request.u64(at.fh), offset };
  const data = request.tail(bodySize).subarray(0, size);
  const result = fileSystem.write(request.caller(), file, data);
  return result instanceof Parked ? result : reply.putWritten(0, result);
}

export function fallocate({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.fallocate === undefined) return -NOT_IMPLEMENTED;
  const { at } = FALLOCATE_IN;
  const offset = request.u64(at.offset);
  const length = request.u64(at.length);
  if (offset + length > Number.MAX_SAFE_INTEGER) return -FILE_TOO_BIG;
  const file = { ino: request.ino, handle: request.u64(at.fh), offset };
  return fileSystem.fallocate(request.caller(), file, length, request.u32(at.mode)) ?? 0;
}

export function lseek({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.lseek === undefined) return -NOT_IMPLEMENTED;
  const { at } = LSEEK_IN;
  const file = { ino: request.ino, handle: request.u64(at.fh), offset: request.u64(at.offset) };
  const result = fileSystem.lseek(request.caller(), file, request.u32(at.whence));
  return result instanceof Parked ? result : reply.putOffset(0, result);
}

export function copyFileRange(exchange: Exchange): Result<number> {
  const copied = copy(exchange);
  if (copied instanceof Parked || copied < 0) return copied;
  return exchange.reply.putWritten(0, Math.min(copied, COPIED_BYTES_MAX));
}

export function copyFileRange64(exchange: Exchange): Result<number> {
  const copied = copy(exchange);
  if (copied instanceof Parked || copied < 0) return copied;
  return exchange.reply.putCopied(0, copied);
}

function copy({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.copyFileRange === undefined) return -NOT_IMPLEMENTED;
  const { at } = COPY_FILE_RANGE_IN;
  if (request.u64(at.flags) !== 0) return -INVALID;
  const from = {
    ino: request.ino,
    handle: request.u64(at.fh_in),
    offset: request.u64(at.off_in),
  };
  const to = {
    ino: request.u64(at.nodeid_out),
    handle: request.u64(at.fh_out),
    offset: request.u64(at.off_out),
  };
  const length = Math.min(request.u64(at.len), Number.MAX_SAFE_INTEGER);
  return fileSystem.copyFileRange(request.caller(), from, to, length);
}
