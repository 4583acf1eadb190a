/**
 * How bytes of the user get into a data file: the row is marked dirty and committed first, and only
 * then a byte changes. A cut is announced beside it, so that a crash is not taken for damage.
 */
import { assert } from '../assert.js';
import { NuageError } from '../errors.js';
import { assertEdgesAreHere } from './block-map.js';
import type { ContentCatalog } from './content-catalog.js';
import { type ContentState, disturb } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';
import { forgetFragments } from './fetched-bytes.js';

export class UserBytes {
  readonly #db: CacheDatabase;
  readonly #catalog: ContentCatalog;
  readonly #files: DataFiles;

  constructor(db: CacheDatabase, catalog: ContentCatalog, files: DataFiles) {
    this.#db = db;
    this.#catalog = catalog;
    this.#files = files;
  }

  /** See `ContentStore`. */
  write(state: ContentState, offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    if (state.map !== undefined) assertEdgesAreHere(state.map, offset, end);
    this.#prepareForUser(state);
    this.#files.write(state, offset, data);
    state.unflushedBytes += data.length;
    this.#catalog.measureLater(state);
    if (end <= state.size) return;
    state.size = end;
    this.#catalog.saveLater(state);
  }

  /** See `ContentStore`. */
  resize(state: ContentState, size: number): void {
    if (size < state.size) this.#cut(state, size);
    else if (size > state.size) this.#extend(state, size);
  }

  #extend(state: ContentState, size: number): void {
    this.#prepareForUser(state);
    this.#files.resize(state, size);
    state.size = size;
    this.#catalog.saveLater(state);
    this.#catalog.measureLater(state);
  }

  /**
   * The row speaks of it before and after: a file that a crash left shorter than its row has lost
   * nothing then, and what is cut off of the server's bytes is not fetched into it again.
   */
  #cut(state: ContentState, size: number): void {
    assert(!this.#db.inTransaction, 'a cut is announced in a commit of its own');
    this.#announceCut(state, size);
    try {
      this.#files.resize(state, size);
      state.size = size;
      forgetFragments(state, size, Infinity);
      if (state.map?.cut(size) === true) state.fetched?.cut(size);
      this.#catalog.measureLater(state);
    } finally {
      this.#catalog.saveLater(state);
      this.#saidAfterCut(state);
    }
  }

  #saidAfterCut(state: ContentState): void {
    try {
      this.#prepareForUser(state);
    } catch {
      // The row stays true until something is written, which asks again.
    }
  }

  #announceCut(state: ContentState, size: number): void {
    const isKnownAsUsers = state.dirtyCommitted && state.unsynced;
    state.cutTo = size;
    try {
      this.#saveForUser(state);
    } catch (error) {
      state.cutTo = undefined;
      const isFull = error instanceof NuageError && error.kind === 'disk-full';
      // It is cutting that makes room there; unannounced it is unsafe in a crash just now alone.
      if (!isFull || !isKnownAsUsers) throw error;
    }
  }

  /** See `ContentStore`. */
  markWritten(state: ContentState, start: number, end: number): void {
    if (state.map === undefined) return;
    const isNew = state.map.addTouched(start, end);
    forgetFragments(state, start, end);
    // Fetched a moment ago and not synced, the row would leave it out.
    const wasLeftOut = state.fetched?.deleteTouched(start, end) ?? false;
    if (isNew || wasLeftOut) this.#catalog.save(state);
  }

  /** The row says "dirty, unsynced", committed, before the first byte of the user is written. */
  #prepareForUser(state: ContentState): void {
    disturb(state);
    const { cutTo } = state;
    if (state.dirtyCommitted && state.unsynced && cutTo === undefined) return;
    assert(
      state.dirtyCommitted || !this.#db.inTransaction,
      'the first write to a clean content needs its dirty mark committed before',
    );
    // A crash would cut off what is written behind a cut that the row still announces.
    state.cutTo = undefined;
    try {
      this.#saveForUser(state);
    } catch (error) {
      state.cutTo = cutTo;
      throw error;
    }
  }

  #saveForUser(state: ContentState): void {
    disturb(state);
    state.dirty = true;
    state.unsynced = true;
    this.#catalog.unsynced.add(state);
    this.#catalog.save(state);
  }
}
