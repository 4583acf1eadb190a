/**
 * Packs directory entries into a reply, never beyond the size that the kernel asked for: kernels
 * since 6.16 ask for up to max_pages, older ones for one page.
 */
import { assert } from '../assert.js';
import { DIRENT_ALIGNMENT, LISTED_NAME_BYTES_MAX } from './constants.js';
import type { DirectoryPlusWriter, DirectoryWriter, EntryReply, EntryType } from './filesystem.js';
import { setU32, setU64 } from './integers.js';
import { alignTo } from './layout.js';
import type { Reply } from './reply.js';
import { PAYLOAD } from './reply.js';
import { DIRENT, ENTRY_OUT_BYTES } from './structs-out.js';

/** For `.` and `..`: the kernel takes no reference on them, whatever the entry says. */
const NO_ENTRY: EntryReply = { ino: 0, generation: 0, entryValidMs: 0, attributesValidMs: 0 };

/** Common to both: one record of `before` bytes, the dirent and its name. */
class Packer {
  readonly #reply: Reply;
  #limit = 0;
  used = 0;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  start(sizeBytes: number): void {
    this.#limit = Math.min(sizeBytes, this.#reply.capacity);
    this.used = 0;
  }

  /** @param before bytes of each record before its dirent. */
  entriesMax(before: number): number {
    return Math.max(1, Math.floor(this.#limit / (before + DIRENT.size + DIRENT_ALIGNMENT)));
  }

  /** @returns where the dirent goes, or -1 when the record does not fit. */
  reserve(name: string, before: number): number {
    const nameBytes = Buffer.byteLength(name);
    assert(
      nameBytes > 0 && nameBytes <= LISTED_NAME_BYTES_MAX && !name.includes('/'),
      'a listed name that the kernel refuses',
    );
    const end = before + DIRENT.size + nameBytes;
    const record = alignTo(end, DIRENT_ALIGNMENT);
    if (this.used + record > this.#limit) return -1;
    const at = PAYLOAD + this.used + before;
    setU32(this.#reply.view, at + DIRENT.at.namelen, nameBytes);
    this.#reply.bytes.write(name, at + DIRENT.size);
    this.#reply.bytes.fill(0, at - before + end, at - before + record);
    this.used += record;
    return at;
  }

  putDirent(at: number, ino: number, type: EntryType, nextOffset: number): void {
    const { view } = this.#reply;
    setU64(view, at + DIRENT.at.ino, ino);
    setU64(view, at + DIRENT.at.off, nextOffset);
    setU32(view, at + DIRENT.at.type, type);
  }
}

export class PlainDirectoryPacker implements DirectoryWriter {
  readonly #packer: Packer;

  constructor(reply: Reply) {
    this.#packer = new Packer(reply);
  }

  start(sizeBytes: number): this {
    this.#packer.start(sizeBytes);
    return this;
  }

  get usedBytes(): number {
    return this.#packer.used;
  }

  get entriesMax(): number {
    return this.#packer.entriesMax(0);
  }

  add(name: string, ino: number, type: EntryType, nextOffset: number): boolean {
    const at = this.#packer.reserve(name, 0);
    if (at < 0) return false;
    this.#packer.putDirent(at, ino, type, nextOffset);
    return true;
  }
}

export class PlusDirectoryPacker implements DirectoryPlusWriter {
  readonly #packer: Packer;
  readonly #reply: Reply;

  constructor(reply: Reply) {
    this.#packer = new Packer(reply);
    this.#reply = reply;
  }

  start(sizeBytes: number): this {
    this.#packer.start(sizeBytes);
    return this;
  }

  get usedBytes(): number {
    return this.#packer.used;
  }

  get entriesMax(): number {
    return this.#packer.entriesMax(ENTRY_OUT_BYTES);
  }

  add(name: string, entry: EntryReply, type: EntryType, nextOffset: number): boolean {
    const at = this.#packer.reserve(name, ENTRY_OUT_BYTES);
    if (at < 0) return false;
    const itself = name === '.' || name === '..';
    this.#reply.putEntry(at - PAYLOAD - ENTRY_OUT_BYTES, itself ? NO_ENTRY : entry);
    this.#packer.putDirent(at, entry.ino, type, nextOffset);
    return true;
  }
}
