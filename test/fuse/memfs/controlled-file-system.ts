/**
 * The in-memory file system with what tests steer from outside, through names in its root:
 * - reading a file named `parks…` waits for the key `name`; making the folder `wake:name` wakes it;
 * - making the folder `change:name:text` gives the file that content behind the kernel's back, then
 *   `notify:name` drops it from the kernel's caches; `vanish:name` removes it, with a notification;
 * - making the folder `store:name:text` changes the content and puts it into the page cache;
 * - making the folder `replace:name:text` puts another file in its place, which `forget:name` tells;
 * - making the folder `references:name` reports how often the kernel refers to that file, and to all.
 */
import { constants as fsConstants } from 'node:fs';
import { constants } from 'node:os';
import type {
  Caller,
  CopyRange,
  EntryReply,
  KernelNotifier,
  OpenReply,
  RenameTarget,
  Result,
} from '../../../src/fuse/filesystem.js';
import { Parked } from '../../../src/fuse/filesystem.js';
import { FOPEN } from '../../../src/fuse/constants.js';
import { FsError } from './fs-error.js';
import type { Inode } from './inode.js';
import type { MemoryOptions } from './memory-file-system.js';
import { MemoryFileSystem } from './memory-file-system.js';

const { S_IFREG } = fsConstants;

type Tell = (event: string, detail?: Readonly<Record<string, unknown>>) => void;

export class ControlledFileSystem extends MemoryFileSystem {
  readonly #notifier: KernelNotifier;
  readonly #tell: Tell;
  readonly #awake = new Set<string>();
  wake: (key: string) => void = () => undefined;

  constructor(options: MemoryOptions, notifier: KernelNotifier, tell: Tell) {
    super(options);
    this.#notifier = notifier;
    this.#tell = tell;
  }

  /** The mount serves. */
  init(): void {
    this.#tell('mounted');
  }

  unwaited(key: string): void {
    this.#tell('unwaited', { key });
  }

  override open(caller: Caller, ino: number, flags: number): Result<OpenReply> {
    const reply = super.open(caller, ino, flags);
    // So that only notifications drop pages, which is what their test is about.
    return reply instanceof Parked ? reply : { ...reply, openFlags: FOPEN.KEEP_CACHE };
  }

  override read(caller: Caller, file: CopyRange, into: Uint8Array): Result<number> {
    const name = this.#nameOf(file.ino);
    if (name?.startsWith('parks') === true && !this.#awake.has(name)) {
      const limitMs = name.startsWith('parks-briefly') ? 300 : 600_000;
      const deadline = performance.now() + limitMs;
      return new Parked([name], deadline, () => new FsError(constants.errno.ETIMEDOUT));
    }
    return super.read(caller, file, into);
  }

  override mkdir(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply> {
    const [verb = '', name = '', text = ''] = at.name.split(':');
    if (at.parent === this.root.ino && name !== '') this.#control(caller, verb, [name, text]);
    return super.mkdir(caller, at, mode);
  }

  #control(caller: Caller, verb: string, [name, text]: readonly [string, string]): void {
    if (verb === 'wake') {
      this.#awake.add(name);
      this.wake(name);
      return;
    }
    const inode = this.root.children.get(name)?.inode;
    if (inode === undefined) throw new FsError(constants.errno.ENOENT);
    if (verb === 'change' || verb === 'store') replaceContent(inode, text);
    if (verb === 'store') this.#notifier.store(inode.ino, 0, Buffer.from(text));
    if (verb === 'notify') this.#notifier.invalidateInode(inode.ino, 0, 0);
    if (verb === 'vanish') {
      this.root.detach(name);
      this.#notifier.deleteEntry(this.root.ino, inode.ino, name);
    }
    if (verb === 'replace') this.#replace(caller, name, text);
    if (verb === 'references') {
      const files = [...this.inodes.values()].filter(({ isFile }) => isFile);
      const all = files.reduce((sum, { lookups }) => sum + lookups, 0);
      this.#tell('references', { one: inode.lookups, all });
    }
    if (verb === 'forget') this.#notifier.invalidateEntry(this.root.ino, name);
  }

  #replace(caller: Caller, name: string, text: string): void {
    this.root.detach(name);
    const made = super.mknod(caller, { parent: this.root.ino, name }, S_IFREG | 0o644, 0);
    if (made instanceof Parked) return;
    // Nobody but us has seen it.
    this.forget(made.ino, 1);
    replaceContent(this.inode(made.ino), text);
  }

  #nameOf(ino: number): string | undefined {
    for (const [name, child] of this.root.children) {
      if (child.inode.ino === ino) return name;
    }
    return undefined;
  }
}

function replaceContent(inode: Inode, text: string): void {
  inode.pages.truncate(0);
  inode.pages.write(0, Buffer.from(text));
  inode.touch();
}
