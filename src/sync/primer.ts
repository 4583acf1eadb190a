/**
 * Reads the tree ahead of need, until all of it is known: whole trees by one request each, where
 * the user is first; folder by folder where the server refuses that, takes too long, or fails at
 * the size of it. What is left to do is in the database (Frontier), so that a later mount goes on.
 */
import { ROOT_INO } from '../cache/node.js';
import type { ErrorKind, NuageError } from '../errors.js';
import {
  AHEAD_LISTINGS_MAX,
  AHEAD_RETRY_MS,
  DEEP_LISTINGS_MAX,
  FRONTIER_ROWS,
  GROUP_ENTRIES_MAX,
  GROUP_FOLDERS_MIN,
  GROUP_SAMPLES_MIN,
  RECENT_FOLDERS_MAX,
} from '../limits.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { Lister } from './lister.js';
import type { MergeOutcome } from './listing-merge.js';

export interface PrimerParts {
  readonly connection: Connection;
  readonly lister: Lister;
}

/** Say that the server gives no trees, or not this one. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set([
  'forbidden',
  'invalid-argument',
  'not-supported',
  'protocol',
]);
/** May come of the size of the tree. */
const TOO_LARGE: ReadonlySet<ErrorKind> = new Set(['timeout', 'server', 'offline', 'too-large']);

/** Set once the whole tree has been known. */
const PRIMED_KEY = 'tree.primed';

export class Primer {
  readonly #context: SyncContext;
  readonly #parts: PrimerParts;
  /** Used last, the latest first. */
  #recent: number[] = [];
  /** Only folder by folder. */
  readonly #single = new Set<number>();
  /** To be read again as trees. */
  readonly #changed = new Map<number, () => void>();
  /** Not before the next retry. */
  readonly #failed = new Set<number>();
  #givesTrees = true;
  #hasGivenTrees = false;
  #isPrimed: boolean;
  /** Nothing is left, as far as is known. */
  #isDone = false;
  /** Of the answers so far, for guessing the size of the next. */
  #samples = { count: 0, entries: 0, bytes: 0 };

  constructor(context: SyncContext, parts: PrimerParts) {
    this.#context = context;
    this.#parts = parts;
    this.#isPrimed = context.tree.getMeta(PRIMED_KEY) !== undefined;
    const { lister, connection } = parts;
    lister.onUse = (ino) => this.#use(ino);
    lister.onEnd = () => {
      this.#isDone = false;
      this.pump();
    };
    // In the first reading of a large tree a deletion must not wait for all the rest.
    lister.readTree = (ino, ended) => this.readAgain(ino, ended);
    lister.awaitsAhead = () => this.#isPrimed && this.#isBusy;
    connection.onChange((online) => {
      if (online) this.#retry();
    });
  }

  get #isBusy(): boolean {
    const { treeCount, aheadCount } = this.#parts.lister;
    return treeCount + aheadCount + this.#changed.size > 0;
  }

  /**
   * Much has changed below this folder: what differs there is read as one tree.
   * @param ended called once that is done, or left to listings of single folders.
   */
  readAgain(ino: number, ended: () => void = () => undefined): void {
    const before = this.#changed.get(ino);
    this.#changed.set(ino, () => {
      before?.();
      ended();
    });
    this.pump();
  }

  /** Begins what can begin. */
  pump(): void {
    const { connection, lister } = this.#parts;
    const { tree } = this.#context;
    this.#readChanged();
    while (connection.online && tree.get(ROOT_INO)?.listedEtag !== undefined) {
      const next = this.#next();
      if (next === undefined) {
        this.#noteEnd();
        return;
      }
      if (this.#mayBeTree(next)) {
        if (lister.treeCount >= DEEP_LISTINGS_MAX) return;
        this.#askForTree(this.#groupOf(next) ?? next);
      } else {
        if (lister.aheadCount >= AHEAD_LISTINGS_MAX) return;
        this.#askForFolder(next);
      }
    }
  }

  #readChanged(): void {
    const { connection, lister } = this.#parts;
    for (const [ino, ended] of this.#changed) {
      if (!connection.online || lister.treeCount >= DEEP_LISTINGS_MAX) return;
      // What is on its way may have been asked for too early to tell.
      if (lister.isComing(ino)) continue;
      this.#changed.delete(ino);
      if (!this.#givesTrees) {
        lister.refresh(ino);
        ended();
        continue;
      }
      lister.listTree(ino, {
        // Of some of it the tree did not tell: that is found level by level.
        done: ({ untold }) => {
          for (const folder of untold) lister.refresh(folder);
          ended();
        },
        failed: () => {
          lister.refresh(ino);
          ended();
        },
      });
    }
  }

  #use(ino: number): void {
    if (this.#isDone || this.#recent[0] === ino) return;
    this.#recent = [ino, ...this.#recent.filter((used) => used !== ino)];
    this.#recent.length = Math.min(this.#recent.length, RECENT_FOLDERS_MAX);
    this.pump();
  }

  /** A folder whose children are unknown and not on their way. */
  #next(): number | undefined {
    const { frontier } = this.#context.tree;
    for (const used of this.#recent) {
      const found = this.#usable(frontier.foldersIn(used, FRONTIER_ROWS));
      if (found !== undefined) return found;
    }
    return this.#usable(frontier.folders(FRONTIER_ROWS + this.#failed.size));
  }

  #usable(inos: readonly number[]): number | undefined {
    return inos.find((ino) => !this.#failed.has(ino) && !this.#parts.lister.isComing(ino));
  }

  #mayBeTree(ino: number): boolean {
    return this.#givesTrees && !this.#single.has(ino);
  }

  /** The folder above, where it is about one answer's worth of many small ones. */
  #groupOf(ino: number): number | undefined {
    const { tree } = this.#context;
    const { count, entries, bytes } = this.#samples;
    const above = tree.get(ino)?.base?.parent;
    if (above === undefined || count < GROUP_SAMPLES_MIN) return undefined;
    if (this.#single.has(above) || this.#parts.lister.isComing(above)) return undefined;
    const left = tree.frontier.sizeIn(above);
    const guess = Math.max(
      (left.folders * entries) / count,
      bytes === 0 ? 0 : (left.bytes * entries) / bytes,
    );
    const isWorthIt = left.folders >= GROUP_FOLDERS_MIN && guess <= GROUP_ENTRIES_MAX;
    return isWorthIt ? above : undefined;
  }

  #askForTree(ino: number): void {
    const bytes = this.#context.tree.get(ino)?.base?.size ?? 0;
    this.#parts.lister.listTree(ino, {
      done: (outcome) => this.#hasTree(ino, bytes, outcome),
      failed: (error) => this.#hasNoTree(ino, error),
    });
  }

  #hasTree(ino: number, bytes: number, { entries, isDeep, untold, unsettled }: MergeOutcome): void {
    this.#samples.count += 1;
    this.#samples.entries += entries;
    this.#samples.bytes += bytes;
    // Asked for together once is enough, whatever it has left over.
    this.#single.add(ino);
    for (const folder of untold) this.#single.add(folder);
    for (const folder of unsettled) this.#fail(folder);
    if (isDeep) this.#hasGivenTrees = true;
    else if (!this.#hasGivenTrees && untold.some((folder) => this.#hasSize(folder))) {
      this.#refuseTrees('its answers show one level only');
    }
  }

  #hasSize(ino: number): boolean {
    return (this.#context.tree.get(ino)?.base?.size ?? 0) > 0;
  }

  #hasNoTree(ino: number, error: NuageError): void {
    const { kind } = error;
    if (REFUSALS.has(kind) && !this.#hasGivenTrees) this.#refuseTrees(error.message);
    else if (REFUSALS.has(kind) || TOO_LARGE.has(kind)) this.#single.add(ino);
    else this.#fail(ino);
  }

  #refuseTrees(reason: string): void {
    this.#givesTrees = false;
    this.#context.logger.info('the server gives no trees; folders are read one by one', { reason });
  }

  #askForFolder(ino: number): void {
    this.#parts.lister.listAhead(ino, {
      done: ({ unsettled, isOther }) => {
        if (unsettled.length > 0 || isOther) this.#fail(ino);
      },
      failed: () => this.#fail(ino),
    });
  }

  #fail(ino: number): void {
    this.#failed.add(ino);
    this.#context.timers.setIfSooner('primer', AHEAD_RETRY_MS, () => this.#retry());
  }

  #retry(): void {
    this.#failed.clear();
    this.pump();
  }

  #noteEnd(): void {
    if (this.#isBusy || this.#failed.size > 0) return;
    this.#isDone = true;
    if (this.#isPrimed) return;
    const { tree, logger } = this.#context;
    this.#isPrimed = true;
    tree.setMeta(PRIMED_KEY, '1');
    logger.info('the whole tree is known', { entries: tree.count() });
  }
}
