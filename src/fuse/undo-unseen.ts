/**
 * The kernel withdrew a request while we answered it: what the answer handed out (a lookup, an
 * open handle) will never be forgotten or released by the kernel, so we do it.
 */
import { alignTo } from './layout.js';
import { DIRENT_ALIGNMENT, OPCODE, ROOT_INODE } from './constants.js';
import type { FuseFileSystem } from './filesystem.js';
import { LITTLE, getU64 } from './integers.js';
import type { Request } from './request.js';
import type { Reply } from './reply.js';
import { PAYLOAD } from './reply.js';
import { DIRENT, ENTRY_OUT_BYTES, ENTRY_OUT_HEAD, OPEN_OUT } from './structs-out.js';

export interface UnseenReply {
  readonly reply: Reply;
  /** Bytes of its payload. */
  readonly length: number;
}

export function undoUnseen(
  fileSystem: FuseFileSystem,
  request: Request,
  { reply, length }: UnseenReply,
): void {
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
    case OPCODE.READDIRPLUS:
      for (const listed of listedInodes(reply, length)) fileSystem.forget(listed, 1);
      return;
    default:
  }
}

/** The kernel was given a reference on each, except on `.` and `..`, whose entry is empty. */
function listedInodes(reply: Reply, length: number): readonly number[] {
  const inodes: number[] = [];
  for (let at = 0; at < length;) {
    const ino = getU64(reply.view, PAYLOAD + at + ENTRY_OUT_HEAD.at.nodeid);
    if (ino !== 0) inodes.push(ino);
    const direntAt = PAYLOAD + at + ENTRY_OUT_BYTES;
    const nameBytes = reply.view.getUint32(direntAt + DIRENT.at.namelen, LITTLE);
    at += alignTo(ENTRY_OUT_BYTES + DIRENT.size + nameBytes, DIRENT_ALIGNMENT);
  }
  return inodes;
}

function handleAt(reply: Reply, at: number): number {
  return getU64(reply.view, PAYLOAD + at + OPEN_OUT.at.fh);
}
