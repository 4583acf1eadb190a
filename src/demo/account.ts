/** One user: credentials, files, trash, quota, received shares. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { refuse } from './dav-error.js';
import { DiskWatch } from './disk-watch.js';
import { FileLocks, type LockSettings } from './file-locks.js';
import { Locks } from './locks.js';
import type { Share } from './permissions.js';
import { Tree } from './tree.js';

export interface AccountOptions {
  readonly name: string;
  readonly displayName: string;
  readonly password: string;
  /** The files. Everything else of the account stands in `stateFolder`, never inside. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly quotaBytes: number | undefined;
  readonly shares: readonly Share[];
  readonly clock: Clock;
  readonly lockSettings: LockSettings;
}

export class Account {
  readonly name: string;
  readonly displayName: string;
  readonly folder: string;
  readonly stateFolder: string;
  readonly tree: Tree;
  readonly watch: DiskWatch;
  /** The server's own, which last as long as a request. */
  readonly locks = new Locks();
  /** Those of users. */
  readonly fileLocks: FileLocks;
  /** By the id of the folder that is the root of the share. */
  readonly shares = new Map<number, Share>();
  readonly #password: string;
  readonly #appPasswords = new Set<string>();
  /** Undefined is unlimited. */
  quotaBytes: number | undefined;

  constructor(options: AccountOptions) {
    this.name = options.name;
    this.displayName = options.displayName;
    this.folder = options.folder;
    this.stateFolder = options.stateFolder;
    this.quotaBytes = options.quotaBytes;
    this.#password = options.password;
    mkdirSync(this.uploadsFolder, { recursive: true });
    mkdirSync(this.versionsFolder, { recursive: true });
    mkdirSync(this.partsFolder, { recursive: true });
    this.tree = new Tree(options.folder, options.stateFolder, options.clock);
    this.fileLocks = new FileLocks(this.tree, options.clock, options.lockSettings);
    this.watch = new DiskWatch(this.tree, options.clock);
    for (const share of options.shares) this.receiveShare(share);
  }

  get uploadsFolder(): string {
    return path.join(this.stateFolder, 'uploads');
  }

  get versionsFolder(): string {
    return path.join(this.stateFolder, 'versions');
  }

  /** Bodies of new files while they arrive. */
  get partsFolder(): string {
    return path.join(this.stateFolder, 'parts');
  }

  newPartPath(): string {
    return path.join(this.partsFolder, randomBytes(8).toString('hex'));
  }

  receiveShare(share: Share): void {
    const node = this.tree.find(this.tree.files, share.path);
    if (node !== undefined) this.shares.set(node.id, share);
  }

  acceptsPassword(password: string): boolean {
    return password === this.#password || this.#appPasswords.has(password);
  }

  createAppPassword(): string {
    const password = randomBytes(36).toString('hex');
    this.#appPasswords.add(password);
    return password;
  }

  /** The login password cannot be revoked this way. */
  revokeAppPassword(password: string): boolean {
    return this.#appPasswords.delete(password);
  }

  get usedBytes(): number {
    let used = this.tree.files.size;
    for (const id of this.shares.keys()) used -= this.tree.byId(id)?.size ?? 0;
    return used;
  }

  get freeBytes(): number | undefined {
    return this.quotaBytes === undefined ? undefined : this.quotaBytes - this.usedBytes;
  }

  /** An overwrite needs the whole new size: the old file is not credited. */
  demandSpace(target: string, bytes: number): void {
    const free = this.freeBytes;
    if (free === undefined || bytes === 0 || bytes <= free) return;
    const available = Math.max(free, 0);
    const text = `Insufficient space in /${target}, ${bytes} required, ${available} available`;
    throw refuse('InsufficientStorage', text);
  }

  close(): void {
    this.watch.close();
    this.tree.close();
  }
}
