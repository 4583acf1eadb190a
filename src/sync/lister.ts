/**
 * Keeps the tree's knowledge of folders: lists the ones that operations wait for at once, the ones
 * that went out of date in the background, and whole trees ahead of need. A failed listing changes
 * nothing: it is neither an empty folder nor a deletion.
 */
import { type BackOff, backOffMs } from '../back-off.js';
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  BACKGROUND_LISTINGS_MAX,
  COVERED_WAIT_MS,
  ENTRIES_AHEAD_MAX,
  FAILURE_MEMORY_MS,
  MERGE_SLICE_ENTRIES,
  RETRY_FIRST_MS,
  RETRY_MS_MAX,
  UNSETTLED_FIRST_MS,
  UNSETTLED_MS_MAX,
} from '../limits.js';
import type { EffectId } from '../remote/messages.js';
import { areCheaperTogether } from './changed-together.js';
import type { Connection } from './connection.js';
import { listingKey, type SyncContext, WaitFor } from './context.js';
import type { InFlight } from './in-flight.js';
import {
  ListingMerge,
  type MergeObserver,
  type MergeOutcome,
  type MergeTarget,
} from './listing-merge.js';
import type { Merger } from './merge.js';
import type { Slices } from './slices.js';

/** Between listings of a folder that is still not known. */
const UNSETTLED: BackOff = { firstMs: UNSETTLED_FIRST_MS, maxMs: UNSETTLED_MS_MAX };
const FAILED: BackOff = { firstMs: RETRY_FIRST_MS, maxMs: RETRY_MS_MAX };

interface Failure {
  readonly error: NuageError;
  readonly until: number;
}

/** A listing that nobody asked for. */
export interface AheadObserver {
  done(outcome: MergeOutcome): void;
  failed(error: NuageError): void;
}

export interface ListerParts {
  readonly connection: Connection;
  readonly merger: Merger;
  readonly inFlight: InFlight;
  readonly slices: Slices;
}

/** A folder that is being listed by itself. */
interface Single {
  readonly stamp: number;
  /** Undefined: not ahead, but because it is needed or out of date. */
  readonly observer: AheadObserver | undefined;
}

interface Tree {
  /** Monotonic: until then whoever needs a folder of it waits for it. */
  patienceUntil: number;
  hasBegun: boolean;
}

export class Lister {
  readonly #context: SyncContext;
  readonly #parts: ListerParts;
  readonly #running = new Map<number, Single>();
  readonly #trees = new Map<number, Tree>();
  /** Out of date, in order of discovery. */
  readonly #queue = new Set<number>();
  readonly #failures = new Map<number, Failure>();
  /** Folders being read as trees, since most of what they hold is out of date. */
  #changedTrees = 0;
  /** How often in a row a folder was listed again without its becoming known. */
  readonly #retries = new Map<number, number>();
  /** Whether what is missing may have moved to where a listing ahead will find it. */
  awaitsAhead: () => boolean = () => false;
  /** Reads all that is below a folder in one go, as far as the server lets it; then `ended`. */
  readTree: (folder: number, ended: () => void) => void = (_folder, ended) => ended();
  /** A folder's children are asked for. */
  onUse: (folder: number) => void = () => undefined;
  /** Something has ended: more may begin. */
  onEnd: () => void = () => undefined;
  #whenIdle: (() => void)[] = [];

  constructor(context: SyncContext, parts: ListerParts) {
    this.#context = context;
    this.#parts = parts;
    parts.connection.onChange((online) => {
      if (online) this.#pump();
    });
    parts.merger.missing.lookAgain = (folders) => {
      for (const ino of folders) this.refresh(ino);
      this.#ended();
    };
  }

  /** What was seen to be out of date when the last process ended is listed again. */
  start(): void {
    for (const ino of this.#context.tree.foldersOutOfDate()) this.#queue.add(ino);
    this.#pump();
  }

  /** Nothing is listed that went out of date. */
  get isIdle(): boolean {
    const { size } = this.#running;
    return this.#queue.size + this.#changedTrees === 0 && size === this.aheadCount;
  }

  /** Single folders that are listed ahead. */
  get aheadCount(): number {
    let count = 0;
    for (const { observer } of this.#running.values()) if (observer !== undefined) count += 1;
    return count;
  }

  get treeCount(): number {
    return this.#trees.size;
  }

  /**
   * @returns undefined when the children are known, perhaps out of date by one poll interval.
   * @throws the error of a listing that has just failed; kind `offline` when it cannot be asked.
   */
  ensureListed(folder: TreeNode): WaitFor | undefined {
    const wait = this.#ensureListed(folder);
    this.onUse(folder.ino);
    return wait;
  }

  #ensureListed(folder: TreeNode): WaitFor | undefined {
    if (folder.base === undefined || folder.listedEtag !== undefined) return undefined;
    const failure = this.#failures.get(folder.ino);
    if (failure !== undefined && failure.until > this.#context.clock.monotonic()) {
      throw failure.error;
    }
    this.#parts.connection.requireOnline(this.#context.tree.path(folder.ino));
    const waitMs = this.#coveredForMs(folder);
    if (waitMs > 0) {
      this.#context.timers.setIfSooner(`covered:${folder.ino}`, waitMs, () =>
        this.#startIfUnlisted(folder.ino),
      );
    } else {
      this.#start(folder.ino, undefined);
    }
    return new WaitFor(listingKey(folder.ino));
  }

  /** Lists the folder again in the background. */
  refresh(ino: number): void {
    this.#queue.add(ino);
    this.#pump();
  }

  /** Runs `done` once every listing under way and every one that follows from it has ended. */
  whenIdle(done: () => void): void {
    this.#whenIdle.push(done);
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (!this.isIdle) return;
    for (const done of this.#whenIdle.splice(0)) done();
  }

  /** Whether the folder is being listed, by itself or with a tree. */
  isComing(ino: number): boolean {
    return this.#running.has(ino) || this.#queue.has(ino) || this.#treeOf(ino) !== undefined;
  }

  listAhead(ino: number, observer: AheadObserver): void {
    this.#start(ino, observer);
  }

  /** All that is below this folder, as far as it is not known. */
  listTree(ino: number, observer: AheadObserver): void {
    const path = this.#context.tree.basePath(ino);
    if (path === undefined) {
      observer.failed(new NuageError('not-found', 'the folder is not on the server any more'));
      return;
    }
    const { clock, effects } = this.#context;
    const tree: Tree = { patienceUntil: clock.monotonic() + COVERED_WAIT_MS, hasBegun: false };
    this.#trees.set(ino, tree);
    const end = (): void => void this.#trees.delete(ino);
    const stamp = this.#parts.inFlight.stamp();
    const merge = this.#mergeOf(
      { ino, isDeep: true, stamp },
      {
        taken: (entries) => effects.allow(id, entries + ENTRIES_AHEAD_MAX),
        done: (outcome) => {
          end();
          this.#followUp(ino, outcome);
          observer.done(outcome);
          this.#ended();
        },
        failed: (error, stale) => {
          end();
          // Where the tree could not be taken in the answer may still be coming, and wait for us.
          effects.abort(id);
          for (const folder of stale) this.#queue.add(folder);
          observer.failed(error);
          this.#ended();
        },
      },
    );
    const id: EffectId = effects.start(
      { op: 'list', path, depth: 'infinity' },
      {
        entries: (piece) => {
          if (!tree.hasBegun) tree.patienceUntil = clock.monotonic() + COVERED_WAIT_MS;
          tree.hasBegun = true;
          merge.push(piece);
          this.#parts.slices.add(merge);
        },
        done: () => {
          merge.end();
          this.#parts.slices.add(merge);
        },
        failed: (error) => {
          merge.breakOff(error);
          this.#parts.slices.add(merge);
        },
      },
    );
  }

  /** Milliseconds for which a tree that is on its way is waited for. */
  #coveredForMs({ ino }: TreeNode): number {
    const tree = this.#treeOf(ino);
    return tree === undefined ? 0 : tree.patienceUntil - this.#context.clock.monotonic();
  }

  #treeOf(ino: number): Tree | undefined {
    if (this.#trees.size === 0) return undefined;
    let at: number | undefined = ino;
    while (at !== undefined) {
      const tree = this.#trees.get(at);
      if (tree !== undefined || at === ROOT_INO) return tree;
      at = this.#context.tree.get(at)?.base?.parent;
    }
    return undefined;
  }

  #startIfUnlisted(ino: number): void {
    if (this.#context.tree.get(ino)?.listedEtag === undefined) this.#start(ino, undefined);
  }

  #pump(): void {
    if (!this.#parts.connection.online) return;
    for (const ino of this.#queue) {
      if (this.#running.size - this.aheadCount >= BACKGROUND_LISTINGS_MAX) return;
      if (this.#running.has(ino)) continue;
      this.#queue.delete(ino);
      this.#start(ino, undefined);
    }
  }

  #start(ino: number, observer: AheadObserver | undefined): void {
    if (this.#running.has(ino)) return;
    const path = this.#context.tree.basePath(ino);
    if (path === undefined) return;
    this.#queue.delete(ino);
    const stamp = this.#parts.inFlight.stamp();
    this.#running.set(ino, { stamp, observer });
    const merge = this.#mergeOf(
      { ino, isDeep: false, stamp },
      {
        taken: () => undefined,
        done: (outcome) => this.#listed(ino, outcome),
        failed: (error) => this.#failed(ino, error),
      },
    );
    this.#context.effects.start(
      { op: 'list', path, depth: '1' },
      {
        entries: (piece) => merge.push(piece),
        done: () => {
          merge.end();
          this.#fold(merge, observer === undefined);
        },
        failed: (error) => this.#failed(ino, error),
      },
    );
  }

  #mergeOf(target: MergeTarget, told: Omit<MergeObserver, 'listed'>): ListingMerge {
    const { merger, inFlight } = this.#parts;
    const listed = (folder: number): void => {
      this.#failures.delete(folder);
      this.#context.wake(listingKey(folder));
    };
    return new ListingMerge(
      this.#context,
      { merger, inFlight, observer: { listed, ...told } },
      target,
    );
  }

  /** What fits into one turn is folded in at once: somebody may wait for it. */
  #fold(merge: ListingMerge, isAwaited: boolean): void {
    const { slices } = this.#parts;
    if (merge.waiting > MERGE_SLICE_ENTRIES) {
      if (isAwaited) slices.addUrgent(merge);
      else slices.add(merge);
      return;
    }
    while (merge.slice());
  }

  #listed(ino: number, outcome: MergeOutcome): void {
    const observer = this.#running.get(ino)?.observer;
    this.#running.delete(ino);
    this.#failures.delete(ino);
    if (!outcome.unsettled.includes(ino)) this.#retries.delete(ino);
    this.#followUp(ino, outcome);
    observer?.done(outcome);
    this.#finish(ino);
  }

  #followUp(ino: number, outcome: MergeOutcome): void {
    // One that was asked for later shows what this one has seen.
    const isUnseen = (folder: number): boolean =>
      (this.#running.get(folder)?.stamp ?? 0) < outcome.stamp;
    const stale = [...outcome.stale].filter(isUnseen);
    if (!outcome.isDeep && areCheaperTogether(this.#context.tree, ino, stale.length))
      this.#readTogether(ino);
    else for (const folder of stale) this.#queue.add(folder);
    for (const folder of outcome.unsettled) this.#listAgain(folder, UNSETTLED);
    // Another folder stands at this path now: its parent's listing will tell which.
    const parent = this.#context.tree.get(ino)?.base?.parent;
    if (outcome.isOther && parent !== undefined) this.#queue.add(parent);
  }

  #readTogether(folder: number): void {
    this.#changedTrees += 1;
    this.readTree(folder, () => {
      this.#changedTrees -= 1;
      this.#ended();
    });
  }

  #failed(ino: number, error: NuageError): void {
    const observer = this.#running.get(ino)?.observer;
    this.#running.delete(ino);
    if (error.kind !== 'aborted') {
      const until = this.#context.clock.monotonic() + FAILURE_MEMORY_MS;
      this.#failures.set(ino, { error, until });
    } else if (observer === undefined) {
      // Given up since the server is away, which whoever waits is told when it asks again.
      this.#queue.add(ino);
    }
    const folder = this.#context.tree.get(ino);
    if (error.kind === 'not-found' && folder?.base !== undefined && ino !== ROOT_INO) {
      this.#queue.add(folder.base.parent);
    } else if (folder?.listedEtag !== undefined) {
      // Nothing else would notice that what is known of it is out of date.
      this.#listAgain(ino, FAILED);
    }
    observer?.failed(error);
    this.#finish(ino);
  }

  /** Ever later, as long as it is of no use. */
  #listAgain(ino: number, pauses: BackOff): void {
    if (!this.#parts.connection.online) {
      this.#queue.add(ino);
      return;
    }
    const retries = this.#retries.get(ino) ?? 0;
    this.#retries.set(ino, retries + 1);
    this.#listLater(ino, backOffMs(retries, pauses));
  }

  #finish(ino: number): void {
    this.#context.wake(listingKey(ino));
    this.#ended();
  }

  #ended(): void {
    this.#pump();
    this.onEnd();
    // A folder asked for and a failed one settle nothing: only a whole round proves absence.
    const isWhole = this.isIdle && !this.awaitsAhead();
    if (isWhole && this.#parts.connection.online) this.#parts.merger.missing.settle();
    this.#tellIdle();
  }

  #listLater(ino: number, delayMs: number): void {
    this.#context.timers.setIfSooner(`relist:${ino}`, delayMs, () => this.refresh(ino));
  }
}
