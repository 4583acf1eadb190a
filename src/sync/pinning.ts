/**
 * Keeps pinned files and folders on this machine: walks what is below the pins, has folders listed
 * that are not known yet, and fetches what is missing, a few files at once, again after each change
 * on the server. Told of every row that changes, it looks at those alone; nothing is walked twice
 * but after something has left a pinned folder.
 *
 * The marks are in the database (`TreeStore.pins`); all that is here is found again at a start.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  PIN_FETCHES_MAX,
  PIN_LOOK_MS,
  PIN_RETRY_MS,
  PIN_STEP_NODES,
  PIN_STEP_PAUSE_MS,
  PINS_SHOWN_MAX,
  TREE_DEPTH_MAX,
} from '../limits.js';
import type { Connection } from './connection.js';
import { contentKey, type SyncContext } from './context.js';
import type { Lister } from './lister.js';
import { PinAccount, type PinTotals } from './pin-totals.js';
import type { Reader } from './reader.js';

export interface PinningParts {
  readonly connection: Connection;
  readonly lister: Lister;
  readonly reader: Reader;
  readonly hooks: PinningHooks;
}

export interface PinningHooks {
  /** The content of a file, made where it has none. */
  contentOf(node: TreeNode): string;
  /** Somebody has it open. */
  isOpen(ino: number): boolean;
  /** Makes room on the disk. False where there is none. */
  hasRoom(bytes: number): boolean;
}

export type PinState = 'here' | 'fetching' | 'offline' | 'disk-full' | 'failed';

export interface PinFailure {
  readonly path: string;
  readonly message: string;
}

export interface PinProgress extends PinTotals {
  /** Of the pin that the file or folder belongs to, from the root. */
  readonly path: string;
  readonly state: PinState;
  /** At most {@link PINS_SHOWN_MAX}. */
  readonly failures: readonly PinFailure[];
}

const LOOK = 'pin';
const RETRY = 'pin-retry';

export class Pinning {
  readonly #context: SyncContext;
  readonly #parts: PinningParts;
  readonly #account = new PinAccount();
  /** Nodes to look at. */
  readonly #todo = new Set<number>();
  /** Files of which bytes are missing, in order. */
  readonly #missing = new Set<number>();
  /** Being fetched, with the key that wakes us. */
  readonly #fetching = new Map<number, string>();
  /** Folders whose listing is on its way. */
  readonly #unlisted = new Set<number>();
  readonly #failed = new Map<number, string>();
  #isDiskFull = false;
  #isRecountDue = false;
  #isCounting = false;

  constructor(context: SyncContext, parts: PinningParts) {
    this.#context = context;
    this.#parts = parts;
    context.tree.onChange((before, after) => this.#changed(before, after));
    parts.connection.onChange(() => this.#retry());
  }

  start(): void {
    this.#recount();
  }

  /** Undefined while they are counted again. */
  get totals(): PinTotals | undefined {
    return this.#isCounting ? undefined : this.#account.all;
  }

  /** By a mark of its own, or of a folder above. */
  isPinned(ino: number): boolean {
    return this.rootOf(ino) !== undefined;
  }

  /** The topmost pin that it belongs to; undefined where it is not pinned. */
  rootOf(ino: number): number | undefined {
    const { tree } = this.#context;
    if (tree.pins.size === 0) return undefined;
    let root: number | undefined;
    let at: number | undefined = ino;
    for (let depth = 0; depth < TREE_DEPTH_MAX && at !== undefined; depth += 1) {
      if (tree.pins.has(at)) root = at;
      if (at === ROOT_INO) return root;
      at = tree.get(at)?.parent;
    }
    // Deleted, or in a folder that is: nobody sees it any more.
    return undefined;
  }

  pin(ino: number): void {
    if (this.#context.tree.pins.has(ino)) return;
    this.#context.tree.pins.add(ino);
    this.#recount();
  }

  /** @throws kind `not-permitted` when a folder above keeps it here. */
  unpin(ino: number): void {
    const { tree } = this.#context;
    const root = this.rootOf(ino);
    if (root === undefined) return;
    if (!tree.pins.has(ino) || root !== ino) {
      const folder = tree.path(root) ?? '';
      const what = folder === '' ? 'the whole account' : folder;
      throw new NuageError('not-permitted', `it is pinned with ${what}`, {
        path: tree.path(ino),
        hint: 'Unpin that instead.',
      });
    }
    tree.pins.remove(ino);
    this.#recount();
  }

  /** Of the pin that this node belongs to. Undefined where it is not pinned. */
  progress(ino: number): PinProgress | undefined {
    const root = this.rootOf(ino);
    if (root === undefined) return undefined;
    const totals = this.#withPartsOf(root);
    const failures = this.#failuresBelow(root);
    const path = this.#context.tree.path(root) ?? '';
    return { path, ...totals, failures, state: this.#stateOf(totals, failures.length > 0) };
  }

  /** With the parts of files that have come: a single large one would seem to stand still. */
  #withPartsOf(root: number): PinTotals {
    const { tree, contents } = this.#context;
    const totals = this.#account.of(root);
    let { bytesHere } = totals;
    for (const ino of this.#fetching.keys()) {
      const content = tree.get(ino)?.content;
      if (content === undefined || this.rootOf(ino) !== root) continue;
      const size = contents.size(content);
      const gaps = contents.missing(content, 0, size);
      bytesHere += gaps.reduce((here, { start, end }) => here - (end - start), size);
    }
    return { ...totals, bytesHere };
  }

  /** Every pin, at most {@link PINS_SHOWN_MAX}; one within another is counted with that one. */
  all(): readonly PinProgress[] {
    const { tree } = this.#context;
    const roots = tree.pins.all().filter((ino) => this.rootOf(ino) === ino);
    return roots
      .slice(0, PINS_SHOWN_MAX)
      .map((ino) => this.progress(ino))
      .filter((progress) => progress !== undefined);
  }

  /** Bytes of this content have come, or do not come. */
  woken(key: string): void {
    for (const awaited of this.#fetching.values()) {
      if (awaited === key) this.#lookAfter(0);
    }
  }

  #stateOf(totals: PinTotals, hasFailed: boolean): PinState {
    const isLooking = this.#todo.size > 0 || this.#unlisted.size > 0;
    if (!isLooking && totals.filesHere === totals.files) return 'here';
    if (!this.#parts.connection.online) return 'offline';
    if (this.#isDiskFull) return 'disk-full';
    const isBusy = isLooking || this.#missing.size > 0 || this.#fetching.size > 0;
    return hasFailed && !isBusy ? 'failed' : 'fetching';
  }

  #failuresBelow(root: number): readonly PinFailure[] {
    const { tree } = this.#context;
    const failures: PinFailure[] = [];
    for (const [ino, message] of this.#failed) {
      if (failures.length === PINS_SHOWN_MAX) break;
      const path = tree.path(ino);
      if (path !== undefined && this.rootOf(ino) === root) failures.push({ path, message });
    }
    return failures;
  }

  #changed(before: TreeNode | undefined, after: TreeNode | undefined): void {
    if (this.#context.tree.pins.size === 0) return;
    const node = after ?? before;
    if (node === undefined) return;
    if (node.isFolder && before !== undefined && after !== undefined) {
      const hasMoved = before.parent !== after.parent;
      if (hasMoved) this.#isRecountDue = true;
      const isNews =
        hasMoved || (before.listedEtag === undefined) !== (after.listedEtag === undefined);
      if (!isNews) return;
    }
    this.#todo.add(node.ino);
    this.#lookAfter(PIN_LOOK_MS);
  }

  /** From the marks on: something may have left a pinned folder with all below it. */
  #recount(): void {
    this.#isRecountDue = false;
    this.#isCounting = this.#context.tree.pins.size > 0;
    this.#account.clear();
    for (const set of [this.#missing, this.#unlisted, this.#failed]) set.clear();
    for (const ino of this.#context.tree.pins.all()) this.#todo.add(ino);
    this.#lookAfter(0);
  }

  #retry(): void {
    if (!this.#parts.connection.online || this.#context.tree.pins.size === 0) return;
    this.#isDiskFull = false;
    for (const ino of [...this.#failed.keys(), ...this.#unlisted]) this.#todo.add(ino);
    this.#failed.clear();
    this.#lookAfter(0);
  }

  #retryLater(): void {
    this.#context.timers.setIfSooner(RETRY, PIN_RETRY_MS, () => this.#retry());
  }

  #lookAfter(delayMs: number): void {
    this.#context.timers.setIfSooner(LOOK, delayMs, () => this.#look());
  }

  #look(): void {
    if (this.#isRecountDue) this.#recount();
    let looked = 0;
    for (const ino of this.#todo) {
      if (looked === PIN_STEP_NODES) break;
      looked += 1;
      this.#todo.delete(ino);
      this.#lookAt(ino);
    }
    if (this.#todo.size > 0) this.#lookAfter(PIN_STEP_PAUSE_MS);
    else this.#isCounting = false;
    this.#fetchMore();
  }

  #lookAt(ino: number): void {
    const node = this.#context.tree.get(ino);
    const root = node?.parent === undefined ? undefined : this.rootOf(ino);
    this.#failed.delete(ino);
    if (node === undefined || root === undefined) {
      this.#account.delete(ino);
      this.#missing.delete(ino);
      this.#unlisted.delete(ino);
      return;
    }
    if (node.isFolder) this.#lookInto(node);
    else this.#lookAtFile(node, root);
  }

  #lookInto(folder: TreeNode): void {
    const { tree } = this.#context;
    const isListed = folder.base === undefined || folder.listedEtag !== undefined;
    if (isListed) {
      this.#unlisted.delete(folder.ino);
    } else {
      this.#unlisted.add(folder.ino);
      this.#parts.lister.refresh(folder.ino);
      this.#retryLater();
    }
    for (const child of tree.children(folder.ino)) this.#todo.add(child.ino);
  }

  #lookAtFile(node: TreeNode, root: number): void {
    const isHere = this.#isHere(node);
    this.#account.set(node.ino, { root, bytes: node.size, isHere });
    if (isHere) this.#missing.delete(node.ino);
    else if (!this.#fetching.has(node.ino)) this.#missing.add(node.ino);
  }

  #isHere({ content, size, base }: TreeNode): boolean {
    if (content === undefined) return size === 0 || base === undefined;
    return this.#context.contents.isComplete(content);
  }

  #fetchMore(): void {
    if (!this.#parts.connection.online) return;
    for (const ino of [...this.#fetching.keys()]) this.#fetch(ino);
    for (const ino of this.#missing) {
      if (this.#fetching.size >= PIN_FETCHES_MAX) return;
      this.#missing.delete(ino);
      this.#fetch(ino);
    }
  }

  /** Asks for the next bytes of it, until all are here. */
  #fetch(ino: number): void {
    const { tree, contents } = this.#context;
    this.#fetching.delete(ino);
    const node = tree.get(ino);
    const root = node?.parent === undefined ? undefined : this.rootOf(ino);
    if (node === undefined || root === undefined || node.base === undefined) {
      this.#letGo(node);
      return;
    }
    try {
      const content = this.#parts.hooks.contentOf(node);
      const [gap] = contents.missing(content, 0, contents.size(content));
      if (gap === undefined) {
        this.#lookAtFile(node, root);
        this.#letGo({ ...node, content });
        return;
      }
      this.#isDiskFull = !this.#parts.hooks.hasRoom(gap.end - gap.start);
      if (this.#isDiskFull) throw new NuageError('disk-full', 'the disk of the cache is full');
      this.#fetching.set(ino, contentKey(content));
      const wanted = { content, start: gap.start, end: gap.end, isExact: true };
      if (this.#parts.reader.ensure(node, wanted) === undefined) this.#lookAfter(0);
    } catch (error) {
      this.#failedToFetch(node, error);
    }
  }

  #letGo(node: TreeNode | undefined): void {
    if (node?.content === undefined || this.#parts.hooks.isOpen(node.ino)) return;
    this.#parts.reader.forget(node.content);
  }

  #failedToFetch({ ino, parent }: TreeNode, error: unknown): void {
    if (!(error instanceof NuageError)) throw error;
    this.#fetching.delete(ino);
    // The new version is looked at when the listing has brought it.
    if (error.kind === 'stale' && parent !== undefined) this.#parts.lister.refresh(parent);
    this.#failed.set(ino, error.message);
    this.#retryLater();
  }
}
