/** The buffer in which every reply is built, behind room for its `fuse_out_header`. */
import { copyU64, LITTLE, setU32, setU64 } from './integers.js';
import type { Attributes, EntryReply, OpenReply, StatfsReply } from './filesystem.js';
import type { Request } from './request.js';
import { IN_HEADER } from './structs-in.js';
import {
  ATTR,
  ATTR_OUT_BYTES,
  ATTR_OUT_HEAD,
  COPY_FILE_RANGE_OUT,
  ENTRY_OUT_BYTES,
  ENTRY_OUT_HEAD,
  GETXATTR_OUT,
  KSTATFS,
  LSEEK_OUT,
  OPEN_OUT,
  OUT_HEADER,
  STATFS_OUT_BYTES,
  WRITE_OUT,
} from './structs-out.js';
import type { FixedMemory } from './system.js';

/** Where the payload begins. */
export const PAYLOAD = OUT_HEADER.size;

/** Longest validity that we send, in seconds: beyond it the kernel's own arithmetic saturates. */
const VALID_SECONDS_MAX = 2 ** 31 - 1;

export class Reply {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly address: number;

  constructor(memory: FixedMemory) {
    this.bytes = memory.bytes;
    this.view = memory.view;
    this.address = memory.address;
  }

  /** Largest payload in bytes. */
  get capacity(): number {
    return this.bytes.length - PAYLOAD;
  }

  /** @param length of the payload. @returns bytes of the whole message. */
  writeHeader(request: Request, errno: number, length: number): number {
    const total = PAYLOAD + length;
    setU32(this.view, OUT_HEADER.at.len, total);
    this.view.setInt32(OUT_HEADER.at.error, -errno, LITTLE);
    copyU64(request.view, IN_HEADER.at.unique, this.view, OUT_HEADER.at.unique);
    return total;
  }

  /** Each `put…` writes at `at` behind the header and returns the bytes of its struct. */
  putEntry(at: number, entry: EntryReply): number {
    const base = PAYLOAD + at;
    const field = ENTRY_OUT_HEAD.at;
    setU64(this.view, base + field.nodeid, entry.ino);
    setU64(this.view, base + field.generation, entry.generation);
    this.#putValidity(base + field.entry_valid, base + field.entry_valid_nsec, entry.entryValidMs);
    this.#putValidity(
      base + field.attr_valid,
      base + field.attr_valid_nsec,
      entry.attributesValidMs,
    );
    this.#putAttributes(base + ENTRY_OUT_HEAD.size, entry.attributes);
    return ENTRY_OUT_BYTES;
  }

  putAttributesReply(at: number, attributes: Attributes, validMs: number): number {
    const base = PAYLOAD + at;
    const field = ATTR_OUT_HEAD.at;
    this.#putValidity(base + field.attr_valid, base + field.attr_valid_nsec, validMs);
    setU32(this.view, base + field.dummy, 0);
    this.#putAttributes(base + ATTR_OUT_HEAD.size, attributes);
    return ATTR_OUT_BYTES;
  }

  putOpen(at: number, open: OpenReply): number {
    const base = PAYLOAD + at;
    setU64(this.view, base + OPEN_OUT.at.fh, open.handle);
    setU32(this.view, base + OPEN_OUT.at.open_flags, open.openFlags);
    setU32(this.view, base + OPEN_OUT.at.backing_id, 0);
    return OPEN_OUT.size;
  }

  putStatfs(at: number, statfs: StatfsReply): number {
    const base = PAYLOAD + at;
    const field = KSTATFS.at;
    this.bytes.fill(0, base, base + STATFS_OUT_BYTES);
    setU64(this.view, base + field.blocks, statfs.blocks);
    setU64(this.view, base + field.bfree, statfs.blocksFree);
    setU64(this.view, base + field.bavail, statfs.blocksAvailable);
    setU64(this.view, base + field.files, statfs.files);
    setU64(this.view, base + field.ffree, statfs.filesFree);
    setU32(this.view, base + field.bsize, statfs.blockSize);
    setU32(this.view, base + field.namelen, statfs.nameMax);
    setU32(this.view, base + field.frsize, statfs.fragmentSize);
    return STATFS_OUT_BYTES;
  }

  /** How much was written or copied. */
  putWritten(at: number, bytes: number): number {
    const base = PAYLOAD + at;
    setU32(this.view, base + WRITE_OUT.at.size, bytes);
    setU32(this.view, base + WRITE_OUT.at.padding, 0);
    return WRITE_OUT.size;
  }

  /** The size of a value that was asked for with an empty buffer. */
  putXattrSize(at: number, bytes: number): number {
    const base = PAYLOAD + at;
    setU32(this.view, base + GETXATTR_OUT.at.size, bytes);
    setU32(this.view, base + GETXATTR_OUT.at.padding, 0);
    return GETXATTR_OUT.size;
  }

  /** How much was copied, where the kernel takes more than 32 bits. */
  putCopied(at: number, bytes: number): number {
    setU64(this.view, PAYLOAD + at + COPY_FILE_RANGE_OUT.at.bytes_copied, bytes);
    return COPY_FILE_RANGE_OUT.size;
  }

  putOffset(at: number, offset: number): number {
    setU64(this.view, PAYLOAD + at + LSEEK_OUT.at.offset, offset);
    return LSEEK_OUT.size;
  }

  #putValidity(secondsAt: number, nanosecondsAt: number, validMs: number): void {
    const ms = Math.min(Math.max(validMs, 0), VALID_SECONDS_MAX * 1000);
    const seconds = Math.floor(ms / 1000);
    setU64(this.view, secondsAt, seconds);
    setU32(this.view, nanosecondsAt, Math.floor((ms - seconds * 1000) * 1e6));
  }

  /** Zeros when there are none, which only a negative entry may have. */
  #putAttributes(base: number, attributes: Attributes | undefined): void {
    if (attributes === undefined) {
      this.bytes.fill(0, base, base + ATTR.size);
      return;
    }
    const { view } = this;
    const field = ATTR.at;
    setU64(view, base + field.ino, attributes.ino);
    setU64(view, base + field.size, attributes.size);
    setU64(view, base + field.blocks, attributes.blocks);
    setU64(view, base + field.atime, attributes.atime.sec);
    setU64(view, base + field.mtime, attributes.mtime.sec);
    setU64(view, base + field.ctime, attributes.ctime.sec);
    setU32(view, base + field.atimensec, attributes.atime.nsec);
    setU32(view, base + field.mtimensec, attributes.mtime.nsec);
    setU32(view, base + field.ctimensec, attributes.ctime.nsec);
    setU32(view, base + field.mode, attributes.mode);
    setU32(view, base + field.nlink, attributes.nlink);
    setU32(view, base + field.uid, attributes.uid);
    setU32(view, base + field.gid, attributes.gid);
    setU32(view, base + field.rdev, attributes.rdev);
    setU32(view, base + field.blksize, attributes.blksize);
    setU32(view, base + field.flags, 0);
  }
}
