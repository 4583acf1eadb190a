/**
 * Which nodes have an operation on its way to the server, or had one lately. A listing that was
 * asked for before such an operation ended may show the state before or after it, so a merge
 * leaves those nodes alone and the folder is listed again.
 */
import { IN_FLIGHT_MEMORY_MAX } from '../limits.js';

export class InFlight {
  #stamp = 0;
  readonly #busy = new Set<number>();
  readonly #touched = new Map<number, number>();
  readonly #removed = new Map<string, number>();

  /** Taken when a listing starts; later touches compare as newer. */
  stamp(): number {
    return ++this.#stamp;
  }

  begin(ino: number): void {
    this.#busy.add(ino);
    this.#remember(this.#touched, ino);
  }

  end(ino: number): void {
    this.#busy.delete(ino);
    this.#remember(this.#touched, ino);
  }

  /** Something about it has reached the server that no change of the user waits for. */
  touch(ino: number): void {
    this.#remember(this.#touched, ino);
  }

  /** The server has removed this file id at our request. */
  removed(fileId: string): void {
    this.#remember(this.#removed, fileId);
  }

  isBusy(ino: number): boolean {
    return this.#busy.has(ino);
  }

  touchedSince(ino: number, stamp: number): boolean {
    return this.#busy.has(ino) || (this.#touched.get(ino) ?? 0) > stamp;
  }

  removedSince(fileId: string, stamp: number): boolean {
    return (this.#removed.get(fileId) ?? 0) > stamp;
  }

  #remember<Key>(memory: Map<Key, number>, key: Key): void {
    memory.delete(key);
    memory.set(key, ++this.#stamp);
    if (memory.size <= IN_FLIGHT_MEMORY_MAX) return;
    for (const oldest of memory.keys()) {
      memory.delete(oldest);
      return;
    }
  }
}
