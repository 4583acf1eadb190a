/** Reads the records of a READDIR or READDIRPLUS reply as the kernel does (fs/fuse/readdir.c). */
import { DIRENT, ENTRY_OUT_BYTES, ENTRY_OUT_HEAD } from '../../src/fuse/structs-out.js';

export interface DirectoryRecord {
  readonly name: string;
  readonly ino: number;
  readonly nextOffset: number;
  readonly type: number;
  /** `nodeid` of the entry, READDIRPLUS only. */
  readonly nodeid: number | undefined;
}

/** @throws where the kernel would answer EIO, and on padding that is not zero. */
export function readRecords(payload: Buffer, plus: boolean): DirectoryRecord[] {
  const records: DirectoryRecord[] = [];
  const before = plus ? ENTRY_OUT_BYTES : 0;
  for (let at = 0; at < payload.length;) {
    const dirent = at + before;
    const nameBytes = payload.readUInt32LE(dirent + DIRENT.at.namelen);
    const nameAt = dirent + DIRENT.size;
    const end = nameAt + nameBytes;
    const next = at + Math.ceil((end - at) / 8) * 8;
    if (next > payload.length) throw new Error('a record beyond the end of its reply');
    if (payload.subarray(end, next).some((byte) => byte !== 0)) throw new Error('padding');
    records.push({
      name: payload.toString('utf8', nameAt, end),
      ino: Number(payload.readBigUInt64LE(dirent + DIRENT.at.ino)),
      nextOffset: Number(payload.readBigUInt64LE(dirent + DIRENT.at.off)),
      type: payload.readUInt32LE(dirent + DIRENT.at.type),
      nodeid: plus ? Number(payload.readBigUInt64LE(at + ENTRY_OUT_HEAD.at.nodeid)) : undefined,
    });
    at = next;
  }
  return records;
}
