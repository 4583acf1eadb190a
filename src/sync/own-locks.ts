/**
 * Locks that this machine takes for others to see, where the server has the app files_lock: a lock
 * file that a program puts beside a file of the server becomes a lock there, in the background.
 * What is decided when stands in locks.ts.
 *
 * What was asked for is written down before it is asked, so that it is given back after a crash.
 * Whatever goes wrong costs a lock, never an operation of a program.
 */
import type { OwnLock, SeenLock } from '../cache/lock-table.js';
import { differences, type TreeNode } from '../cache/node.js';
import type { ErrorKind, NuageError } from '../errors.js';
import { LOCK_LOOK_MS, LOCK_RENEWAL_SHARE, LOCK_RETRY_MS } from '../limits.js';
import type {
  LockClaim,
  LockOutcome,
  LockRequest,
  RemoteEntry,
  RemoteLock,
} from '../remote/remote.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import { LockFiles } from './lock-files.js';
import { decideLock, expiryOf, isLost } from './locks.js';
import type { SeenLocks } from './seen-locks.js';

export interface OwnLocksParts {
  readonly connection: Connection;
  readonly inFlight: InFlight;
  readonly seen: SeenLocks;
  /** Who we are there; undefined where the server has no locks, or they are not wanted. */
  readonly userId: () => string | undefined;
}

interface Renewal {
  /** Of the lock, which is another one when it was taken anew. */
  readonly since: number;
  /** From one renewal on. */
  readonly lastsMs: number;
  /** Monotonic. */
  readonly at: number;
}

/** The server will not have it otherwise the next time. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set(['forbidden', 'not-supported']);

const LOOK = 'own-locks';

export class OwnLocks {
  readonly #context: SyncContext;
  readonly #parts: OwnLocksParts;
  readonly #files: LockFiles;
  /** File ids for which a request is under way. */
  readonly #busy = new Set<string>();
  /** Of our locks that run out. */
  readonly #renewals = new Map<string, Renewal>();
  /** Monotonic: when the last lock file beside it went. */
  readonly #goneAt = new Map<string, number>();
  #wanted: ReadonlySet<string> = new Set();
  readonly #renounced = new Set<string>();

  constructor(context: SyncContext, parts: OwnLocksParts) {
    this.#context = context;
    this.#parts = parts;
    this.#files = new LockFiles(context);
    parts.seen.onSeen = (fileId, before) => {
      this.#noteLoss(fileId, before);
      if (this.#wanted.has(fileId)) this.lookSoon();
    };
    parts.connection.onChange((online) => {
      if (online) this.lookSoon();
    });
  }

  /** What an earlier process has left is given back. */
  start(): void {
    const { tree, clock } = this.#context;
    for (const { fileId } of tree.locks.allOwn()) this.#goneAt.set(fileId, clock.monotonic());
    this.lookSoon();
  }

  /** The server may have become one with locks. */
  lookSoon(): void {
    this.#context.timers.setIfSooner(LOOK, 0, () => this.#look());
  }

  // --- what programs do ---

  /** A program has made this file, or opened it to write it anew. */
  made(node: TreeNode): void {
    if (this.#context.tree.locks.isShown(node.ino)) return;
    if (this.#files.made(node)) this.lookSoon();
  }

  /** Something has gone from its place. */
  gone(ino: number): void {
    if (!this.#files.has(ino)) return;
    this.lookSoon();
    // Its name is free for one that tells of somebody else's lock.
    this.#parts.seen.lookSoon();
  }

  /** What is to be given back once nobody uses the mount any more; nothing where nobody answers. */
  left(): readonly LockRequest[] {
    const { tree } = this.#context;
    if (!this.#parts.connection.online) return [];
    return tree.locks.allOwn().flatMap((own) => {
      const ino = tree.byFileId(own.fileId)?.ino;
      const path = ino === undefined ? undefined : tree.basePath(ino);
      return path === undefined ? [] : [{ path, claim: this.#claimOf(own) }];
    });
  }

  /** Somebody has taken our lock away, unless its time was over. */
  #noteLoss(fileId: string, before: SeenLock | undefined): void {
    const { tree, clock } = this.#context;
    const own = tree.locks.own(fileId);
    const userId = this.#parts.userId();
    if (own === undefined || userId === undefined || this.#busy.has(fileId)) return;
    if (!isLost(own, tree.locks.seen(fileId), userId)) return;
    this.#forgetOwn(fileId);
    const ranOut = before !== undefined && expiryOf(before) * 1000 <= clock.now();
    if (!ranOut) this.#renounced.add(fileId);
  }

  // --- what is to be done ---

  #look(): void {
    const { tree, timers } = this.#context;
    if (this.#parts.userId() === undefined) return;
    this.#noteWanted();
    const own = tree.locks.allOwn().map(({ fileId }) => fileId);
    for (const fileId of new Set([...this.#wanted, ...own])) this.#consider(fileId);
    // A document that is new may come to the server while it is open.
    if (this.#files.awaitsDocument) timers.setIfSooner(LOOK, LOCK_LOOK_MS, () => this.#look());
  }

  #noteWanted(): void {
    const now = this.#context.clock.monotonic();
    const before = this.#wanted;
    this.#wanted = this.#files.wanted();
    for (const fileId of this.#wanted) this.#goneAt.delete(fileId);
    for (const fileId of before) {
      if (this.#wanted.has(fileId)) continue;
      this.#goneAt.set(fileId, now);
      this.#renounced.delete(fileId);
    }
  }

  #consider(fileId: string): void {
    const { tree, clock } = this.#context;
    if (this.#busy.has(fileId) || !this.#parts.connection.online) return;
    const own = tree.locks.own(fileId);
    const node = tree.byFileId(fileId);
    if (node === undefined) {
      if (own !== undefined) this.#forgetOwn(fileId);
      return;
    }
    const now = clock.monotonic();
    const decision = decideLock({
      isWanted: this.#wanted.has(fileId),
      goneMs: this.#wanted.has(fileId) ? 0 : now - (this.#goneAt.get(fileId) ?? -Infinity),
      own,
      seen: tree.locks.seen(fileId),
      isRenounced: this.#renounced.has(fileId),
      isUnsent: differences(node).length > 0,
      renewalMs: (this.#renewals.get(fileId)?.at ?? Infinity) - now,
    });
    switch (decision.kind) {
      case 'take':
        this.#take(node, fileId, own);
        return;
      case 'give-back':
        if (own !== undefined) this.#giveBack(own);
        return;
      case 'wait':
        this.#considerLater(fileId, decision.ms);
        return;
      case 'nothing':
    }
  }

  #considerLater(fileId: string, ms: number): void {
    this.#context.timers.setIfSooner(`lock:${fileId}`, ms, () => this.#consider(fileId));
  }

  // --- requests ---

  /** Not while something of it is on its way, which insists on the ETag that it has now. */
  #take(node: TreeNode, fileId: string, own: OwnLock | undefined): void {
    const { tree, clock } = this.#context;
    if (this.#parts.inFlight.isBusy(node.ino)) {
      this.#considerLater(fileId, LOCK_LOOK_MS);
      return;
    }
    const permissions = node.base?.permissions ?? '';
    if (permissions !== '' && !permissions.includes('W')) return;
    if (own === undefined) {
      const askedAt = Math.floor(clock.now() / 1000);
      tree.locks.keepOwn({ fileId, askedAt, since: undefined });
    }
    this.#ask('lock', fileId, own);
  }

  #giveBack(own: OwnLock): void {
    if (!this.#busy.has(own.fileId)) this.#ask('unlock', own.fileId, own);
  }

  #ask(op: 'lock' | 'unlock', fileId: string, own: OwnLock | undefined): void {
    const { tree, effects } = this.#context;
    const { inFlight, connection } = this.#parts;
    const ino = tree.byFileId(fileId)?.ino;
    const path = ino === undefined ? undefined : tree.basePath(ino);
    if (ino === undefined || path === undefined || !connection.online) return;
    const end = (): void => {
      this.#busy.delete(fileId);
      // A listing from before shows what was before.
      inFlight.touch(ino);
    };
    this.#busy.add(fileId);
    effects.start(
      { op, path, claim: this.#claimOf(own) },
      {
        done: (outcome) => {
          end();
          this.#answered(op, fileId, outcome);
        },
        failed: (error) => {
          end();
          this.#failed(fileId, error);
        },
      },
    );
  }

  #claimOf(own: OwnLock | undefined): LockClaim | undefined {
    const owner = this.#parts.userId();
    return own === undefined || owner === undefined ? undefined : { ...own, owner };
  }

  #answered(op: 'lock' | 'unlock', fileId: string, { entry, isOurs }: LockOutcome): void {
    const { tree } = this.#context;
    const { seen, inFlight } = this.#parts;
    const { lock } = entry;
    tree.atomically(() => {
      const own = tree.locks.own(fileId);
      if (isOurs && own !== undefined && lock !== undefined && lock !== 'none') {
        tree.locks.keepOwn({ ...own, since: lock.since });
      } else {
        this.#forgetOwn(fileId);
      }
      if (entry.fileId === fileId) seen.see(tree.byFileId(fileId), entry, inFlight.stamp());
    });
    if (op === 'lock' && isOurs) this.#taken(fileId, entry.lock);
    else if (isOurs) this.#considerLater(fileId, LOCK_RETRY_MS);
  }

  #taken(fileId: string, lock: RemoteEntry['lock']): void {
    if (lock !== undefined && lock !== 'none' && lock.timeout > 0) this.#planRenewal(fileId, lock);
    this.#considerLater(fileId, 0);
  }

  /** What the server says is counted from when it was taken, so the first answer tells how long. */
  #planRenewal(fileId: string, { since, timeout }: RemoteLock): void {
    const known = this.#renewals.get(fileId);
    const lastsMs = known?.since === since ? known.lastsMs : timeout * 1000;
    const at = this.#context.clock.monotonic() + lastsMs * LOCK_RENEWAL_SHARE;
    this.#renewals.set(fileId, { since, lastsMs, at });
  }

  #failed(fileId: string, error: NuageError): void {
    this.#context.logger.info('a lock could not be set or given back', {
      kind: error.kind,
      reason: error.message,
    });
    if (REFUSALS.has(error.kind)) {
      this.#forgetOwn(fileId);
      if (this.#wanted.has(fileId)) this.#renounced.add(fileId);
    } else {
      this.#considerLater(fileId, LOCK_RETRY_MS);
    }
  }

  #forgetOwn(fileId: string): void {
    this.#context.tree.locks.forgetOwn(fileId);
    this.#renewals.delete(fileId);
    this.#goneAt.delete(fileId);
  }
}
