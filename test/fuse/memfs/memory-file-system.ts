/**
 * A complete file system in memory, on the FUSE session alone: files, folders, symbolic and hard
 * links, special files, extended attributes. The kernel checks permissions (default_permissions).
 */
import { constants } from 'node:fs';
import { constants as osConstants } from 'node:os';
import type {
  AttributesReply,
  Caller,
  CopyRange,
  CreateReply,
  DirectoryPlusWriter,
  DirectoryWriter,
  EntryReply,
  FuseFileSystem,
  OpenReply,
  RenameTarget,
  Result,
  SetAttributes,
  StatfsReply,
} from '../../../src/fuse/filesystem.js';
import { Inode, timestampNow } from './inode.js';
import { FsError } from './fs-error.js';

const { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, O_TRUNC } = constants;
const { errno } = osConstants;
const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const FALLOC_KEEP_SIZE = 1;
const FALLOC_PUNCH_HOLE = 2;
const FALLOC_ZERO_RANGE = 16;
const SEEK_DATA = 3;
const XATTR_CREATE = 1;
const XATTR_REPLACE = 2;
const NAME_BYTES_MAX = 255;
const FILE_BYTES_MAX = 2 ** 40;

export interface MemoryOptions {
  readonly validMs: number;
  readonly uid: number;
  readonly gid: number;
}

export class MemoryFileSystem implements FuseFileSystem {
  protected readonly inodes = new Map<number, Inode>();
  protected readonly root: Inode;
  readonly #validMs: number;
  #nextIno = 2;
  #nextHandle = 1;

  constructor(options: MemoryOptions) {
    this.#validMs = options.validMs;
    this.root = new Inode({
      ino: 1,
      mode: S_IFDIR | 0o755,
      uid: options.uid,
      gid: options.gid,
      rdev: 0,
    });
    this.root.parent = this.root;
    this.inodes.set(1, this.root);
  }

  get inodeCount(): number {
    return this.inodes.size;
  }

  /** References that the kernel holds, without the root's. */
  get lookupCount(): number {
    let sum = 0;
    for (const inode of this.inodes.values()) if (inode !== this.root) sum += inode.lookups;
    return sum;
  }

  lookup(_caller: Caller, parent: number, name: string): Result<EntryReply> {
    const child = this.folder(parent).children.get(checkedName(name));
    if (child === undefined) throw new FsError(errno.ENOENT);
    return this.#entry(child.inode);
  }

  forget(ino: number, count: number): void {
    const inode = this.inodes.get(ino);
    if (inode === undefined) return;
    inode.lookups -= count;
    this.#reap(inode);
  }

  getattr(_caller: Caller, ino: number): Result<AttributesReply> {
    return { attributes: this.inode(ino).attributes(), attributesValidMs: this.#validMs };
  }

  setattr(caller: Caller, ino: number, changes: SetAttributes): Result<AttributesReply> {
    const inode = this.inode(ino);
    if (changes.size !== undefined) {
      if (changes.size > FILE_BYTES_MAX) throw new FsError(errno.EFBIG);
      inode.pages.truncate(changes.size);
      inode.touch();
    }
    if (changes.mode !== undefined) inode.mode = inode.type | (changes.mode & ~S_IFMT);
    if (changes.uid !== undefined) inode.uid = changes.uid;
    if (changes.gid !== undefined) inode.gid = changes.gid;
    const now = timestampNow();
    if (changes.atime !== undefined) inode.atime = changes.atime === 'now' ? now : changes.atime;
    if (changes.mtime !== undefined) inode.mtime = changes.mtime === 'now' ? now : changes.mtime;
    inode.ctime = changes.ctime ?? now;
    return this.getattr(caller, ino);
  }

  killPrivileges(ino: number): void {
    const inode = this.inode(ino);
    if (inode.isFolder) return;
    inode.mode &= ~S_ISUID;
    if ((inode.mode & 0o010) !== 0) inode.mode &= ~S_ISGID;
  }

  readlink(_caller: Caller, ino: number): Result<string> {
    return this.inode(ino).target;
  }

  symlink(caller: Caller, at: RenameTarget, target: string): Result<EntryReply> {
    const inode = this.#make(caller, at, S_IFLNK | 0o777);
    inode.target = target;
    return this.#entry(inode);
  }

  mknod(caller: Caller, at: RenameTarget, mode: number, rdev: number): Result<EntryReply> {
    return this.#entry(this.#make(caller, at, mode, rdev));
  }

  mkdir(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply> {
    return this.#entry(this.#make(caller, at, S_IFDIR | (mode & ~S_IFMT)));
  }

  unlink(_caller: Caller, parent: number, name: string): void {
    const folder = this.folder(parent);
    const inode = this.#child(folder, name);
    if (inode.isFolder) throw new FsError(errno.EISDIR);
    folder.detach(name);
    this.#dropLink(inode);
  }

  rmdir(_caller: Caller, parent: number, name: string): void {
    const folder = this.folder(parent);
    const inode = this.#child(folder, name);
    if (!inode.isFolder) throw new FsError(errno.ENOTDIR);
    if (inode.children.size > 0) throw new FsError(errno.ENOTEMPTY);
    folder.detach(name);
    this.#dropLink(inode);
  }

  rename(_caller: Caller, from: RenameTarget, to: RenameTarget, flags: number): void {
    const source = this.folder(from.parent);
    const target = this.folder(to.parent);
    const inode = this.#child(source, from.name);
    const existing = target.children.get(checkedName(to.name))?.inode;
    if (flags & RENAME_EXCHANGE) {
      if (existing === undefined) throw new FsError(errno.ENOENT);
      source.detach(from.name);
      if (existing !== inode) target.detach(to.name);
      source.attach(from.name, existing);
      if (existing !== inode) target.attach(to.name, inode);
      existing.ctime = timestampNow();
      inode.ctime = existing.ctime;
      return;
    }
    if (existing !== undefined && flags & RENAME_NOREPLACE) throw new FsError(errno.EEXIST);
    // Two names of one file: rename(2) does nothing.
    if (existing === inode) return;
    if (existing !== undefined) {
      checkReplacement(inode, existing);
      target.detach(to.name);
      this.#dropLink(existing);
    }
    source.detach(from.name);
    target.attach(to.name, inode);
    inode.ctime = timestampNow();
  }

  link(_caller: Caller, ino: number, at: RenameTarget): Result<EntryReply> {
    const inode = this.inode(ino);
    const folder = this.folder(at.parent);
    if (folder.children.has(checkedName(at.name))) throw new FsError(errno.EEXIST);
    folder.attach(at.name, inode);
    inode.nlink += 1;
    inode.ctime = timestampNow();
    return this.#entry(inode);
  }

  open(_caller: Caller, ino: number, flags: number): Result<OpenReply> {
    const inode = this.inode(ino);
    if (flags & O_TRUNC) {
      inode.pages.truncate(0);
      inode.touch();
    }
    return this.#open(inode);
  }

  create(caller: Caller, at: RenameTarget, mode: number): Result<CreateReply> {
    const inode = this.#make(caller, at, S_IFREG | (mode & ~S_IFMT));
    return { entry: this.#entry(inode), open: this.#open(inode) };
  }

  read(_caller: Caller, file: CopyRange, into: Uint8Array): Result<number> {
    return this.inode(file.ino).pages.read(file.offset, into);
  }

  write(_caller: Caller, file: CopyRange, data: Uint8Array): Result<number> {
    const inode = this.inode(file.ino);
    if (file.offset + data.length > FILE_BYTES_MAX) throw new FsError(errno.EFBIG);
    inode.pages.write(file.offset, data);
    inode.touch();
    return data.length;
  }

  flush(): void {
    // Everything is in memory already.
  }

  release(ino: number): void {
    const inode = this.inode(ino);
    inode.opens -= 1;
    this.#reap(inode);
  }

  fsync(): void {
    // As flush.
  }

  fallocate(_caller: Caller, file: CopyRange, length: number, mode: number): void {
    const { pages } = this.inode(file.ino);
    const end = file.offset + length;
    const keepsSize = (mode & FALLOC_KEEP_SIZE) !== 0;
    if (end > FILE_BYTES_MAX) throw new FsError(errno.EFBIG);
    switch (mode & ~FALLOC_KEEP_SIZE) {
      case 0:
        break;
      case FALLOC_PUNCH_HOLE:
      case FALLOC_ZERO_RANGE:
        pages.punch(file.offset, length);
        break;
      default:
        throw new FsError(errno.EOPNOTSUPP);
    }
    if ((mode & FALLOC_PUNCH_HOLE) === 0) pages.allocate(file.offset, length);
    if (!keepsSize && end > pages.size) pages.truncate(end);
    this.inode(file.ino).touch();
  }

  lseek(_caller: Caller, file: CopyRange, whence: number): Result<number> {
    const found = this.inode(file.ino).pages.seek(file.offset, whence === SEEK_DATA);
    if (found === undefined) throw new FsError(errno.ENXIO);
    return found;
  }

  copyFileRange(caller: Caller, from: CopyRange, to: CopyRange, length: number): Result<number> {
    const buffer = new Uint8Array(Math.min(length, this.inode(from.ino).pages.size));
    const count = this.inode(from.ino).pages.read(from.offset, buffer);
    return count === 0 ? 0 : this.write(caller, to, buffer.subarray(0, count));
  }

  opendir(_caller: Caller, ino: number): Result<OpenReply> {
    return this.#open(this.folder(ino));
  }

  readdir(_caller: Caller, directory: CopyRange, writer: DirectoryWriter): void {
    this.#list(directory, (name, inode, cookie) =>
      writer.add(name, inode.ino, inode.type >> 12, cookie),
    );
  }

  readdirplus(_caller: Caller, directory: CopyRange, writer: DirectoryPlusWriter): void {
    this.#list(directory, (name, inode, cookie) => {
      if (!writer.add(name, this.#entryOf(inode), inode.type >> 12, cookie)) return false;
      if (cookie > 2) inode.lookups += 1;
      return true;
    });
  }

  releasedir(ino: number): void {
    this.release(ino);
  }

  fsyncdir(): void {
    // As flush.
  }

  statfs(): Result<StatfsReply> {
    return {
      blocks: 1 << 20,
      blocksFree: 1 << 19,
      blocksAvailable: 1 << 19,
      files: 1 << 20,
      filesFree: (1 << 20) - this.inodes.size,
      blockSize: 4096,
      fragmentSize: 4096,
      nameMax: NAME_BYTES_MAX,
    };
  }

  getxattr(_caller: Caller, ino: number, name: string): Result<Uint8Array> {
    const value = this.inode(ino).xattrs.get(name);
    if (value === undefined) throw new FsError(errno.ENODATA);
    return value;
  }

  listxattr(_caller: Caller, ino: number): Result<readonly string[]> {
    return [...this.inode(ino).xattrs.keys()];
  }

  setxattr(
    _caller: Caller,
    ino: number,
    attribute: { readonly name: string; readonly value: Uint8Array },
    flags: number,
  ): void {
    const inode = this.inode(ino);
    const exists = inode.xattrs.has(attribute.name);
    if (flags & XATTR_CREATE && exists) throw new FsError(errno.EEXIST);
    if (flags & XATTR_REPLACE && !exists) throw new FsError(errno.ENODATA);
    if (attribute.name.startsWith('system.')) throw new FsError(errno.EOPNOTSUPP);
    inode.xattrs.set(attribute.name, Uint8Array.from(attribute.value));
    inode.ctime = timestampNow();
  }

  removexattr(_caller: Caller, ino: number, name: string): void {
    const inode = this.inode(ino);
    if (!inode.xattrs.delete(name)) throw new FsError(errno.ENODATA);
    inode.ctime = timestampNow();
  }

  protected inode(ino: number): Inode {
    const inode = this.inodes.get(ino);
    if (inode === undefined) throw new FsError(errno.ESTALE);
    return inode;
  }

  protected folder(ino: number): Inode {
    const inode = this.inode(ino);
    if (!inode.isFolder) throw new FsError(errno.ENOTDIR);
    return inode;
  }

  #child(folder: Inode, name: string): Inode {
    const child = folder.children.get(checkedName(name));
    if (child === undefined) throw new FsError(errno.ENOENT);
    return child.inode;
  }

  #make(caller: Caller, at: RenameTarget, mode: number, rdev = 0): Inode {
    const folder = this.folder(at.parent);
    if (folder.children.has(checkedName(at.name))) throw new FsError(errno.EEXIST);
    // A folder that was removed while somebody stood in it.
    if (folder.nlink === 0) throw new FsError(errno.ENOENT);
    const inherits = (folder.mode & S_ISGID) !== 0;
    const isFolder = (mode & S_IFMT) === S_IFDIR;
    const inode = new Inode({
      ino: this.#nextIno,
      mode: inherits && isFolder ? mode | S_ISGID : mode,
      uid: caller.uid,
      gid: inherits ? folder.gid : caller.gid,
      rdev,
    });
    this.#nextIno += 1;
    this.inodes.set(inode.ino, inode);
    folder.attach(at.name, inode);
    return inode;
  }

  #entry(inode: Inode): EntryReply {
    inode.lookups += 1;
    return this.#entryOf(inode);
  }

  #entryOf(inode: Inode): EntryReply {
    return {
      ino: inode.ino,
      generation: 0,
      entryValidMs: this.#validMs,
      attributesValidMs: this.#validMs,
      attributes: inode.attributes(),
    };
  }

  #open(inode: Inode): OpenReply {
    inode.opens += 1;
    this.#nextHandle += 1;
    return { handle: this.#nextHandle, openFlags: 0 };
  }

  #list(directory: CopyRange, add: (name: string, inode: Inode, cookie: number) => boolean): void {
    const folder = this.folder(directory.ino);
    if (directory.offset < 1 && !add('.', folder, 1)) return;
    if (directory.offset < 2 && !add('..', folder.parent ?? folder, 2)) return;
    for (const [name, { inode, cookie }] of folder.children) {
      if (cookie > directory.offset && !add(name, inode, cookie)) return;
    }
  }

  #dropLink(inode: Inode): void {
    inode.nlink = inode.isFolder ? 0 : inode.nlink - 1;
    inode.ctime = timestampNow();
    this.#reap(inode);
  }

  #reap(inode: Inode): void {
    if (inode.nlink === 0 && inode.lookups <= 0 && inode.opens <= 0) this.inodes.delete(inode.ino);
  }
}

function checkedName(name: string): string {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new FsError(errno.ENAMETOOLONG);
  return name;
}

function checkReplacement(inode: Inode, existing: Inode): void {
  if (existing.isFolder) {
    if (!inode.isFolder) throw new FsError(errno.EISDIR);
    if (existing.children.size > 0) throw new FsError(errno.ENOTEMPTY);
  } else if (inode.isFolder) {
    throw new FsError(errno.ENOTDIR);
  }
}
