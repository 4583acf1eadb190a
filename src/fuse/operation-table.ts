/**
 * Opcode → function, and the bytes behind the header that it reads without looking. What is not in
 * the table is answered with ENOSYS, as the protocol prescribes.
 */
import { OPCODE } from './constants.js';
import { INIT } from './init-flags.js';
import type { Operation } from './operation.js';
import * as attributes from './ops/attributes.js';
import * as data from './ops/data.js';
import * as directories from './ops/directories.js';
import * as files from './ops/files.js';
import * as names from './ops/names.js';
import { getxattr, listxattr, removexattr, setxattr } from './ops/xattrs.js';
import * as structs from './structs-in.js';

export interface TableEntry {
  readonly run: Operation;
  /** A shorter body is refused: the struct of the opcode, and a NUL for each name behind it. */
  readonly bodyBytesMin: number;
}

/**
 * STATX and SYNCFS are left out: the kernel then uses GETATTR, and takes syncfs(2) as done. With
 * the write-back cache LSEEK is left out too: the kernel asks without sending its dirty pages
 * first, so we would call a hole what was just written, and a `cp` would lose it. OPENDIR is left
 * out for a file system that has no use for it: the kernel does not ask again, and keeps listings.
 * @param flags the INIT flags in force.
 */
export function operationTable(flags: bigint): readonly (TableEntry | undefined)[] {
  const isLong = (flags & INIT.SETXATTR_EXT) !== 0n;
  const headBytes = isLong ? structs.SETXATTR_IN.size : structs.SETXATTR_IN_SHORT_BYTES;
  const table: (TableEntry | undefined)[] = [];
  const entries: readonly (readonly [number, Operation, number])[] = [
    [OPCODE.LOOKUP, attributes.lookup, 1],
    [OPCODE.FORGET, attributes.forget, structs.FORGET_IN.size],
    [OPCODE.BATCH_FORGET, attributes.batchForget, structs.BATCH_FORGET_IN.size],
    [OPCODE.GETATTR, attributes.getattr, structs.GETATTR_IN.size],
    [OPCODE.SETATTR, attributes.setattr, structs.SETATTR_IN.size],
    [OPCODE.ACCESS, attributes.access, structs.ACCESS_IN.size],
    [OPCODE.STATFS, attributes.statfs, 0],
    [OPCODE.READLINK, names.readlink, 0],
    [OPCODE.SYMLINK, names.symlink, 2],
    [OPCODE.MKNOD, names.mknod, structs.MKNOD_IN.size],
    [OPCODE.MKDIR, names.mkdir, structs.MKDIR_IN.size],
    [OPCODE.UNLINK, names.unlink, 1],
    [OPCODE.RMDIR, names.rmdir, 1],
    [OPCODE.RENAME, names.rename, structs.RENAME_IN.size],
    [OPCODE.RENAME2, names.rename2, structs.RENAME2_IN.size],
    [OPCODE.LINK, names.link, structs.LINK_IN.size],
    [OPCODE.OPEN, files.open, structs.OPEN_IN.size],
    [OPCODE.CREATE, files.create, structs.CREATE_IN.size],
    [OPCODE.FLUSH, files.flush, structs.FLUSH_IN.size],
    [OPCODE.RELEASE, files.release, structs.RELEASE_IN.size],
    [OPCODE.FSYNC, files.fsync, structs.FSYNC_IN.size],
    [OPCODE.READ, data.read, structs.READ_IN.size],
    [OPCODE.WRITE, data.write, structs.WRITE_IN.size],
    [OPCODE.FALLOCATE, data.fallocate, structs.FALLOCATE_IN.size],
    [OPCODE.LSEEK, data.lseek, structs.LSEEK_IN.size],
    [OPCODE.COPY_FILE_RANGE, data.copyFileRange, structs.COPY_FILE_RANGE_IN.size],
    [OPCODE.COPY_FILE_RANGE_64, data.copyFileRange64, structs.COPY_FILE_RANGE_IN.size],
    [OPCODE.OPENDIR, directories.opendir, structs.OPEN_IN.size],
    [OPCODE.READDIR, directories.readdir, structs.READ_IN.size],
    [OPCODE.READDIRPLUS, directories.readdirplus, structs.READ_IN.size],
    [OPCODE.RELEASEDIR, directories.releasedir, structs.RELEASE_IN.size],
    [OPCODE.FSYNCDIR, directories.fsyncdir, structs.FSYNC_IN.size],
    [OPCODE.GETXATTR, getxattr, structs.GETXATTR_IN.size],
    [OPCODE.LISTXATTR, listxattr, structs.GETXATTR_IN.size],
    [OPCODE.SETXATTR, (exchange) => setxattr(exchange, headBytes), headBytes],
    [OPCODE.REMOVEXATTR, removexattr, 1],
  ];
  for (const [opcode, run, bodyBytesMin] of entries) table[opcode] = { run, bodyBytesMin };
  if ((flags & INIT.WRITEBACK_CACHE) !== 0n) table[OPCODE.LSEEK] = undefined;
  if ((flags & INIT.NO_OPENDIR_SUPPORT) !== 0n) table[OPCODE.OPENDIR] = undefined;
  return table;
}
