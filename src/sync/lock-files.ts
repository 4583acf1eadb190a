/**
 * Lock files that programs of this machine have made since the mount began, and the documents that
 * they speak of. Those from before are left behind by whatever ended their programs.
 */
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import { documentOf, isLockFileName } from './lock-names.js';

export class LockFiles {
  readonly #tree: TreeStore;
  /** By their inodes, with the name of the document as far as it is known. */
  readonly #standing = new Map<number, string | undefined>();
  /** One speaks of a document that the server does not have yet, or of none. */
  awaitsDocument = false;

  constructor(tree: TreeStore) {
    this.#tree = tree;
  }

  /** @returns whether it is a lock file. */
  made({ ino, name, isFolder, staysHere }: TreeNode): boolean {
    if (isFolder || !staysHere || !isLockFileName(name)) return false;
    this.#standing.set(ino, undefined);
    return true;
  }

  has(ino: number): boolean {
    return this.#standing.has(ino);
  }

  /** File ids of the documents beside which one stands. */
  wanted(): ReadonlySet<string> {
    const wanted = new Set<string>();
    this.awaitsDocument = false;
    for (const ino of this.#standing.keys()) {
      const lockFile = this.#tree.get(ino);
      if (lockFile?.parent === undefined || !isLockFileName(lockFile.name)) {
        this.#standing.delete(ino);
        continue;
      }
      const fileId = this.#document(lockFile, lockFile.parent)?.base?.fileId;
      if (fileId === undefined) this.awaitsDocument = true;
      else wanted.add(fileId);
    }
    return wanted;
  }

  /** By its name: a program that saves may put another node in its place. */
  #document(lockFile: TreeNode, folder: number): TreeNode | undefined {
    const known = this.#standing.get(lockFile.ino);
    const name = known ?? documentOf(lockFile.name, this.#siblings(folder));
    const node = name === undefined ? undefined : this.#tree.child(folder, name);
    if (node === undefined || node.isFolder || node.staysHere) return undefined;
    this.#standing.set(lockFile.ino, name);
    return node;
  }

  #siblings(folder: number): readonly string[] {
    return this.#tree.children(folder).map(({ name }) => name);
  }
}
