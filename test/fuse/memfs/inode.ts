/** One inode of the in-memory file system. */
import { constants } from 'node:fs';
import type { Attributes, Timestamp } from '../../../src/fuse/filesystem.js';
import { SparsePages } from './pages.js';

const { S_IFDIR, S_IFMT, S_IFLNK, S_IFREG } = constants;

export interface Child {
  readonly inode: Inode;
  /** Grows with each insertion into the folder: where a listing continues. */
  readonly cookie: number;
}

export function timestampNow(): Timestamp {
  const ms = performance.timeOrigin + performance.now();
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
}

export interface InodeInit {
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
}

export class Inode {
  readonly ino: number;
  readonly rdev: number;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  target = '';
  parent: Inode | undefined;
  /** References of the kernel and of open handles: freed when these and nlink are 0. */
  lookups = 0;
  opens = 0;
  readonly pages = new SparsePages();
  readonly children = new Map<string, Child>();
  readonly xattrs = new Map<string, Uint8Array>();
  #nextCookie = 3;

  constructor(init: InodeInit) {
    const now = timestampNow();
    this.ino = init.ino;
    this.mode = init.mode;
    this.uid = init.uid;
    this.gid = init.gid;
    this.rdev = init.rdev;
    this.nlink = this.isFolder ? 2 : 1;
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
  }

  get type(): number {
    return this.mode & S_IFMT;
  }

  get isFolder(): boolean {
    return this.type === S_IFDIR;
  }

  get isFile(): boolean {
    return this.type === S_IFREG;
  }

  attach(name: string, inode: Inode): void {
    this.children.set(name, { inode, cookie: this.#nextCookie });
    this.#nextCookie += 1;
    if (inode.isFolder) {
      inode.parent = this;
      this.nlink += 1;
    }
    this.touch();
  }

  detach(name: string): void {
    if (this.children.get(name)?.inode.isFolder === true) this.nlink -= 1;
    this.children.delete(name);
    this.touch();
  }

  /** Content changed. */
  touch(): void {
    this.mtime = timestampNow();
    this.ctime = this.mtime;
  }

  attributes(): Attributes {
    const size = this.type === S_IFLNK ? Buffer.byteLength(this.target) : this.pages.size;
    return {
      ino: this.ino,
      size: this.isFolder ? 4096 : size,
      blocks: Math.ceil(this.pages.allocatedBytes / 512),
      atime: this.atime,
      mtime: this.mtime,
      ctime: this.ctime,
      mode: this.mode,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: this.rdev,
      blksize: 4096,
    };
  }
}
