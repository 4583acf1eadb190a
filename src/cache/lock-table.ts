/**
 * Locks of the server's files, by file id: a program that saves by renaming puts another node in
 * the file's place. Those that were seen, of anybody, and those that this machine has asked for.
 * Both are few and kept in memory; the tables are the truth.
 */
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

/** As the server was last seen to have it; `RemoteLock` of src/remote, and who shows it here. */
export interface SeenLock {
  readonly fileId: string;
  readonly kind: 'user' | 'app' | 'token';
  readonly owner: string;
  readonly ownerName: string;
  /** Seconds since the epoch, by the server's clock. */
  readonly since: number;
  /** Seconds; 0: for ever. */
  readonly timeout: number;
  /** Inode of the lock file that was made for it here. */
  readonly shownBy: number | undefined;
}

/** Asked for by this machine, and to be given back. */
export interface OwnLock {
  readonly fileId: string;
  /** Seconds since the epoch, by our clock. */
  readonly askedAt: number;
  /** Of {@link SeenLock}; undefined: no answer has come. */
  readonly since: number | undefined;
}

type SeenRow = readonly [
  fileId: string,
  kind: string,
  owner: string,
  ownerName: string,
  since: number,
  timeout: number,
  shownBy: number | null,
];

type OwnRow = readonly [fileId: string, askedAt: number, since: number | null];

export class LockTable {
  readonly #sql: ReturnType<typeof statements>;
  readonly #seen = new Map<string, SeenLock>();
  readonly #own = new Map<string, OwnLock>();
  /** Inodes of `shownBy`. */
  readonly #shown = new Set<number>();

  constructor(db: CacheDatabase) {
    this.#sql = statements(db);
    this.#load();
    db.onRollback(() => this.#load());
  }

  seen(fileId: string): SeenLock | undefined {
    return this.#seen.get(fileId);
  }

  allSeen(): readonly SeenLock[] {
    return [...this.#seen.values()];
  }

  see(lock: SeenLock): void {
    const { fileId, kind, owner, ownerName, since, timeout, shownBy } = lock;
    this.#sql.see.run(fileId, kind, owner, ownerName, since, timeout, shownBy ?? null);
    this.#forgetShown(fileId);
    this.#rememberSeen(lock);
  }

  seeNone(fileId: string): void {
    this.#sql.seeNone.run(fileId);
    this.#forgetShown(fileId);
    this.#seen.delete(fileId);
  }

  /** This file of our own making tells programs of somebody else's lock. */
  isShown(ino: number): boolean {
    return this.#shown.has(ino);
  }

  own(fileId: string): OwnLock | undefined {
    return this.#own.get(fileId);
  }

  allOwn(): readonly OwnLock[] {
    return [...this.#own.values()];
  }

  keepOwn(lock: OwnLock): void {
    this.#sql.keepOwn.run(lock.fileId, lock.askedAt, lock.since ?? null);
    this.#own.set(lock.fileId, lock);
  }

  forgetOwn(fileId: string): void {
    this.#sql.forgetOwn.run(fileId);
    this.#own.delete(fileId);
  }

  #rememberSeen(lock: SeenLock): void {
    this.#seen.set(lock.fileId, lock);
    if (lock.shownBy !== undefined) this.#shown.add(lock.shownBy);
  }

  #forgetShown(fileId: string): void {
    const before = this.#seen.get(fileId)?.shownBy;
    if (before !== undefined) this.#shown.delete(before);
  }

  #load(): void {
    this.#seen.clear();
    this.#shown.clear();
    this.#own.clear();
    for (const row of this.#sql.allSeen.all()) this.#rememberSeen(seenFromRow(row));
    for (const [fileId, askedAt, since] of this.#sql.allOwn.all()) {
      this.#own.set(fileId, { fileId, askedAt, since: since ?? undefined });
    }
  }
}

function statements(db: CacheDatabase) {
  const allSeen: Sql<[], SeenRow> = db.prepare('SELECT * FROM seen_lock ORDER BY file_id');
  const allOwn: Sql<[], OwnRow> = db.prepare('SELECT * FROM own_lock ORDER BY file_id');
  const see: Sql<(string | number | null)[]> = db.prepare(
    'INSERT OR REPLACE INTO seen_lock VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const keepOwn: Sql<[string, number, number | null]> = db.prepare(
    'INSERT OR REPLACE INTO own_lock VALUES (?, ?, ?)',
  );
  const seeNone: Sql<[string]> = db.prepare('DELETE FROM seen_lock WHERE file_id = ?');
  const forgetOwn: Sql<[string]> = db.prepare('DELETE FROM own_lock WHERE file_id = ?');
  return { allSeen, allOwn, see, seeNone, keepOwn, forgetOwn };
}

function seenFromRow(row: SeenRow): SeenLock {
  const [fileId, kind, owner, ownerName, since, timeout, shownBy] = row;
  return {
    fileId,
    // The table is ours alone.
    kind: kind as SeenLock['kind'],
    owner,
    ownerName,
    since,
    timeout,
    shownBy: shownBy ?? undefined,
  };
}
