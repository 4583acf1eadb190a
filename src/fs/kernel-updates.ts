/**
 * What the synchronisation tells the kernel, with what follows from it: a changed name also makes
 * the kernel's cached listing of the folder stale. Said once per folder and turn of the loop, and
 * only of what the kernel was told of: a tree of half a million files is news to nobody.
 */
import type { KernelNotifier } from '../fuse/filesystem.js';
import type { Invalidations } from '../sync/context.js';

export class KernelUpdates implements Invalidations {
  readonly #notifier: KernelNotifier;
  readonly #isKnown: (ino: number) => boolean;
  readonly #folders = new Set<number>();

  /** @param isKnown whether the kernel may keep something of this inode. */
  constructor(notifier: KernelNotifier, isKnown: (ino: number) => boolean) {
    this.#notifier = notifier;
    this.#isKnown = isKnown;
  }

  invalidateAttributes(ino: number): void {
    if (!this.#isKnown(ino)) return;
    this.#notifier.invalidateInode(ino, -1, 0);
  }

  invalidateEntry(parent: number, name: string): void {
    if (!this.#isKnown(parent)) return;
    this.#notifier.invalidateEntry(parent, name);
    this.#folders.add(parent);
  }

  deleteEntry(parent: number, child: number, name: string): void {
    if (!this.#isKnown(parent)) return;
    this.#notifier.deleteEntry(parent, child, name);
    this.#folders.add(parent);
  }

  /** Call after each turn in which the synchronisation ran. */
  flush(): void {
    for (const ino of this.#folders) this.#notifier.invalidateInode(ino, 0, 0);
    this.#folders.clear();
  }
}
