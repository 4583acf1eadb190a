/**
 * The kernel withdrew a request while we answered it: what the answer handed out (a lookup, an
 * open handle) will never be forgotten or released by the kernel, so we do it.
 */
import { OPCODE, ROOT_INODE } from './constants.js';
import type { FuseFileSystem } from './filesystem.js';
import { getU64 } from './integers.js';
import type { Request } from './request.js';
import type { Reply } from './reply.js';
import { PAYLOAD } from './reply.js';
import { ENTRY_OUT_BYTES, ENTRY_OUT_HEAD, OPEN_OUT } from './structs-out.js';

export function undoUnseen(fileSystem: FuseFileSystem, request: Request, reply: Reply): void {
  const ino = getU64(reply.view, PAYLOAD + ENTRY_OUT_HEAD.at.nodeid);
  switch (request.opcode) {
    case OPCODE.CREATE:
      fileSystem.release?.(ino, handleAt(reply, ENTRY_OUT_BYTES), 0);
      fileSystem.forget(ino, 1);
      return;
    case OPCODE.OPEN:
      fileSystem.release?.(request.ino, handleAt(reply, 0), 0);
      return;
    case OPCODE.OPENDIR:
      fileSystem.releasedir?.(request.ino, handleAt(reply, 0));
      return;
    case OPCODE.LOOKUP:
    case OPCODE.MKNOD:
    case OPCODE.MKDIR:
    case OPCODE.SYMLINK:
    case OPCODE.LINK:
      if (ino !== 0 && ino !== ROOT_INODE) fileSystem.forget(ino, 1);
      return;
    default:
  }
}

function handleAt(reply: Reply, at: number): number {
  return getU64(reply.view, PAYLOAD + at + OPEN_OUT.at.fh);
}
