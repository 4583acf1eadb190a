/** The parts of what becomes of locks that everybody sees, joined. */
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import { OwnLocks } from './own-locks.js';
import { SeenLocks } from './seen-locks.js';
import { ShownLocks } from './shown-locks.js';
import { VersionLook } from './version-look.js';

export interface LockingParts {
  readonly connection: Connection;
  readonly inFlight: InFlight;
  readonly lister: Lister;
  /** Of the account's web page. */
  readonly serverUrl: string;
  /** See `SeenLocksParts.userId`. */
  readonly lockingUser: () => string | undefined;
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
  /** See `SeenLocksParts.unlocked`. */
  readonly unlocked: (fileId: string) => void;
}

export class Locking {
  readonly seen: SeenLocks;
  readonly own: OwnLocks;
  readonly versions: VersionLook;

  constructor(context: SyncContext, parts: LockingParts) {
    const { lockingUser: userId, serverUrl, detached } = parts;
    const shown = new ShownLocks(context, { host: new URL(serverUrl).host, detached });
    this.seen = new SeenLocks(context, { ...parts, shown, userId });
    this.own = new OwnLocks(context, { ...parts, seen: this.seen, userId });
    this.versions = new VersionLook(context, () => userId() !== undefined);
  }

  start(): void {
    this.seen.start();
    this.own.start();
  }

  /** The server may have become one with locks, or without. */
  serverLearnt(): void {
    this.seen.lookSoon();
    this.own.lookSoon();
  }
}
