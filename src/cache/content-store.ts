/**
 * The bytes on this machine: one sparse data file per content, one row that says which of its
 * blocks are here.
 *
 * Two orders keep this safe. Bytes of the *server*: data file first, `fdatasync`, row second, so a
 * row never speaks of a block that a crash could take away. Bytes of the *user*: the row is marked
 * dirty and committed first, bytes second, so a crash never leaves user bytes in a file that counts
 * as the server's. A file is removed only when the deletion of its row is durable.
 *
 * Owned by the engine thread. Every method may throw kinds `disk-full`, `io`, `corrupt`; an unknown
 * id is a defect and throws kind `assertion`. All ranges are bytes, `end` is the byte behind.
 */
import { randomBytes } from 'node:crypto';
import { assert } from '../assert.js';
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import type { Logger } from '../log.js';
import type { ByteRange } from './block-map.js';
import { BlockChecks } from './block-checks.js';
import { ContentCare } from './content-care.js';
import { ContentCatalog } from './content-catalog.js';
import { ContentIds } from './content-ids.js';
import { recoverContents, type RecoveryReport } from './content-recovery.js';
import { ContentRows, type ContentState, disturb, newContent } from './content-row.js';
import { ContentSync, type SyncOutcome, type SyncRound } from './content-sync.js';
import { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';
import { absentBytes, addFetched } from './fetched-bytes.js';
import { SumTable } from './sum-table.js';
import { UserBytes } from './user-bytes.js';

export interface ContentStoreOptions {
  readonly db: CacheDatabase;
  readonly stateFolder: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Unguessable bytes. */
  readonly random?: (size: number) => Uint8Array;
}

const NOTHING: readonly ByteRange[] = [];

export class ContentStore {
  readonly care: ContentCare;
  readonly checks: BlockChecks;
  // --- dependencies ---
  readonly #db: CacheDatabase;
  readonly #rows: ContentRows;
  readonly #sums: SumTable;
  readonly #files: DataFiles;
  readonly #sync: ContentSync;
  readonly #userBytes: UserBytes;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #ids: ContentIds;

  // --- mutable ---
  readonly #catalog: ContentCatalog;
  /** The use counted last; no two uses have one number, so the order of eviction has no ties. */
  #latestUse: number;

  constructor(options: ContentStoreOptions) {
    this.#db = options.db;
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#ids = new ContentIds(options.random ?? randomBytes);
    this.#rows = new ContentRows(options.db);
    this.#sums = new SumTable(options.db);
    this.#files = new DataFiles(options.stateFolder, options.logger);
    this.#catalog = new ContentCatalog(options.db, this.#rows, this.#files);
    const parts = {
      db: options.db,
      rows: this.#rows,
      sums: this.#sums,
      files: this.#files,
      catalog: this.#catalog,
      logger: options.logger,
    };
    this.care = new ContentCare(parts);
    this.checks = new BlockChecks(parts);
    this.#sync = new ContentSync(parts);
    this.#userBytes = new UserBytes(options.db, this.#catalog, this.#files);
    this.#latestUse = this.#rows.lastUsed();
  }

  /**
   * A new data file of `size` zero bytes.
   * @param options.complete true for a file born here: nothing is to be fetched, and it is dirty
   *   until {@link setDirty} says otherwise. False for one to be fetched.
   */
  create(options: { readonly size: number; readonly complete: boolean }): string {
    const id = this.#ids.next();
    this.#catalog.add(newContent({ id, ...options, lastUsed: this.#nextUse() }));
    return id;
  }

  /** Absolute. Valid as long as the content exists. */
  dataPath(id: string): string {
    return this.#files.pathOf(id);
  }

  has(id: string): boolean {
    return this.#catalog.find(id)?.removed === false;
  }

  size(id: string): number {
    return this.#catalog.get(id).size;
  }

  isDirty(id: string): boolean {
    return this.#catalog.get(id).dirty;
  }

  /** Nothing of it must ever be fetched again. */
  isComplete(id: string): boolean {
    return this.#catalog.get(id).map?.isComplete ?? true;
  }

  /** Something of it is here. */
  hasBytes(id: string): boolean {
    const { map } = this.#catalog.get(id);
    return map === undefined || map.fetchable === 0 || !map.isEmpty;
  }

  /** What must be fetched to have this range: whole blocks, clipped to what the server has. */
  missing(id: string, start: number, end: number): readonly ByteRange[] {
    return this.#catalog.get(id).map?.missing(start, end) ?? NOTHING;
  }

  /** What of this range is not here, to the byte: parts of blocks are read as soon as they come. */
  absent(id: string, start: number, end: number): readonly ByteRange[] {
    return absentBytes(this.#catalog.get(id), start, end);
  }

  covered(id: string, start: number, end: number): boolean {
    return this.absent(id, start, end).length === 0;
  }

  /** These bytes of the server stand in the data file. */
  markFetched(id: string, start: number, end: number): void {
    const state = this.#catalog.get(id);
    if (state.map === undefined) return;
    addFetched(state, start, end);
    state.unflushedBytes += end - start;
    this.#catalog.unsaved.add(state);
    this.#catalog.measureLater(state);
  }

  /** All bytes of the server of a content that nobody has changed. */
  fill(id: string, bytes: Uint8Array): void {
    const state = this.#catalog.get(id);
    assert(!state.dirty && state.size === bytes.length, 'it is filled by its own version');
    this.#files.write(state, 0, bytes);
    this.markFetched(id, 0, bytes.length);
  }

  /** @returns bytes read; less than asked only at the end. */
  read(id: string, offset: number, into: Uint8Array): number {
    const state = this.#catalog.get(id);
    this.#use(state);
    const bytes = this.#files.read(state, offset, into);
    if (bytes < into.length && offset + bytes < state.size) {
      throw new NuageError('io', `the data file of content ${id} is shorter than known`);
    }
    this.checks.note(state, offset, bytes);
    return bytes;
  }

  /**
   * Writes bytes of the user and grows the content as needed; a gap reads as zeros. The first write
   * marks the content dirty in a commit of its own, unless {@link setDirty} has done so before.
   * Blocks that are written in part must be here ({@link covered}).
   */
  write(id: string, offset: number, data: Uint8Array): void {
    this.#userBytes.write(this.#catalog.get(id), offset, data);
  }

  /**
   * Cuts or extends, by the user; new bytes are zeros and never fetched. Marks the content dirty
   * as {@link write} does.
   */
  resize(id: string, size: number): void {
    this.#userBytes.resize(this.#catalog.get(id), size);
  }

  /**
   * After {@link write}, in the transaction that saves the node: the blocks are here, and a crash
   * must not forget it, or a later fetch would overwrite the user's bytes.
   */
  markWritten(id: string, start: number, end: number): void {
    this.#userBytes.markWritten(this.#catalog.get(id), start, end);
  }

  /** Dirty contents are never evicted. Saved with the transaction under way, or at once. */
  setDirty(id: string, dirty: boolean): void {
    const state = this.#catalog.get(id);
    if (state.dirty === dirty) return;
    state.dirty = dirty;
    if (dirty) disturb(state);
    else state.cutTo = undefined;
    this.#catalog.save(state);
  }

  /** Makes the bytes durable, here and now. The row needs a `barrier()` of the database. */
  sync(id: string): void {
    this.#sync.sync(this.#catalog.get(id));
  }

  /** Undefined when so little of it waits that {@link sync} may do it here. */
  takeSyncRoundOf(id: string): SyncRound | undefined {
    return this.#sync.takeRoundOf(this.#catalog.get(id));
  }

  /** All that waits, to be synced elsewhere. Who takes a round ends it or drops it. */
  takeSyncRounds(): readonly SyncRound[] {
    return this.#sync.takeRounds();
  }

  endSyncRound(round: SyncRound, outcome: SyncOutcome): void {
    this.#db.atomically(() => this.#sync.endRound(round, outcome));
  }

  dropSyncRound(round: SyncRound): void {
    this.#sync.dropRound(round);
  }

  /** Something is not on the disk yet and may get there. */
  hasUnsynced(): boolean {
    return this.#sync.isWaiting;
  }

  /** {@link save} would write something. */
  hasUnsaved(): boolean {
    return this.#catalog.unsaved.size > 0 || this.#catalog.hasRemovable;
  }

  /** A counted use: the file stays open and, even when removed, readable and writable. */
  acquire(id: string): void {
    const state = this.#catalog.get(id);
    try {
      this.#files.acquire(state);
    } catch (error) {
      if (!this.care.heal(id)) throw error;
      this.#files.acquire(state);
    }
  }

  release(id: string): void {
    this.#files.release(this.#catalog.get(id));
  }

  /** Deletes row and file. Users that have it acquired keep it until they release it. */
  remove(id: string): void {
    const state = this.#catalog.find(id);
    if (state !== undefined && !state.removed) this.#catalog.remove(state);
  }

  /** Bytes that all data files take on the disk. */
  usedBytes(): number {
    return this.#catalog.storedBytes();
  }

  /** Counts as used now, for the order of eviction. */
  touch(id: string): void {
    this.#use(this.#catalog.get(id));
  }

  /** Saves sizes and uses, which may be lost until now. Not within a transaction. */
  save(): void {
    this.#catalog.storedBytes();
    this.#catalog.saveNow();
    if (this.#catalog.hasRemovable) this.#db.barrier();
  }

  /** Syncs and saves everything, here and now. @throws the first failure, after all was tried. */
  flush(): void {
    try {
      this.#sync.syncAll();
    } finally {
      this.save();
    }
  }

  /** Flushes and closes all files. Its owner closes the database after this. */
  close(): void {
    this.flush();
    for (const state of this.#catalog.loaded()) this.#files.close(state);
  }

  /** Call once, before anything else: brings rows, files and nodes into agreement. */
  recover(): RecoveryReport {
    assert(this.#catalog.isEmpty, 'recovery comes before the first use');
    const report = recoverContents({
      db: this.#db,
      rows: this.#rows,
      sums: this.#sums,
      files: this.#files,
      logger: this.#logger,
    });
    this.#catalog.recount();
    this.#catalog.loadUnsynced();
    return report;
  }

  #nextUse(): number {
    this.#latestUse = Math.max(this.#latestUse + 1, Math.floor(this.#clock.now()));
    return this.#latestUse;
  }

  #use(state: ContentState): void {
    if (state.lastUsed === this.#latestUse) return;
    state.lastUsed = this.#nextUse();
    this.#catalog.saveLater(state);
  }
}
