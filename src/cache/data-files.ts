/**
 * The data files on the disk: `data/<first two hex digits>/<id>`, 0600, and the descriptors that
 * are kept open. A descriptor in use is never closed; of the others the least recently used go.
 */
import fs from 'node:fs';
import path from 'node:path';
import { assert } from '../assert.js';
import { codeOf, NuageError } from '../errors.js';
import { IDLE_DATA_FILES_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import type { ContentState } from './content-row.js';
import { onDisk, toDiskError } from './disk-error.js';
import { dataFolder, ensurePrivateFolder, syncFolder } from './state-folder.js';

const ID = /^[0-9a-f]{32}$/;

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;

export class DataFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  /** Open but not in use, the least recently used first. At most {@link IDLE_DATA_FILES_MAX}. */
  readonly #idle = new Set<ContentState>();

  constructor(stateFolder: string, logger: Logger) {
    this.#folder = dataFolder(stateFolder);
    this.#logger = logger;
    ensurePrivateFolder(this.#folder);
    onDisk('create data folders', () => this.#createSubfolders());
  }

  pathOf(id: string): string {
    assert(ID.test(id), 'a content id is 32 hex digits');
    return path.join(this.#folder, id.slice(0, 2), id);
  }

  /** @throws kind `exists` when there is a file of this name. */
  create(state: ContentState): void {
    onDisk('create data file', () => {
      state.fd = this.#openNew(this.pathOf(state.id));
      if (state.size > 0) fs.ftruncateSync(state.fd, state.size);
    });
    this.#keep(state);
  }

  /** The descriptor, opened if need be. It is the caller's until the next call. */
  descriptor(state: ContentState): number {
    if (state.fd < 0) {
      state.fd = onDisk('open data file', () =>
        fs.openSync(this.pathOf(state.id), O_RDWR | O_NOFOLLOW),
      );
      this.#keep(state);
    } else if (state.uses === 0) {
      this.#idle.delete(state);
      this.#idle.add(state);
    }
    return state.fd;
  }

  /** From now on the descriptor stays open. */
  acquire(state: ContentState): void {
    this.descriptor(state);
    this.#idle.delete(state);
    state.uses += 1;
  }

  release(state: ContentState): void {
    assert(state.uses > 0, `content ${state.id} is released more often than acquired`);
    state.uses -= 1;
    this.#keep(state);
  }

  close(state: ContentState): void {
    this.#idle.delete(state);
    if (state.fd < 0) return;
    const { fd } = state;
    state.fd = -1;
    try {
      fs.closeSync(fd);
    } catch (error) {
      this.#logger.warn('a data file could not be closed', { id: state.id, reason: String(error) });
    }
  }

  /** Fills `into` from `offset` on, as far as the file goes. */
  read(state: ContentState, offset: number, into: Uint8Array): number {
    const fd = this.descriptor(state);
    try {
      return fs.readSync(fd, into, 0, into.length, offset);
    } catch (error) {
      throw toDiskError('read data file', error);
    }
  }

  /** Writes all of `data`, or throws with the file's size as it was. */
  write(state: ContentState, offset: number, data: Uint8Array): void {
    const fd = this.descriptor(state);
    let done = 0;
    try {
      while (done < data.length) {
        done += fs.writeSync(fd, data, done, data.length - done, offset + done);
      }
    } catch (error) {
      this.#undoGrowth(state, offset + done);
      throw toDiskError('write data file', error);
    }
  }

  resize(state: ContentState, size: number): void {
    const fd = this.descriptor(state);
    try {
      fs.ftruncateSync(fd, size);
    } catch (error) {
      throw toDiskError('resize data file', error);
    }
  }

  /**
   * The bytes are on the disk when this returns. A failed one is never tried again: the system may
   * have marked the lost pages clean, and a second fdatasync would call them good.
   * @param withEntry makes the name durable too, which bytes of the user need.
   */
  sync(state: ContentState, withEntry: boolean): void {
    if (state.syncFailed) {
      throw new NuageError('io', 'an earlier sync of this file failed', { op: 'sync data file' });
    }
    try {
      fs.fdatasyncSync(this.descriptor(state));
      if (withEntry && state.isNewFile) syncFolder(path.dirname(this.pathOf(state.id)));
    } catch (error) {
      state.syncFailed = true;
      throw toDiskError('sync data file', error);
    }
    if (withEntry) state.isNewFile = false;
  }

  /** Bytes that the file takes on the disk; none where it is gone: who reads it finds out. */
  measure(state: ContentState): number {
    if (state.fd < 0) return (this.stat(state.id)?.blocks ?? 0) * 512;
    return onDisk('measure data file', () => fs.fstatSync(state.fd).blocks * 512);
  }

  /** An empty file in place of one that is gone, or of what has its name and is no plain file. */
  recreate(id: string): void {
    this.unlink(id);
    onDisk('recreate data file', () => fs.closeSync(this.#openNew(this.pathOf(id))));
  }

  /** Undefined when there is no plain file. */
  stat(id: string): fs.Stats | undefined {
    const stat = fs.lstatSync(this.pathOf(id), { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat : undefined;
  }

  /** A file that is not there is as good as removed; one that will not go is swept at a start. */
  unlink(id: string): void {
    try {
      fs.unlinkSync(this.pathOf(id));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      this.#logger.warn('a data file could not be removed', { id, reason: String(error) });
    }
  }

  /** The ids of all data files there are. Entries of other names are not ours and stay. */
  list(): string[] {
    const ids: string[] = [];
    for (const subfolder of SUBFOLDERS) {
      for (const name of fs.readdirSync(path.join(this.#folder, subfolder))) {
        if (ID.test(name) && name.startsWith(subfolder)) ids.push(name);
      }
    }
    return ids;
  }

  /** Somebody may have removed the folder under a running mount. */
  #openNew(file: string): number {
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    try {
      return fs.openSync(file, flags, 0o600);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      return fs.openSync(file, flags, 0o600);
    }
  }

  #keep(state: ContentState): void {
    if (state.uses > 0) return;
    this.#idle.add(state);
    if (this.#idle.size <= IDLE_DATA_FILES_MAX) return;
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.close(oldest);
  }

  #undoGrowth(state: ContentState, reached: number): void {
    if (reached <= state.size) return;
    try {
      fs.ftruncateSync(state.fd, state.size);
    } catch {
      // Nothing reads behind the known size, and the next start takes the size from the file.
    }
  }

  #createSubfolders(): void {
    const known = new Map(
      fs.readdirSync(this.#folder, { withFileTypes: true }).map((entry) => [entry.name, entry]),
    );
    const missing = SUBFOLDERS.filter((name) => known.get(name)?.isDirectory() !== true);
    // Fails on anything else of that name, a symbolic link above all: it is not followed.
    for (const name of missing) fs.mkdirSync(path.join(this.#folder, name), { mode: 0o700 });
    if (missing.length > 0) syncFolder(this.#folder);
  }
}

const SUBFOLDERS: readonly string[] = Array.from({ length: 256 }, (_, index) =>
  index.toString(16).padStart(2, '0'),
);
