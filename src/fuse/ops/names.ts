/** What changes or follows names: MKNOD, MKDIR, SYMLINK, LINK, UNLINK, RMDIR, RENAME, READLINK. */
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from '../constants.js';
import type { EntryReply, Result } from '../filesystem.js';
import { Parked } from '../filesystem.js';
import { nextStringAt, readName, readString } from '../names.js';
import type { Exchange } from '../operation.js';
import { INVALID, NOT_IMPLEMENTED } from '../protocol-errno.js';
import { PAYLOAD } from '../reply.js';
import { LINK_IN, MKDIR_IN, MKNOD_IN, RENAME2_IN, RENAME_IN } from '../structs-in.js';

export function readlink({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.readlink === undefined) return -NOT_IMPLEMENTED;
  const target = fileSystem.readlink(request.caller(), request.ino);
  return target instanceof Parked ? target : reply.bytes.write(target, PAYLOAD);
}

export function mknod({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.mknod === undefined) return -NOT_IMPLEMENTED;
  const at = { parent: request.ino, name: readName(request, MKNOD_IN.size) };
  const mode = request.u32(MKNOD_IN.at.mode);
  const rdev = request.u32(MKNOD_IN.at.rdev);
  return entryReply(reply, fileSystem.mknod(request.caller(), at, mode, rdev));
}

export function mkdir({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.mkdir === undefined) return -NOT_IMPLEMENTED;
  const at = { parent: request.ino, name: readName(request, MKDIR_IN.size) };
  const mode = request.u32(MKDIR_IN.at.mode);
  return entryReply(reply, fileSystem.mkdir(request.caller(), at, mode));
}

export function symlink({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.symlink === undefined) return -NOT_IMPLEMENTED;
  const at = { parent: request.ino, name: readName(request, 0) };
  const target = readString(request, nextStringAt(request, 0));
  return entryReply(reply, fileSystem.symlink(request.caller(), at, target));
}

export function link({ fileSystem, request, reply }: Exchange): Result<number> {
  if (fileSystem.link === undefined) return -NOT_IMPLEMENTED;
  const at = { parent: request.ino, name: readName(request, LINK_IN.size) };
  const ino = request.u64(LINK_IN.at.oldnodeid);
  return entryReply(reply, fileSystem.link(request.caller(), ino, at));
}

export function unlink({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.unlink === undefined) return -NOT_IMPLEMENTED;
  return fileSystem.unlink(request.caller(), request.ino, readName(request, 0)) ?? 0;
}

export function rmdir({ fileSystem, request }: Exchange): Result<number> {
  if (fileSystem.rmdir === undefined) return -NOT_IMPLEMENTED;
  return fileSystem.rmdir(request.caller(), request.ino, readName(request, 0)) ?? 0;
}

export function rename(exchange: Exchange): Result<number> {
  const { newdir } = RENAME_IN.at;
  return renameAt(exchange, { newdir, namesAt: RENAME_IN.size, flags: 0 });
}

export function rename2(exchange: Exchange): Result<number> {
  const { at, size } = RENAME2_IN;
  const flags = exchange.request.u32(at.flags);
  // Both at once is refused by rename(2) itself; WHITEOUT is for overlay file systems.
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) return -INVALID;
  return renameAt(exchange, { newdir: at.newdir, namesAt: size, flags });
}

interface RenameFields {
  readonly newdir: number;
  readonly namesAt: number;
  readonly flags: number;
}

function renameAt({ fileSystem, request }: Exchange, fields: RenameFields): Result<number> {
  if (fileSystem.rename === undefined) return -NOT_IMPLEMENTED;
  const from = { parent: request.ino, name: readName(request, fields.namesAt) };
  const to = {
    parent: request.u64(fields.newdir),
    name: readName(request, nextStringAt(request, fields.namesAt)),
  };
  return fileSystem.rename(request.caller(), from, to, fields.flags) ?? 0;
}

function entryReply(reply: Exchange['reply'], entry: Result<EntryReply>): Result<number> {
  return entry instanceof Parked ? entry : reply.putEntry(0, entry);
}
