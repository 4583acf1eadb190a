/**
 * What is known of an open, written file in memory only: size, times and content version change
 * with every write, and the row is written once per `close()`, `fsync()` and upload, not per write.
 * After a crash the data file itself tells the size (see src/sync/recovery.ts).
 */
import type { Timestamp, TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';

interface Change {
  size: number;
  mtime: Timestamp;
  writes: number;
}

export class OpenFiles {
  readonly #tree: TreeStore;
  readonly #changes = new Map<number, Change>();

  constructor(tree: TreeStore) {
    this.#tree = tree;
  }

  /** The node as the user sees it now. */
  view(ino: number): TreeNode | undefined {
    const node = this.#tree.get(ino);
    const change = this.#changes.get(ino);
    return node === undefined || change === undefined ? node : merged(node, change);
  }

  /** Bytes were written; `size` is the file's size after it. */
  written(ino: number, size: number, mtime: Timestamp): void {
    const change = this.#changes.get(ino);
    if (change === undefined) {
      this.#changes.set(ino, { size, mtime, writes: 1 });
      return;
    }
    change.size = size;
    change.mtime = mtime;
    change.writes += 1;
  }

  /**
   * Writes what is known of this file to its row. Joins the transaction under way, and forgets
   * nothing before that is committed: on a full disk it may not be.
   */
  commit(ino: number): void {
    const change = this.#changes.get(ino);
    if (change === undefined) return;
    const node = this.#tree.get(ino);
    if (node !== undefined) this.#tree.save(merged(node, change));
    this.#tree.afterCommit(() => {
      if (this.#changes.get(ino) === change) this.#changes.delete(ino);
    });
  }

  commitAll(): void {
    if (this.#changes.size === 0) return;
    this.#tree.atomically(() => {
      for (const ino of [...this.#changes.keys()]) this.commit(ino);
    });
  }
}

function merged(node: TreeNode, change: Change): TreeNode {
  const { size, mtime } = change;
  const contentVersion = node.contentVersion + change.writes;
  return { ...node, size, mtime, ctime: mtime, contentVersion };
}
