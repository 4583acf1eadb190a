/**
 * How long a deleted file lives: as long as somebody has it open or the kernel knows its number,
 * and, in the queue, until the server has heard of it.
 */
import type { ContentStore } from '../cache/content-store.js';
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Handles } from './handles.js';

export interface InodesParts {
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly handles: Handles;
  /** Something about it is on its way to the server, whose answer needs the row. */
  readonly isBusy: (ino: number) => boolean;
  /** Nobody needs this content any more. */
  readonly forgetContent: (content: string) => void;
}

export class Inodes {
  readonly #parts: InodesParts;
  readonly #lookups = new Map<number, number>();
  /** Of which content the kernel may have pages. */
  readonly #pages = new Map<number, string>();
  #isRootEntered = false;

  constructor(parts: InodesParts) {
    this.#parts = parts;
  }

  /** The kernel was told of this inode once more. */
  lookedUp(ino: number): void {
    this.#lookups.set(ino, (this.#lookups.get(ino) ?? 0) + 1);
  }

  /** The kernel looks for something in this folder, so it has taken the folder's attributes. */
  entered(folder: number): void {
    this.#isRootEntered ||= folder === ROOT_INO;
  }

  /**
   * The kernel may keep something of it: it was told of, and has not forgotten. Before it has taken
   * the first attributes of the root it has none but "nobody may"; told meanwhile that these have
   * changed, it throws away the answer that it waits for and refuses whoever came first
   * (`fuse_permission` and `fuse_change_attributes` of fs/fuse).
   */
  isKnown(ino: number): boolean {
    return ino === ROOT_INO ? this.#isRootEntered : this.#lookups.has(ino);
  }

  forget(ino: number, count: number): void {
    const left = (this.#lookups.get(ino) ?? 0) - count;
    if (left > 0) {
      this.#lookups.set(ino, left);
      return;
    }
    this.#lookups.delete(ino);
    this.#pages.delete(ino);
    this.reap(ino);
  }

  /** @returns whether the pages that the kernel may have are of this content. */
  keepsPages(ino: number, content: string): boolean {
    const known = this.#pages.get(ino);
    this.#pages.set(ino, content);
    return known === content;
  }

  /** What the kernel may have is not what the file holds any more. */
  dropPages(ino: number): void {
    this.#pages.delete(ino);
  }

  /** Call when a node may have become superfluous: deleted, closed, agreed or forgotten. */
  reap(ino: number): void {
    const node = this.#parts.tree.get(ino);
    if (node === undefined || node.parent !== undefined) return;
    if (this.#parts.handles.openCount(ino) > 0 || this.#parts.isBusy(ino)) return;
    this.#parts.tree.atomically(() => this.#reap(node));
  }

  #reap(node: TreeNode): void {
    const { tree, contents, forgetContent } = this.#parts;
    if (node.content !== undefined) {
      forgetContent(node.content);
      contents.remove(node.content);
    }
    if (node.base === undefined && !this.#lookups.has(node.ino)) tree.remove(node.ino);
    else if (node.content !== undefined) tree.save({ ...node, content: undefined });
  }
}
