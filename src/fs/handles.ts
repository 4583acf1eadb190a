/** The files that processes have open, with the content that they read. */
import { assert } from '../assert.js';
import { NuageError } from '../errors.js';

export interface FileHandle {
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

export class Handles {
  readonly #handles = new Map<number, FileHandle>();
  readonly #openCounts = new Map<number, number>();
  #next = 1;

  add(handle: FileHandle): number {
    const number = this.#next;
    this.#next += 1;
    this.#handles.set(number, handle);
    this.#openCounts.set(handle.ino, this.openCount(handle.ino) + 1);
    return number;
  }

  file(number: number): FileHandle {
    const handle = this.#handles.get(number);
    if (handle === undefined) throw new NuageError('bad-handle', 'no such open file');
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

  /** How often this file is open. */
  openCount(ino: number): number {
    return this.#openCounts.get(ino) ?? 0;
  }

  /** Every open file: for the end, when no release comes any more. */
  files(): readonly FileHandle[] {
    return [...this.#handles.values()];
  }
}
