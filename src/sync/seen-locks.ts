/**
 * Locks that everybody sees, of whomever, as the server was last seen to have them: listings tell
 * them, and they are kept over restarts. Those of others are shown to programs (shown-locks.ts).
 */
import type { SeenLock } from '../cache/lock-table.js';
import type { TreeNode } from '../cache/node.js';
import { LOCK_EXPIRY_LOOK_MS } from '../limits.js';
import type { RemoteEntry, RemoteLock } from '../remote/remote.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import { expiryOf, isForeign } from './locks.js';
import type { ShownLocks } from './shown-locks.js';
import { adoptLockedVersion } from './version-look.js';

export interface SeenLocksParts {
  readonly connection: Connection;
  readonly inFlight: InFlight;
  readonly lister: Lister;
  readonly shown: ShownLocks;
  /** Who we are there; undefined where the server has no locks, or they are not wanted. */
  readonly userId: () => string | undefined;
  /** The server takes changes of this file again. */
  readonly unlocked: (fileId: string) => void;
}

const LOOK = 'seen-locks';

export class SeenLocks {
  readonly #context: SyncContext;
  readonly #parts: SeenLocksParts;
  /** Whose lock has changed since the kernel was told. */
  readonly #changed = new Set<string>();
  /** In the transaction of a listing, with what was known of this file before. */
  onSeen: (fileId: string, before: SeenLock | undefined) => void = () => undefined;

  constructor(context: SyncContext, parts: SeenLocksParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    for (const lock of this.#context.tree.locks.allSeen()) this.#watchExpiry(lock);
    this.lookSoon();
  }

  /** Of whomever. */
  of({ base }: TreeNode): SeenLock | undefined {
    const seen = base === undefined ? undefined : this.#context.tree.locks.seen(base.fileId);
    return seen === undefined || this.#parts.userId() === undefined ? undefined : seen;
  }

  /** Of somebody else: the server refuses what we would change. */
  foreign(node: TreeNode): SeenLock | undefined {
    const seen = this.of(node);
    return seen !== undefined && this.#isForeign(seen) ? seen : undefined;
  }

  /**
   * In the transaction that folds an answer of the server in.
   * @param stamp of {@link InFlight.stamp}, taken when it was asked for.
   * @returns the node, which has the new ETag where a lock alone has changed it.
   */
  see(node: TreeNode | undefined, entry: RemoteEntry, stamp: number): TreeNode | undefined {
    if (entry.lock === undefined || this.#parts.userId() === undefined) return node;
    if (node !== undefined && this.#parts.inFlight.touchedSince(node.ino, stamp)) return node;
    const { tree } = this.#context;
    const adopted = node === undefined ? undefined : adoptLockedVersion(tree, node, entry);
    this.#note(entry);
    return adopted;
  }

  /** It may be one whose lock is shown. */
  fileGone(): void {
    if (this.#context.tree.locks.allSeen().length > 0) this.lookSoon();
  }

  /** The server may have become one with locks, or without. */
  lookSoon(): void {
    this.#context.timers.setIfSooner(LOOK, 0, () => this.#look());
  }

  #note({ fileId, lock }: RemoteEntry): void {
    const { locks } = this.#context.tree;
    const before = locks.seen(fileId);
    if (lock === undefined || lock === 'none') {
      if (before !== undefined) this.#forget(before);
    } else if (isSame(before, lock)) {
      // The file may have another place.
      this.lookSoon();
    } else {
      const isSameLock = before?.owner === lock.owner && before.since === lock.since;
      if (before !== undefined && !isSameLock) this.#parts.shown.hide(before);
      const seen = { ...lock, fileId, shownBy: isSameLock ? before.shownBy : undefined };
      locks.see(seen);
      this.#watchExpiry(seen);
      this.#change(fileId);
    }
    this.onSeen(fileId, before);
  }

  #forget(seen: SeenLock): void {
    const { tree, timers } = this.#context;
    this.#parts.shown.hide(seen);
    tree.locks.seeNone(seen.fileId);
    timers.clear(expiryTimer(seen.fileId));
    this.#change(seen.fileId);
  }

  #change(fileId: string): void {
    this.#changed.add(fileId);
    this.lookSoon();
  }

  /** A lock that has run out changes no ETag, and one that was made to last longer neither. */
  #watchExpiry(lock: SeenLock): void {
    const { timers, clock } = this.#context;
    const expiry = expiryOf(lock);
    if (!Number.isFinite(expiry)) return;
    const ms = Math.max(0, expiry * 1000 - clock.now());
    timers.set(expiryTimer(lock.fileId), ms, () => this.#expired(lock.fileId));
  }

  #expired(fileId: string): void {
    const { tree, timers } = this.#context;
    const lock = tree.locks.seen(fileId);
    if (lock === undefined) return;
    const parent = tree.byFileId(fileId)?.base?.parent;
    if (parent === undefined || !this.#parts.connection.online) {
      tree.atomically(() => this.#forget(lock));
      return;
    }
    this.#parts.lister.refresh(parent);
    timers.set(expiryTimer(fileId), LOCK_EXPIRY_LOOK_MS, () => this.#expired(fileId));
  }

  #look(): void {
    const { tree } = this.#context;
    if (this.#parts.userId() === undefined) this.#forgetAll();
    this.#tellChanged();
    for (const seen of tree.locks.allSeen()) {
      if (tree.byFileId(seen.fileId) === undefined) tree.atomically(() => this.#forget(seen));
      else if (this.#isForeign(seen)) this.#parts.shown.show(seen);
    }
  }

  /** Nobody tells any more when one of them goes. */
  #forgetAll(): void {
    const { tree } = this.#context;
    tree.atomically(() => {
      for (const seen of tree.locks.allSeen()) this.#forget(seen);
    });
  }

  #tellChanged(): void {
    const { tree, kernel } = this.#context;
    for (const fileId of this.#changed) {
      const node = tree.byFileId(fileId);
      if (node === undefined) continue;
      kernel.invalidateAttributes(node.ino);
      if (this.foreign(node) === undefined) this.#parts.unlocked(fileId);
    }
    this.#changed.clear();
  }

  #isForeign(seen: SeenLock): boolean {
    const userId = this.#parts.userId();
    return userId !== undefined && isForeign(seen, userId);
  }
}

const expiryTimer = (fileId: string): string => `lock-expiry:${fileId}`;

function isSame(before: SeenLock | undefined, now: RemoteLock): boolean {
  return (
    before?.kind === now.kind &&
    before.owner === now.owner &&
    before.ownerName === now.ownerName &&
    before.since === now.since &&
    before.timeout === now.timeout
  );
}
