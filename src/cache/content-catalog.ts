/**
 * The contents that are in memory, and their agreement with the rows: what is to be saved, what a
 * failed transaction takes back, and when a removed file may really go.
 *
 * Invariants: every content in use or with something unsaved is loaded; `unsynced` of a content is
 * true exactly when it is in the set of that name; a file is unlinked only when the deletion of its
 * row is durable, or was never committed.
 */
import { assert } from '../assert.js';
import { IDLE_CONTENTS_MAX } from '../limits.js';
import type { ContentRows, ContentState } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';

/** Loaded contents looked at, per load, for one that may leave memory. */
const TRIM_STEPS = 8;

export class ContentCatalog {
  // --- dependencies ---
  readonly #db: CacheDatabase;
  readonly #rows: ContentRows;
  readonly #files: DataFiles;

  // --- mutable ---
  /** In the order in which they were loaded. */
  readonly #loaded = new Map<string, ContentState>();
  /** Hold bytes of the user that were written since their last sync. */
  readonly unsynced = new Set<ContentState>();
  /** Fetched blocks, uses or sizes that the row does not know. */
  readonly unsaved = new Set<ContentState>();
  /** Files that changed since `stored` was measured. */
  readonly #unmeasured = new Set<ContentState>();
  /** Rows changed in the transaction under way. */
  readonly #touched = new Set<ContentState>();
  /** Row deleted, file not: waits for the deletion to be durable and for the last use to end. */
  readonly #doomed = new Set<ContentState>();
  /** Sum of `stored` over all files. */
  #storedBytes: number;

  constructor(db: CacheDatabase, rows: ContentRows, files: DataFiles) {
    this.#db = db;
    this.#rows = rows;
    this.#files = files;
    this.#storedBytes = rows.storedBytes();
    db.onCommit(() => this.#committed());
    db.onRollback(() => this.#rolledBack());
    db.onBarrier(() => this.#removeDoomed());
  }

  get isEmpty(): boolean {
    return this.#loaded.size === 0;
  }

  loaded(): Iterable<ContentState> {
    return this.#loaded.values();
  }

  find(id: string): ContentState | undefined {
    return this.#loaded.get(id) ?? this.#load(id);
  }

  get(id: string): ContentState {
    const state = this.find(id);
    assert(state !== undefined, `content ${id} is unknown`);
    return state;
  }

  /** File first, row second: what a crash leaves between them is swept at the next start. */
  add(state: ContentState): void {
    this.#files.create(state);
    try {
      this.#rows.insert(state);
    } catch (error) {
      this.#files.close(state);
      this.#files.unlink(state.id);
      throw error;
    }
    this.#loaded.set(state.id, state);
    if (state.unsynced) this.unsynced.add(state);
    this.#rowChanged(state);
  }

  remove(state: ContentState): void {
    this.#rows.remove(state.id);
    state.removed = true;
    this.#rowChanged(state);
  }

  /** Saves in the transaction under way, or at once. */
  save(state: ContentState): void {
    state.needsSave = false;
    if (!state.removed) this.#rows.save(state);
    // Exactly then the row says that everything is here.
    if (state.map?.isComplete === true && state.fetched === undefined) state.map = undefined;
    this.#rowChanged(state);
  }

  saveLater(state: ContentState): void {
    state.needsSave = true;
    this.unsaved.add(state);
  }

  /** What {@link saveLater} was called for, in one transaction. */
  saveNow(): void {
    if (this.unsaved.size === 0) return;
    this.#db.atomically(() => {
      for (const state of this.unsaved) {
        if (state.needsSave) this.save(state);
      }
    });
    for (const state of this.unsaved) {
      if (state.fetched === undefined && !state.needsSave) this.unsaved.delete(state);
    }
  }

  measureLater(state: ContentState): void {
    this.#unmeasured.add(state);
  }

  /** Bytes that all data files take on the disk. */
  storedBytes(): number {
    for (const state of this.#unmeasured) this.#measure(state);
    this.#unmeasured.clear();
    return this.#storedBytes;
  }

  /** Removed files that nobody uses wait for a barrier. */
  get hasRemovable(): boolean {
    for (const state of this.#doomed) if (state.uses === 0) return true;
    return false;
  }

  /** After somebody else wrote to the table. */
  recount(): void {
    this.#storedBytes = this.#rows.storedBytes();
  }

  /** Written before the last process ended, and perhaps in the system's memory alone. */
  loadUnsynced(): void {
    for (const id of this.#rows.unsynced()) {
      const state = this.get(id);
      state.isNewFile = true;
      state.unflushedBytes = state.size;
    }
  }

  #load(id: string): ContentState | undefined {
    const state = this.#rows.get(id);
    if (state === undefined) return undefined;
    this.#trim();
    this.#loaded.set(id, state);
    if (state.unsynced) this.unsynced.add(state);
    return state;
  }

  /** Lets contents leave memory that hold nothing but what their row says. */
  #trim(): void {
    if (this.#loaded.size < IDLE_CONTENTS_MAX) return;
    let steps = 0;
    for (const [id, state] of this.#loaded) {
      if (steps === TRIM_STEPS) return;
      steps += 1;
      this.#loaded.delete(id);
      if (this.#isForgettable(state)) this.#files.close(state);
      else this.#loaded.set(id, state);
    }
  }

  #isForgettable(state: ContentState): boolean {
    if (state.uses > 0 || state.needsSave || state.removed) return false;
    const sets = [this.unsynced, this.unsaved, this.#unmeasured, this.#touched];
    return !sets.some((set) => set.has(state));
  }

  #rowChanged(state: ContentState): void {
    this.#touched.add(state);
    if (!this.#db.inTransaction) this.#committed();
  }

  #committed(): void {
    for (const state of this.#touched) {
      state.dirtyCommitted = state.dirty;
      if (!state.removed) continue;
      this.#forgetUnsaved(state);
      this.#doomed.add(state);
    }
    this.#touched.clear();
  }

  /** Memory follows the rows again; what the files hold, sizes and blocks, is saved later. */
  #rolledBack(): void {
    for (const state of this.#touched) {
      const dirty = this.#rows.isDirty(state.id);
      if (dirty === undefined) {
        this.#touched.delete(state);
        this.#destroy(state);
        continue;
      }
      state.removed = false;
      state.dirty = dirty;
      this.saveLater(state);
    }
    if (!this.#db.inTransaction) this.#touched.clear();
  }

  #removeDoomed(): void {
    for (const state of this.#doomed) {
      if (state.uses === 0) this.#destroy(state);
    }
  }

  #destroy(state: ContentState): void {
    this.#forgetUnsaved(state);
    this.#doomed.delete(state);
    this.#loaded.delete(state.id);
    this.#storedBytes -= state.stored;
    this.#files.close(state);
    this.#files.unlink(state.id);
  }

  #forgetUnsaved(state: ContentState): void {
    this.unsynced.delete(state);
    this.unsaved.delete(state);
    this.#unmeasured.delete(state);
  }

  #measure(state: ContentState): void {
    const stored = this.#files.measure(state);
    if (stored === state.stored) return;
    this.#storedBytes += stored - state.stored;
    state.stored = stored;
    this.saveLater(state);
  }
}
