/**
 * Holds back deletions that may be an accident (runaway.ts) until somebody confirms them or takes
 * them back. What is held follows from the tree and two marks in the database, so it is the same
 * after a restart. Nothing else in the queue waits for it.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import type { RemovalAmount } from '../cache/removals.js';
import { RUNAWAY_CHANGES_MAX, RUNAWAY_COUNTED_MS, RUNAWAY_MEMORY_MS } from '../limits.js';
import { bringBack } from './bring-back.js';
import type { SyncContext } from './context.js';
import { isRunaway, isShareRoot } from './runaway.js';

export type HeldReason = 'much' | 'share';

export interface HeldRemovals extends RemovalAmount {
  readonly reason: HeldReason;
  /** The topmost of what is held, from the root; at most some. */
  readonly paths: readonly string[];
}

export interface RemovalGuardParts {
  /** Of the account; more than this asks. 1: never. */
  readonly share: number;
  readonly isBusy: (ino: number) => boolean;
  /** Something is held from now on. */
  readonly held: (held: HeldRemovals) => void;
}

/** `1` while much of the account waits for an answer. */
const HELD_KEY = 'removals.held';
/** The number of the newest change that needs no answer any more. */
const CONFIRMED_KEY = 'removals.confirmed';

const PATHS_SHOWN_MAX = 20;

interface Sent extends RemovalAmount {
  readonly at: number;
}

export class RemovalGuard {
  readonly #context: SyncContext;
  readonly #parts: RemovalGuardParts;
  #isHolding: boolean;
  #confirmed: number;
  /** The oldest first; what is older than {@link RUNAWAY_MEMORY_MS} is forgotten. */
  #sent: Sent[] = [];
  /** When it was last counted how much is deleted, and what the newest change was then. */
  #counted = { at: -Infinity, change: 0 };
  /** Roots of shares that were told of. */
  readonly #told = new Set<number>();

  constructor(context: SyncContext, parts: RemovalGuardParts) {
    this.#context = context;
    this.#parts = parts;
    this.#isHolding = context.tree.getMeta(HELD_KEY) === '1';
    this.#confirmed = Number(context.tree.getMeta(CONFIRMED_KEY) ?? 0);
  }

  /** Asked before each removal is sent. */
  admits(node: TreeNode): boolean {
    if (node.change <= this.#confirmed) return true;
    this.#count();
    if (!this.isHeld(node)) return true;
    if (!this.#isHolding && !this.#told.has(node.ino)) {
      this.#told.add(node.ino);
      this.#tell();
    }
    return false;
  }

  /** It, not what is in it, which goes with it. */
  isHeld(node: TreeNode): boolean {
    const { base, change, parent } = node;
    if (parent !== undefined || base === undefined || change <= this.#confirmed) return false;
    return this.#isHolding || this.#takesShare(node, base.parent);
  }

  /** The root of a share, or a folder with one in it. */
  #takesShare({ ino, isFolder, base }: TreeNode, parent: number): boolean {
    const { tree } = this.#context;
    const above = tree.get(parent)?.base?.permissions ?? '';
    if (isShareRoot(base?.permissions ?? '', above)) return true;
    return isFolder && tree.baseChildren(ino).some((child) => this.#takesShare(child, ino));
  }

  /** The server has removed it at our request. */
  sent(node: TreeNode): void {
    if (node.change <= this.#confirmed || node.base === undefined) return;
    const at = this.#context.clock.monotonic();
    const last = this.#sent.at(-1);
    const bytes = node.isFolder ? 0 : node.base.size;
    if (last === undefined || at - last.at > RUNAWAY_COUNTED_MS) {
      this.#sent.push({ at, entries: 1, bytes });
    } else {
      this.#sent[this.#sent.length - 1] = { ...plus(last, { entries: 1, bytes }), at: last.at };
    }
  }

  /** Undefined where nothing is held. */
  held(): HeldRemovals | undefined {
    const nodes = this.#heldNodes();
    if (nodes.length === 0) return undefined;
    const { tree } = this.#context;
    let amount: RemovalAmount = NOTHING;
    const paths: string[] = [];
    for (const node of nodes) {
      amount = plus(amount, { entries: 1, bytes: node.isFolder ? 0 : (node.base?.size ?? 0) });
      const isTop = tree.get(node.base?.parent ?? ROOT_INO)?.parent !== undefined;
      if (isTop && paths.length < PATHS_SHOWN_MAX) paths.push(tree.basePath(node.ino) ?? node.name);
    }
    return { reason: this.#isHolding ? 'much' : 'share', ...amount, paths };
  }

  /** All that is held now goes out. */
  confirm(): void {
    const { tree } = this.#context;
    tree.atomically(() => {
      this.#confirmed = tree.lastChange;
      tree.setMeta(CONFIRMED_KEY, String(this.#confirmed));
      this.#hold(false);
    });
  }

  /** All that is held is here again, as the server has it. */
  takeBack(): void {
    const { tree } = this.#context;
    tree.atomically(() => {
      for (const { ino } of this.#heldNodes()) bringBack(this.#context, ino);
      this.#hold(false);
    });
  }

  /** With what is in them, for that goes with them. */
  #heldNodes(): readonly TreeNode[] {
    const { tree } = this.#context;
    const known = new Map<number, boolean>();
    return tree.removals
      .all()
      .map((ino) => tree.get(ino))
      .filter((node) => node !== undefined)
      .filter((node) => !this.#parts.isBusy(node.ino) && this.#isWithin(node, known));
  }

  /** @param known what was found of others: the many files of a folder ask for it once. */
  #isWithin(node: TreeNode, known: Map<number, boolean>): boolean {
    const { ino, parent, base } = node;
    if (parent !== undefined || base === undefined) return false;
    const before = known.get(ino);
    if (before !== undefined) return before;
    const above = this.#context.tree.get(base.parent);
    const isWithin = this.isHeld(node) || (above !== undefined && this.#isWithin(above, known));
    known.set(ino, isWithin);
    return isWithin;
  }

  #count(): void {
    const { clock, tree } = this.#context;
    const now = clock.monotonic();
    const isFew = tree.lastChange - this.#counted.change < RUNAWAY_CHANGES_MAX;
    const isRecent = now - this.#counted.at < RUNAWAY_COUNTED_MS;
    if (this.#isHolding || (isFew && isRecent)) return;
    this.#counted = { at: now, change: tree.lastChange };
    this.#sent = this.#sent.filter(({ at }) => now - at < RUNAWAY_MEMORY_MS);
    const sent = this.#sent.reduce<RemovalAmount>(plus, NOTHING);
    const removed = plus(tree.removals.amountAfter(this.#confirmed), sent);
    const known = { entries: tree.count(), bytes: tree.get(ROOT_INO)?.base?.size ?? 0 };
    const account = { ...plus(known, sent), isWhole: tree.frontier.folders(1).length === 0 };
    if (!isRunaway(removed, account, this.#parts.share)) return;
    this.#hold(true);
    this.#tell();
  }

  #hold(isHolding: boolean): void {
    this.#isHolding = isHolding;
    this.#sent = [];
    this.#told.clear();
    this.#context.tree.setMeta(HELD_KEY, isHolding ? '1' : '0');
  }

  #tell(): void {
    const held = this.held();
    if (held !== undefined) this.#parts.held(held);
  }
}

const NOTHING: RemovalAmount = { entries: 0, bytes: 0 };

function plus(a: RemovalAmount, b: RemovalAmount): RemovalAmount {
  return { entries: a.entries + b.entries, bytes: a.bytes + b.bytes };
}
