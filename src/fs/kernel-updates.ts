/**
 * What the synchronisation tells the kernel, with what follows from it: a changed name also makes
 * the kernel's cached listing of the folder stale. Said once per folder and turn of the loop.
 */
import type { KernelNotifier } from '../fuse/filesystem.js';
import type { Invalidations } from '../sync/context.js';

export class KernelUpdates implements Invalidations {
  readonly #notifier: KernelNotifier;
  readonly #folders = new Set<number>();

  constructor(notifier: KernelNotifier) {
    this.#notifier = notifier;
  }

  invalidateAttributes(ino: number): void {
    this.#notifier.invalidateInode(ino, -1, 0);
  }

  invalidateEntry(parent: number, name: string): void {
    this.#notifier.invalidateEntry(parent, name);
    this.#folders.add(parent);
  }

  deleteEntry(parent: number, child: number, name: string): void {
    this.#notifier.deleteEntry(parent, child, name);
    this.#folders.add(parent);
  }

  /** Call after each turn in which the synchronisation ran. */
  flush(): void {
    for (const ino of this.#folders) this.#notifier.invalidateInode(ino, 0, 0);
    this.#folders.clear();
  }
}
