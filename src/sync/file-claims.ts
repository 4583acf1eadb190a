/**
 * One file of the server is one row of the tree. An answer may come so late that a listing has
 * shown what it speaks of, elsewhere, where somebody has moved it, and has made a row of it: a
 * rival of the one that was sent. The rival makes way, and the next listing moves there the one
 * that was sent; unless a user here has done something with the rival, or has it open: then it
 * stays, and what was sent goes once more, as new.
 */
import { differences, type TreeNode } from '../cache/node.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';

export interface Claim {
  readonly fileId: string;
  /** Who was sent. */
  readonly ino: number;
  /** The folder that it was sent to. */
  readonly folder: number;
}

export interface FileClaimsParts {
  readonly lister: Lister;
  readonly inFlight: InFlight;
  readonly isOpen: (ino: number) => boolean;
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
}

export class FileClaims {
  readonly #context: SyncContext;
  readonly #parts: FileClaimsParts;

  constructor(context: SyncContext, parts: FileClaimsParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Call within a transaction. @returns false where the rival stays. */
  grant({ fileId, ino, folder }: Claim): boolean {
    const { tree, kernel } = this.#context;
    const rival = tree.byFileId(fileId);
    if (rival === undefined || rival.ino === ino) return true;
    // Deleted here, with the rival to be seen: what somebody has moved is not deleted by us.
    if (tree.get(ino)?.parent === undefined) return false;
    const { parent, name, base } = rival;
    if (parent === undefined || base === undefined || !this.#isUntouched(rival)) return false;
    tree.pins.inherit(ino, rival.ino);
    tree.save({ ...rival, parent: undefined, base: undefined });
    this.#parts.detached(rival.ino);
    tree.afterCommit(() => kernel.deleteEntry(parent, rival.ino, name));
    for (const one of [folder, base.parent]) this.#listAgain(one);
    return true;
  }

  #isUntouched(node: TreeNode): boolean {
    const { tree } = this.#context;
    const { isOpen, inFlight } = this.#parts;
    if (differences(node).length > 0 || tree.listXattrs(node.ino).length > 0) return false;
    if (isOpen(node.ino) || inFlight.isBusy(node.ino)) return false;
    return !node.isFolder || !(tree.hasChildren(node.ino) || tree.hasBaseChildren(node.ino));
  }

  /** What is known of its entries is no longer what the server has. */
  #listAgain(ino: number): void {
    const { tree, timers } = this.#context;
    tree.markOutOfDate(ino);
    // Not before the step has ended: a listing leaves alone what is under way.
    timers.set(`claimed:${ino}`, 0, () => this.#parts.lister.refresh(ino));
  }
}
