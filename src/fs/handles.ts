/** What processes have open: files with the content they read, folders with their listing. */
import type { ChildRow } from '../cache/node.js';
import { assert } from '../assert.js';
import { NuageError } from '../errors.js';

export interface FileHandle {
  readonly kind: 'file';
  readonly ino: number;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  /** The acquired content. A reader keeps the version that it opened. */
  content: string;
  /** It was read from, be it in vain. */
  isRead: boolean;
  /** Its reads and writes do not use the kernel's pages. */
  readonly isPastPages: boolean;
}

export interface FolderHandle {
  readonly kind: 'folder';
  readonly ino: number;
  /** The children as they were when the reading began; undefined before. */
  snapshot: readonly ChildRow[] | undefined;
}

export class Handles {
  readonly #handles = new Map<number, FileHandle | FolderHandle>();
  readonly #openCounts = new Map<number, number>();
  #next = 1;

  add(handle: FileHandle | FolderHandle): number {
    const number = this.#next;
    this.#next += 1;
    this.#handles.set(number, handle);
    this.#openCounts.set(handle.ino, this.openCount(handle.ino) + 1);
    return number;
  }

  file(number: number): FileHandle {
    const handle = this.#handles.get(number);
    if (handle?.kind !== 'file') throw new NuageError('bad-handle', 'no such open file');
    return handle;
  }

  folder(number: number): FolderHandle {
    const handle = this.#handles.get(number);
    if (handle?.kind !== 'folder') throw new NuageError('bad-handle', 'no such open folder');
    return handle;
  }

  delete(number: number): void {
    const handle = this.#handles.get(number);
    assert(handle !== undefined, 'a handle is released once');
    this.#handles.delete(number);
    const left = this.openCount(handle.ino) - 1;
    if (left > 0) this.#openCounts.set(handle.ino, left);
    else this.#openCounts.delete(handle.ino);
  }

  /** Somebody reads another version of this file than `content`. */
  hasOtherVersion(ino: number, content: string): boolean {
    if (this.openCount(ino) === 0) return false;
    return this.files().some((file) => file.ino === ino && file.content !== content);
  }

  /** Somebody has it open whose writes the kernel's pages do not see. */
  isPastPages(ino: number): boolean {
    if (this.openCount(ino) === 0) return false;
    return this.files().some((file) => file.ino === ino && file.isPastPages);
  }

  /** It has not been released yet. */
  isOpen(handle: FileHandle): boolean {
    return this.openCount(handle.ino) > 0 && this.files().includes(handle);
  }

  /** How often this file or folder is open. */
  openCount(ino: number): number {
    return this.#openCounts.get(ino) ?? 0;
  }

  /** Every open file: for the end, when no release comes any more. */
  files(): readonly FileHandle[] {
    return [...this.#handles.values()].filter((handle) => handle.kind === 'file');
  }
}
