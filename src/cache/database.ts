/**
 * The SQLite database of one account: opening and repair, transactions, durability.
 *
 * Commits are WAL with synchronous=NORMAL: they survive the death of the process, and a power cut
 * from the next {@link CacheDatabase.barrier} on. The log is a sequence, so what is lost in a
 * power cut is always the newest. One process holds the database at a time.
 */
import fs from 'node:fs';
import type Database from 'better-sqlite3';
import { assert } from '../assert.js';
import { NuageError } from '../errors.js';
import {
  DATABASE_CHECKPOINT_PAGES,
  DATABASE_LOG_BYTES_MAX,
  DATABASE_PAGE_CACHE_BYTES,
} from '../limits.js';
import type { Logger } from '../log.js';
import { onDisk, toDiskError } from './disk-error.js';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.js';
import { Sql } from './sql.js';
import { openSqlite, sqliteFailure } from './sqlite.js';
import {
  databasePath,
  ensurePrivateFile,
  ensurePrivateFolder,
  setDamagedStateAside,
  syncFolder,
} from './state-folder.js';

const KEY_OPEN = 'cache.open';
const KEY_BARRIER = 'cache.barrier';
const KEY_BOOT = 'cache.boot';

export interface OpenOptions {
  readonly logger: Logger;
}

/**
 * Opens or creates the database. One that is damaged is moved aside together with its data files,
 * with an error in the log, and an empty one takes its place.
 * @throws kinds `not-supported` (written by a newer version, or SQLite is missing), `busy` (another
 *   process has it), `forbidden` (the folder is not ours), `disk-full`, `io`.
 */
export function openDatabase(stateFolder: string, options: OpenOptions): CacheDatabase {
  ensurePrivateFolder(stateFolder);
  try {
    return new CacheDatabase(stateFolder, undefined);
  } catch (error) {
    const failure = sqliteFailure() ?? toDiskError('open database', error);
    if (failure.kind !== 'corrupt') throw failure;
    return replaceDatabase(stateFolder, failure.message, options);
  }
}

/** Sets aside what nobody can begin with, together with its data files. @returns an empty one. */
export function replaceDatabase(
  stateFolder: string,
  reason: string,
  { logger }: OpenOptions,
): CacheDatabase {
  const folder = setDamagedStateAside(stateFolder);
  logger.error('the database is damaged and was set aside; unsent changes are in it', {
    folder,
    reason,
  });
  return new CacheDatabase(stateFolder, folder);
}

/** Built by {@link openDatabase} only. */
export class CacheDatabase {
  readonly stateFolder: string;
  /** Where a damaged predecessor was put while opening. */
  readonly damagedFolder: string | undefined;
  /** False after a crash of the last process. */
  readonly wasClosedCleanly: boolean;
  /** True when the machine itself went down under the last process (known on Linux only). */
  readonly wentDownWithMachine: boolean;
  readonly #db: Database.Database;
  readonly #begin: Sql<[]>;
  readonly #commit: Sql<[]>;
  readonly #rollback: Sql<[]>;
  readonly #barrier: Sql<[string]>;
  readonly #commitListeners: (() => void)[] = [];
  readonly #rollbackListeners: (() => void)[] = [];
  readonly #barrierListeners: (() => void)[] = [];
  readonly #resetListeners: (() => void)[] = [];
  /** Levels of {@link atomically} that are under way. */
  #depth = 0;
  /** Run in order once the outermost transaction is committed. */
  #afterCommit: (() => void)[] = [];

  constructor(stateFolder: string, damagedFolder: string | undefined) {
    this.stateFolder = stateFolder;
    this.damagedFolder = damagedFolder;
    this.#db = openFile(databasePath(stateFolder));
    try {
      const last = prepareFile(this.#db);
      this.wasClosedCleanly = last.wasClosedCleanly;
      this.wentDownWithMachine = last.wentDownWithMachine;
      syncFolder(stateFolder);
      this.#begin = this.prepare('BEGIN IMMEDIATE');
      this.#commit = this.prepare('COMMIT');
      this.#rollback = this.prepare('ROLLBACK');
      this.#barrier = this.prepare(UPSERT_COUNTER);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** A statement whose rows are arrays of columns. */
  prepare<P extends readonly unknown[], R = never>(sql: string): Sql<P, R> {
    return onDisk('prepare', () => new Sql<P, R>(this.#db.prepare(sql), 'array'));
  }

  /** A statement whose rows are their first column. */
  prepareValue<P extends readonly unknown[], R>(sql: string): Sql<P, R> {
    return onDisk('prepare', () => new Sql<P, R>(this.#db.prepare(sql), 'value'));
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /**
   * Runs `fn` as one transaction, or as a part of the one under way that can fail on its own. When
   * it throws, nothing of it remains.
   */
  atomically<T>(fn: () => T): T {
    const level = this.#depth;
    const pendingBefore = this.#afterCommit.length;
    if (level === 0) this.#begin.run();
    else onDisk('begin', () => this.#db.exec(`SAVEPOINT level${level}`));
    this.#depth += 1;
    try {
      const result = fn();
      this.#finish(level);
      return result;
    } catch (error) {
      this.#depth = level;
      this.#undo(level);
      this.#afterCommit.length = pendingBefore;
      for (const listener of this.#rollbackListeners) listener();
      throw error;
    }
  }

  /**
   * Runs `fn`, which must not throw, when what was written so far is committed; not if it never is.
   */
  afterCommit(fn: () => void): void {
    if (this.#depth === 0) fn();
    else this.#afterCommit.push(fn);
  }

  /** Calls `fn`, which must not throw, after each commit of an outermost transaction. */
  onCommit(fn: () => void): void {
    this.#commitListeners.push(fn);
  }

  /** Calls `fn` after each rollback, of a part or of the whole: what memory holds may be wrong. */
  onRollback(fn: () => void): void {
    this.#rollbackListeners.push(fn);
  }

  /**
   * Makes all that is committed durable: one more commit with synchronous=FULL syncs the log with
   * every frame before it. About the cost of one fsync.
   */
  barrier(): void {
    assert(this.#depth === 0, 'a barrier is not part of a transaction');
    onDisk('barrier', () => {
      this.#db.pragma('synchronous = FULL');
      try {
        this.#barrier.run(KEY_BARRIER);
      } finally {
        this.#db.pragma('synchronous = NORMAL');
      }
    });
    for (const listener of this.#barrierListeners) listener();
  }

  /** Calls `fn`, which must not throw, whenever all that is committed has become durable. */
  onBarrier(fn: () => void): void {
    this.#barrierListeners.push(fn);
  }

  /** Tells who keeps rows in memory that they were changed behind their back. */
  resetMemory(): void {
    for (const listener of this.#resetListeners) listener();
  }

  /** Calls `fn` when rows were changed by somebody else than their owner (see recovery). */
  onReset(fn: () => void): void {
    this.#resetListeners.push(fn);
  }

  /** Closes it as a crash would: the next start looks at everything again. */
  abandon(): void {
    this.#db.close();
  }

  /** Marks the database as cleanly closed, folds the log into it and closes it. */
  close(): void {
    if (!this.#db.open) return;
    assert(this.#depth === 0, 'closed within a transaction');
    try {
      onDisk('close database', () => {
        this.#db.pragma('synchronous = FULL');
        this.#db.prepare('UPDATE meta SET value = ? WHERE key = ?').run('0', KEY_OPEN);
        this.#db.pragma('wal_checkpoint(TRUNCATE)');
      });
      for (const listener of this.#barrierListeners) listener();
    } finally {
      this.#db.close();
    }
  }

  #finish(level: number): void {
    if (level > 0) {
      onDisk('commit', () => this.#db.exec(`RELEASE level${level}`));
      this.#depth = level;
      return;
    }
    this.#commit.run();
    this.#depth = 0;
    const pending = this.#afterCommit;
    this.#afterCommit = [];
    for (const listener of this.#commitListeners) listener();
    for (const fn of pending) fn();
  }

  #undo(level: number): void {
    // On a full disk SQLite may already have rolled back the whole transaction by itself; the
    // outer levels then fail at their own end, because there is nothing left to commit.
    if (!this.#db.inTransaction) return;
    if (level === 0) this.#rollback.run();
    else this.#db.exec(`ROLLBACK TO level${level}; RELEASE level${level}`);
  }
}

const UPSERT_COUNTER = `
  INSERT INTO meta VALUES (?, '1')
  ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`;

function openFile(file: string): Database.Database {
  ensurePrivateFile(file);
  return openSqlite(file, { timeout: 0 });
}

/** How the last process left the database. */
interface LastClose {
  readonly wasClosedCleanly: boolean;
  readonly wentDownWithMachine: boolean;
}

function prepareFile(db: Database.Database): LastClose {
  // Exclusive before WAL: the index of the log lives in our memory, and reads take no locks.
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  // On macOS an fsync without this does not reach the disk; elsewhere it means nothing.
  db.pragma('fullfsync = ON');
  db.pragma(`cache_size = -${DATABASE_PAGE_CACHE_BYTES / 1024}`);
  db.pragma('temp_store = MEMORY');
  db.pragma(`wal_autocheckpoint = ${DATABASE_CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${DATABASE_LOG_BYTES_MAX}`);
  migrate(db);
  const getMeta = db.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  const wasClosedCleanly = getMeta.get(KEY_OPEN) !== '1';
  if (!wasClosedCleanly) check(db);
  const boot = bootId();
  const wentDownWithMachine = !wasClosedCleanly && boot !== '' && getMeta.get(KEY_BOOT) !== boot;
  const setMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  db.transaction(() => {
    setMeta.run(KEY_OPEN, '1');
    setMeta.run(KEY_BOOT, boot);
  })();
  return { wasClosedCleanly, wentDownWithMachine };
}

/** Differs after each start of the machine; empty where the system does not tell. */
function bootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true });
  assert(typeof version === 'number', 'user_version is a number');
  if (version > SCHEMA_VERSION) {
    throw new NuageError(
      'not-supported',
      `the cache was written by a newer nuage-mount (format ${version}, known ${SCHEMA_VERSION})`,
      { op: 'open database', hint: 'Update nuage-mount; the cache and its changes are untouched.' },
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${index + 1}`);
    })();
  }
}

/** After a crash: SQLite repairs itself from its log, but a disk may not keep what it promised. */
function check(db: Database.Database): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new NuageError('corrupt', `quick_check: ${String(verdict)}`);
}
