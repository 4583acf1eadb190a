/**
 * The mounted account as the FUSE session sees it. Each operation is a function in one of the
 * `…-operations.ts` files; here they are put together, and every change starts the clock of
 * durability (DESIGN §5).
 */
import {
  type AttributesReply,
  type Caller,
  type CopyRange,
  type CreateReply,
  type DirectoryPlusWriter,
  type DirectoryWriter,
  type EntryReply,
  type FuseFileSystem,
  type OpenReply,
  Parked,
  type RenameTarget,
  type Result,
  type SetAttributes,
  type StatfsReply,
} from '../fuse/filesystem.js';
import { NuageError } from '../errors.js';
import { CONTENT_KEY_PREFIX } from '../sync/context.js';
import * as attributes from './attribute-operations.js';
import type { FsContext } from './context.js';
import * as files from './file-operations.js';
import * as folders from './folder-operations.js';
import * as names from './name-operations.js';
import * as renaming from './rename.js';
import * as xattrs from './xattr-operations.js';

export interface FileSystemHooks {
  /** INIT was answered. */
  readonly mounted: () => void;
  /** Somebody looks at names, attributes or bytes. */
  readonly used: () => void;
  /** Something was changed that must be on the disk soon. */
  readonly changed: () => void;
}

export class NuageFileSystem implements FuseFileSystem {
  readonly #context: FsContext;
  readonly #hooks: FileSystemHooks;

  constructor(context: FsContext, hooks: FileSystemHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  init(): void {
    this.#hooks.mounted();
  }

  unwaited(key: string): void {
    if (!key.startsWith(CONTENT_KEY_PREFIX)) return;
    const { reader, passThrough } = this.#context.sync;
    const content = key.slice(CONTENT_KEY_PREFIX.length);
    reader.abandon(content);
    passThrough.abandon(content);
  }

  killPrivileges(ino: number): void {
    attributes.killPrivileges(this.#context, ino);
  }

  lookup(_caller: Caller, parent: number, name: string): Result<EntryReply> {
    this.#hooks.used();
    return folders.lookup(this.#context, parent, name);
  }

  forget(ino: number, count: number): void {
    this.#context.inodes.forget(ino, count);
  }

  getattr(_caller: Caller, ino: number): AttributesReply {
    this.#hooks.used();
    return attributes.getattr(this.#context, ino);
  }

  setattr(_caller: Caller, ino: number, changes: SetAttributes): Result<AttributesReply> {
    return this.#changing(attributes.setattr(this.#context, ino, changes));
  }

  symlink(): never {
    throw new NuageError('not-permitted', 'the server keeps no symbolic links');
  }

  link(): never {
    throw new NuageError('not-permitted', 'the server keeps no hard links');
  }

  mknod(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply> {
    return this.#changing(names.mknod(this.#context, caller, at, mode));
  }

  mkdir(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply> {
    return this.#changing(names.mkdir(this.#context, caller, at, mode));
  }

  unlink(_caller: Caller, parent: number, name: string): Result<void> {
    return this.#changing(names.unlink(this.#context, parent, name));
  }

  rmdir(_caller: Caller, parent: number, name: string): Result<void> {
    return this.#changing(names.rmdir(this.#context, parent, name));
  }

  rename(_caller: Caller, from: RenameTarget, to: RenameTarget, flags: number): Result<void> {
    return this.#changing(renaming.rename(this.#context, from, to, flags));
  }

  open(caller: Caller, ino: number, flags: number): Result<OpenReply> {
    this.#hooks.used();
    return this.#opened(caller, files.open(this.#context, ino, flags));
  }

  create(caller: Caller, at: RenameTarget, mode: number, flags: number): Result<CreateReply> {
    return this.#changing(names.create(this.#context, caller, at, { mode, flags }));
  }

  read(caller: Caller, file: CopyRange, into: Uint8Array): Result<number> {
    this.#hooks.used();
    const bytes = files.read(this.#context, file, into);
    if (!(bytes instanceof Parked)) this.#context.readers.read(caller, bytes);
    return bytes;
  }

  write(_caller: Caller, file: CopyRange, data: Uint8Array): Result<number> {
    return this.#changing(files.write(this.#context, file, data));
  }

  flush(_caller: Caller, _ino: number, handle: number): void {
    files.flush(this.#context, handle);
  }

  release(_ino: number, handle: number): void {
    files.release(this.#context, handle);
  }

  fsync(_caller: Caller, _ino: number, handle: number): Result<void> {
    return files.fsync(this.#context, handle);
  }

  fallocate(_caller: Caller, file: CopyRange, length: number, mode: number): Result<void> {
    return this.#changing(files.fallocate(this.#context, file, length, mode));
  }

  lseek(_caller: Caller, file: CopyRange, whence: number): number {
    return files.lseek(this.#context, file, whence);
  }

  copyFileRange(_caller: Caller, from: CopyRange, to: CopyRange, length: number): Result<number> {
    return this.#changing(files.copyFileRange(this.#context, from, to, length));
  }

  readdir(_caller: Caller, directory: CopyRange, writer: DirectoryWriter): Result<void> {
    this.#hooks.used();
    return folders.readdir(this.#context, directory, writer);
  }

  readdirplus(_caller: Caller, directory: CopyRange, writer: DirectoryPlusWriter): Result<void> {
    this.#hooks.used();
    return folders.readdirplus(this.#context, directory, writer);
  }

  fsyncdir(): void {
    this.#context.db.barrier();
  }

  statfs(): StatfsReply {
    return attributes.statfs(this.#context);
  }

  access(_caller: Caller, ino: number, mask: number): void {
    attributes.access(this.#context, ino, mask);
  }

  getxattr(_caller: Caller, ino: number, name: string): Uint8Array {
    return xattrs.getxattr(this.#context, ino, name);
  }

  listxattr(_caller: Caller, ino: number): readonly string[] {
    return xattrs.listxattr(this.#context, ino);
  }

  setxattr(
    _caller: Caller,
    ino: number,
    attribute: { readonly name: string; readonly value: Uint8Array },
    flags: number,
  ): void {
    xattrs.setxattr(this.#context, ino, attribute, flags);
    this.#hooks.changed();
  }

  removexattr(_caller: Caller, ino: number, name: string): void {
    xattrs.removexattr(this.#context, ino, name);
    this.#hooks.changed();
  }

  #opened(caller: Caller, reply: Result<OpenReply>): Result<OpenReply> {
    if (!(reply instanceof Parked)) this.#context.readers.opened(caller);
    return reply;
  }

  #changing<T>(result: T): T {
    this.#hooks.used();
    this.#hooks.changed();
    return result;
  }
}
