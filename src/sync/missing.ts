/**
 * Nodes that vanished from the folder where the server had them. Once no listing is under way
 * they are gone there: clean ones leave the tree, edited ones are sent again as new.
 *
 * Where more than half of all that is known would go at once (a storage that is away, a backup that
 * was put back), the folders are looked at a second time before it is believed.
 */
import type { TreeNode } from '../cache/node.js';
import {
  MASS_LOSS_ENTRIES_MIN,
  MASS_LOSS_LOOK_MS,
  MASS_LOSS_SHARE,
  MERGE_SLICE_ENTRIES,
  RETRY_FIRST_MS,
} from '../limits.js';
import { areMoreThan } from './count-below.js';
import { decideGone, type LocalState } from './conflict.js';
import type { SyncContext } from './context.js';
import type { SlicedWork, Slices } from './slices.js';

export interface MissingParts {
  readonly slices: Slices;
  readonly hooks: { detached(ino: number): void };
}

/** Timer: what was looked at is looked for again, and until then nothing is agreed. */
const AGAIN = 'missing-again';

/** A node on its way out, with those below it that are still to be looked at. */
interface Leaving {
  readonly ino: number;
  readonly below: number[];
}

export class Missing implements SlicedWork {
  readonly #context: SyncContext;
  readonly #parts: MissingParts;
  readonly #nodes = new Set<number>();
  /** Folders that agree with this ETag once what is missing from them is settled. */
  readonly #agreeing = new Map<number, string>();
  /** Missing at a first look that was not believed. */
  readonly #doubted = new Set<number>();
  /** From a node to the one below it that is being looked at. */
  #leaving: Leaving[] = [];
  #isSettling = false;
  #mustConfirm = false;
  /** Lists these folders again, and settles when that has ended. */
  lookAgain: (folders: ReadonlySet<number>) => void = () => undefined;

  constructor(context: SyncContext, parts: MissingParts) {
    this.#context = context;
    this.#parts = parts;
  }

  add(ino: number): void {
    this.#nodes.add(ino);
  }

  /** It was seen. */
  delete(ino: number): void {
    this.#nodes.delete(ino);
    this.#doubted.delete(ino);
  }

  agreeAfterwards(folder: number, etag: string): void {
    this.#agreeing.set(folder, etag);
  }

  /** Nothing that is missing next is believed at the first look. */
  confirmNext(): void {
    this.#mustConfirm = true;
  }

  /** Call when every listing has ended: who has not been seen by now is gone. */
  settle(): void {
    if (this.#isSettling || this.#context.timers.has(AGAIN)) return;
    if (this.#nodes.size === 0) {
      this.#mustConfirm = false;
      this.#agree();
      return;
    }
    if (this.#isDoubtful()) {
      this.#doubt();
      return;
    }
    this.#isSettling = true;
    this.#parts.slices.add(this);
  }

  slice(): boolean {
    try {
      return this.#sliceOnce();
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  /** The disk of the cache refused something: what was looked at is found to be missing anew. */
  #giveUp(): void {
    this.#isSettling = false;
    this.#leaving = [];
    this.#context.timers.set(AGAIN, RETRY_FIRST_MS, () =>
      this.lookAgain(new Set(this.#agreeing.keys())),
    );
  }

  #sliceOnce(): boolean {
    const { tree } = this.#context;
    const after: (() => void)[] = [];
    tree.atomically(() => {
      for (let looked = 0; looked < MERGE_SLICE_ENTRIES && this.#next(after); looked += 1);
    });
    for (const tell of after) tell();
    if (this.#nodes.size > 0 || this.#leaving.length > 0) return true;
    this.#isSettling = false;
    this.#doubted.clear();
    this.#agree();
    return false;
  }

  #isDoubtful(): boolean {
    const fresh = [...this.#nodes].filter((ino) => !this.#doubted.has(ino));
    if (fresh.length === 0) return false;
    if (this.#mustConfirm) return true;
    const { tree } = this.#context;
    const known = tree.count();
    if (known < MASS_LOSS_ENTRIES_MIN) return false;
    return areMoreThan(known * MASS_LOSS_SHARE, fresh, (ino) => tree.children(ino));
  }

  #doubt(): void {
    const { tree, logger, timers } = this.#context;
    logger.warn('much is gone from the server at once; it is looked at a second time', {
      missing: this.#nodes.size,
    });
    this.#mustConfirm = false;
    const folders = new Set<number>();
    for (const ino of this.#nodes) {
      this.#doubted.add(ino);
      const parent = tree.get(ino)?.base?.parent;
      if (parent !== undefined) folders.add(parent);
    }
    this.#nodes.clear();
    timers.set('mass-loss', MASS_LOSS_LOOK_MS, () => this.lookAgain(folders));
  }

  #agree(): void {
    const { tree } = this.#context;
    if (this.#agreeing.size === 0 || this.#doubted.size > 0) return;
    tree.atomically(() => {
      for (const [ino, etag] of this.#agreeing) {
        const folder = tree.get(ino);
        if (folder?.listedEtag === '') tree.save({ ...folder, listedEtag: etag });
      }
    });
    this.#agreeing.clear();
  }

  /** Looks at one node, those below it first. @returns false when there is none left. */
  #next(after: (() => void)[]): boolean {
    const leaving = this.#leaving.at(-1);
    if (leaving === undefined) return this.#begin();
    const below = leaving.below.pop();
    if (below !== undefined) {
      const child = this.#context.tree.get(below);
      // What the server has elsewhere was moved here by the user, and is not gone.
      const isGone = child?.base === undefined || child.base.parent === leaving.ino;
      if (child?.parent === leaving.ino && isGone) this.#enter(below);
      return true;
    }
    this.#leaving.pop();
    const node = this.#context.tree.get(leaving.ino);
    if (node?.base !== undefined) this.#gone(node, after);
    return true;
  }

  #begin(): boolean {
    for (const ino of this.#nodes) {
      this.#nodes.delete(ino);
      if (this.#context.tree.get(ino)?.base !== undefined) this.#enter(ino);
      return true;
    }
    return false;
  }

  #enter(ino: number): void {
    const below = this.#context.tree.children(ino).map((child) => child.ino);
    this.#leaving.push({ ino, below });
  }

  /** What is below it has been looked at: what is still there stays, and so does the folder. */
  #gone(node: TreeNode, after: (() => void)[]): void {
    const { tree } = this.#context;
    const keepsChild = node.isFolder && tree.hasChildren(node.ino);
    const local: LocalState =
      node.parent === undefined ? 'deleted' : isUnsent(node) || keepsChild ? 'edited' : 'clean';
    switch (decideGone(local)) {
      case 'recreate':
        tree.save({ ...node, base: undefined, listedEtag: undefined, uploadId: undefined });
        return;
      case 'agree':
      case 'forget':
        this.#leave(node, after);
    }
  }

  #leave(node: TreeNode, after: (() => void)[]): void {
    const { tree, contents, kernel } = this.#context;
    const { parent, name, ino } = node;
    tree.save({ ...node, parent: undefined, base: undefined, contentDirty: false });
    if (node.content !== undefined) contents.setDirty(node.content, false);
    after.push(() => {
      if (parent !== undefined) kernel.deleteEntry(parent, ino, name);
      this.#parts.hooks.detached(ino);
    });
  }
}

/** Holds bytes or an entry that the server never got. */
function isUnsent(node: TreeNode): boolean {
  return node.contentDirty || node.base === undefined;
}
