/**
 * Nodes that vanished from the folder where the server had them. Once no listing is under way
 * they are gone there: clean ones leave the tree, edited ones are sent again as new.
 */
import type { TreeNode } from '../cache/node.js';
import { decideGone, type LocalState } from './conflict.js';
import type { SyncContext } from './context.js';

export interface MissingHooks {
  detached(ino: number): void;
}

export class Missing {
  readonly #context: SyncContext;
  readonly #hooks: MissingHooks;
  readonly #nodes = new Set<number>();

  constructor(context: SyncContext, hooks: MissingHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  add(ino: number): void {
    this.#nodes.add(ino);
  }

  delete(ino: number): void {
    this.#nodes.delete(ino);
  }

  /** Call when every listing has ended: who has not been seen by now is gone. */
  settle(): void {
    if (this.#nodes.size === 0) return;
    const { tree } = this.#context;
    const after: (() => void)[] = [];
    tree.atomically(() => {
      for (const ino of this.#nodes) {
        const node = tree.get(ino);
        if (node?.base !== undefined) this.#gone(node, after);
      }
    });
    this.#nodes.clear();
    for (const tell of after) tell();
  }

  /** @returns true when the node, or something in it, stays. */
  #gone(node: TreeNode, after: (() => void)[]): boolean {
    const { tree } = this.#context;
    let keepsChild = false;
    if (node.isFolder) {
      for (const child of tree.children(node.ino)) {
        const row = tree.get(child.ino);
        if (row !== undefined && this.#gone(row, after)) keepsChild = true;
      }
    }
    const local: LocalState =
      node.parent === undefined ? 'deleted' : isUnsent(node) || keepsChild ? 'edited' : 'clean';
    switch (decideGone(local)) {
      case 'recreate':
        tree.save({ ...node, base: undefined, listedEtag: undefined, uploadId: undefined });
        return true;
      case 'agree':
      case 'forget':
        this.#leave(node, after);
        return false;
    }
  }

  #leave(node: TreeNode, after: (() => void)[]): void {
    const { tree, contents, kernel } = this.#context;
    const { parent, name, ino } = node;
    tree.save({ ...node, parent: undefined, base: undefined, contentDirty: false });
    if (node.content !== undefined) contents.setDirty(node.content, false);
    after.push(() => {
      if (parent !== undefined) kernel.deleteEntry(parent, ino, name);
      this.#hooks.detached(ino);
    });
  }
}

/** Holds bytes or an entry that the server never got. */
function isUnsent(node: TreeNode): boolean {
  return node.contentDirty || node.base === undefined;
}
