/**
 * The locks of the app files_lock: one on a file, of a user, an app or a token, which others see
 * and which lasts until it is given back or runs out. Each new one and each that is given back
 * gives the file another ETag, so that clients notice.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import { DavError } from './dav-error.js';
import { isFolder, type TreeNode } from './tree-node.js';
import type { Tree } from './tree.js';

/** As in the property `lock-owner-type`. */
export const LOCK_BY = { user: 0, app: 1, token: 2 } as const;

export interface LockOwner {
  /** Of the user or the app. */
  readonly id: string;
  readonly displayName: string;
  readonly type: number;
}

export interface FileLock extends LockOwner {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  /** Seconds from its creation; 0: for ever. */
  timeout: number;
}

/** May be changed while the server runs. */
export interface LockSettings {
  /** The app is there. A plain Nextcloud does not have it. */
  readonly fileLocks: boolean;
  /** How long a lock lasts; 0: for ever. */
  readonly lockSeconds: number;
}

export class FileLocks {
  readonly #tree: Tree;
  readonly #clock: Clock;
  readonly #settings: LockSettings;
  readonly #held = new Map<number, FileLock>();

  constructor(tree: Tree, clock: Clock, settings: LockSettings) {
    this.#tree = tree;
    this.#clock = clock;
    this.#settings = settings;
  }

  get isOffered(): boolean {
    return this.#settings.fileLocks;
  }

  of(node: TreeNode): FileLock | undefined {
    const lock = this.#held.get(node.id);
    if (lock === undefined || lock.timeout === 0) return lock;
    if (this.#now() < lock.createdAt + lock.timeout) return lock;
    this.#held.delete(node.id);
    return undefined;
  }

  /** An owner's own lock lasts longer and is otherwise as it was. */
  take(node: TreeNode, owner: LockOwner): { readonly lock: FileLock; readonly isTaken: boolean } {
    const known = this.of(node);
    if (known !== undefined) {
      const isOwn = known.id === owner.id && known.type === owner.type;
      if (isOwn && known.timeout > 0) {
        known.timeout = this.#now() - known.createdAt + this.#settings.lockSeconds;
      }
      return { lock: known, isTaken: isOwn };
    }
    const lock = {
      ...owner,
      token: `files_lock/${randomUUID()}`,
      createdAt: this.#now(),
      timeout: this.#settings.lockSeconds,
    };
    this.#held.set(node.id, lock);
    this.#tellClients(node);
    return { lock, isTaken: true };
  }

  giveBack(node: TreeNode): void {
    if (this.#held.delete(node.id)) this.#tellClients(node);
  }

  /** @throws 423 when it is somebody else's, an app's, or wants a token that nobody here shows. */
  demandFree(node: TreeNode | undefined, path: string, user: string): void {
    const lock = node === undefined ? undefined : this.of(node);
    if (lock === undefined || (lock.type === LOCK_BY.user && lock.id === user)) return;
    const exception = 'OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked';
    throw new DavError(423, exception, `"${path}" is locked`);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #tellClients(node: TreeNode): void {
    if (isFolder(node) || node.parent === undefined) return;
    node.etag = randomUUID().replaceAll('-', '').slice(0, 13);
    this.#tree.save(node);
    this.#tree.changed(node.parent, 0);
  }
}
