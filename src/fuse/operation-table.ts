/** Opcode → function. What is not in it is answered with ENOSYS, as the protocol prescribes. */
import { OPCODE } from './constants.js';
import type { Operation } from './operation.js';
import * as attributes from './ops/attributes.js';
import * as data from './ops/data.js';
import * as directories from './ops/directories.js';
import * as files from './ops/files.js';
import * as names from './ops/names.js';
import { getxattr, listxattr, removexattr, setxattr } from './ops/xattrs.js';
import { SETXATTR_IN, SETXATTR_IN_SHORT_BYTES } from './structs-in.js';

/**
 * STATX and SYNCFS are left out: the kernel then uses GETATTR, and takes syncfs(2) as done.
 * @param longSetxattr SETXATTR_EXT is in force.
 */
export function operationTable(longSetxattr: boolean): readonly (Operation | undefined)[] {
  const headBytes = longSetxattr ? SETXATTR_IN.size : SETXATTR_IN_SHORT_BYTES;
  const table: (Operation | undefined)[] = [];
  const entries: readonly (readonly [number, Operation])[] = [
    [OPCODE.LOOKUP, attributes.lookup],
    [OPCODE.FORGET, attributes.forget],
    [OPCODE.BATCH_FORGET, attributes.batchForget],
    [OPCODE.GETATTR, attributes.getattr],
    [OPCODE.SETATTR, attributes.setattr],
    [OPCODE.ACCESS, attributes.access],
    [OPCODE.STATFS, attributes.statfs],
    [OPCODE.READLINK, names.readlink],
    [OPCODE.SYMLINK, names.symlink],
    [OPCODE.MKNOD, names.mknod],
    [OPCODE.MKDIR, names.mkdir],
    [OPCODE.UNLINK, names.unlink],
    [OPCODE.RMDIR, names.rmdir],
    [OPCODE.RENAME, names.rename],
    [OPCODE.RENAME2, names.rename2],
    [OPCODE.LINK, names.link],
    [OPCODE.OPEN, files.open],
    [OPCODE.CREATE, files.create],
    [OPCODE.FLUSH, files.flush],
    [OPCODE.RELEASE, files.release],
    [OPCODE.FSYNC, files.fsync],
    [OPCODE.READ, data.read],
    [OPCODE.WRITE, data.write],
    [OPCODE.FALLOCATE, data.fallocate],
    [OPCODE.LSEEK, data.lseek],
    [OPCODE.COPY_FILE_RANGE, data.copyFileRange],
    [OPCODE.COPY_FILE_RANGE_64, data.copyFileRange64],
    [OPCODE.OPENDIR, directories.opendir],
    [OPCODE.READDIR, directories.readdir],
    [OPCODE.READDIRPLUS, directories.readdirplus],
    [OPCODE.RELEASEDIR, directories.releasedir],
    [OPCODE.FSYNCDIR, directories.fsyncdir],
    [OPCODE.GETXATTR, getxattr],
    [OPCODE.LISTXATTR, listxattr],
    [OPCODE.SETXATTR, (exchange) => setxattr(exchange, headBytes)],
    [OPCODE.REMOVEXATTR, removexattr],
  ];
  for (const [opcode, operation] of entries) table[opcode] = operation;
  return table;
}
