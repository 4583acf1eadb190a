/**
 * Folds one answer into the tree in slices: of one folder, or of a tree, in which each folder comes
 * before what is in it and all of it before the next one (RFC 4918 promises no order, a Nextcloud
 * keeps this one). Memory is that of the open folders, whatever the size of the tree.
 *
 * A folder counts as known only when its last entry has been seen. An answer that breaks off leaves
 * the others as they were: unknown, or out of date. Nor is a folder believed to be empty because a
 * tree shows nothing in it: a server may answer a request for a tree with one level of it.
 */
import type { TreeNode } from '../cache/node.js';
import { isDefect, NuageError } from '../errors.js';
import { ENTRIES_AHEAD_MAX, MERGE_SLICE_ENTRIES } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Merger } from './merge.js';
import type { Pass, Round } from './merge-pass.js';
import type { SlicedWork } from './slices.js';

export interface MergeOutcome {
  readonly stamp: number;
  /** Folders whose own listing is out of date now. */
  readonly stale: ReadonlySet<number>;
  /** Something in flight was left out of these: to be listed again when it has settled. */
  readonly unsettled: readonly number[];
  /** Folders of which a tree did not tell: to be listed one by one. */
  readonly untold: readonly number[];
  /** Another folder stands where this one was. */
  readonly isOther: boolean;
  /** Entries below the folder itself. */
  readonly entries: number;
  /** Whether it showed more than one level. */
  readonly isDeep: boolean;
}

export interface MergeObserver {
  /** The children of this folder are known. */
  listed(ino: number): void;
  /** So many entries of the answer have been folded in by now. */
  taken(entries: number): void;
  done(outcome: MergeOutcome): void;
  /** The answer broke off: these were known and are out of date now. */
  failed(error: NuageError, stale: ReadonlySet<number>): void;
}

export interface ListingMergeParts {
  readonly merger: Merger;
  readonly inFlight: InFlight;
  readonly observer: MergeObserver;
}

export interface MergeTarget {
  readonly ino: number;
  readonly isDeep: boolean;
  /** Of {@link InFlight.stamp}. */
  readonly stamp: number;
}

interface OpenFolder {
  readonly path: string;
  readonly ino: number;
  readonly self: RemoteEntry;
  /** Undefined: its own children are not touched. */
  pass: Pass | undefined;
  /** Nothing below it is touched either. */
  isSkipped: boolean;
  rows: number;
}

/** Letter of what another storage holds, which may be away. */
const EXTERNAL = 'M';

export class ListingMerge implements SlicedWork {
  readonly #context: SyncContext;
  readonly #parts: ListingMergeParts;
  readonly #target: MergeTarget;
  readonly #round: Round;
  readonly #queue: RemoteEntry[] = [];
  #at = 0;
  readonly #open: OpenFolder[] = [];
  /** Shown without children. */
  readonly #bare: OpenFolder[] = [];
  readonly #listed: number[] = [];
  readonly #unsettled: number[] = [];
  readonly #untold: number[] = [];
  #isOther = false;
  #entries = 0;
  #taken = 0;
  #levels = 0;
  #hasEnded = false;
  /** Its observer is told of the end once, and nothing after that. */
  #isOver = false;
  #error: NuageError | undefined;

  constructor(context: SyncContext, parts: ListingMergeParts, target: MergeTarget) {
    this.#context = context;
    this.#parts = parts;
    this.#target = target;
    this.#round = { stamp: target.stamp, stale: new Set() };
  }

  get waiting(): number {
    return this.#queue.length - this.#at;
  }

  push(entries: readonly RemoteEntry[]): void {
    if (!this.#isOver) this.#queue.push(...entries);
  }

  /** The answer is complete. */
  end(): void {
    this.#hasEnded = true;
  }

  /** The answer broke off. What it has shown by then is true; no open folder is complete. */
  breakOff(error: NuageError): void {
    this.#error = error;
    this.#hasEnded = true;
  }

  slice(): boolean {
    if (this.#isOver) return false;
    try {
      return this.#sliceOnce();
    } catch (error) {
      if (!this.#giveUp(error) || isDefect(error)) throw error;
      return false;
    }
  }

  /**
   * The disk of the cache refused something: what this answer tells is to be asked for again.
   * @returns false where the observer had been told of an end before.
   */
  #giveUp(error: unknown): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#forsake();
    this.#queue.length = 0;
    this.#at = 0;
    const reason = error instanceof NuageError ? error : new NuageError('assertion', String(error));
    this.#parts.observer.failed(reason, this.#round.stale);
    return true;
  }

  #sliceOnce(): boolean {
    const { merger, observer } = this.#parts;
    const before = this.#at;
    merger.together(() => {
      this.#leaveVanished();
      this.#takeSlice();
    });
    const taken = this.#at - before;
    this.#forgetTaken();
    for (const ino of this.#listed.splice(0)) observer.listed(ino);
    this.#taken += taken;
    if (taken > 0) observer.taken(this.#taken);
    if (this.waiting > 0) return true;
    if (!this.#hasEnded) return false;
    if (this.#open.length > 0 || this.#bare.length > 0) return true;
    this.#finish();
    return false;
  }

  #takeSlice(): void {
    let left = MERGE_SLICE_ENTRIES;
    for (; left > 0 && this.waiting > 0; left -= 1) {
      const entry = this.#queue[this.#at];
      this.#at += 1;
      if (entry !== undefined) this.#take(entry);
    }
    if (this.waiting > 0 || !this.#hasEnded) return;
    if (this.#error !== undefined) this.#forsake();
    for (; left > 0 && this.#open.length > 0; left -= 1) this.#closeLast();
    for (; left > 0 && this.#bare.length > 0; left -= 1) this.#closeBare();
  }

  #forsake(): void {
    this.#open.length = 0;
    this.#bare.length = 0;
  }

  /** While the answer goes on something always waits: what was taken is not kept until its end. */
  #forgetTaken(): void {
    if (this.waiting > 0 && this.#at < ENTRIES_AHEAD_MAX) return;
    this.#queue.splice(0, this.#at);
    this.#at = 0;
  }

  /** Between two slices a folder may have been deleted, or sent somewhere else. */
  #leaveVanished(): void {
    const { tree } = this.#context;
    for (const folder of this.#open) {
      const isSent = this.#target.isDeep && this.#isTouched(folder.ino);
      if (tree.get(folder.ino)?.base !== undefined && !isSent) continue;
      folder.pass = undefined;
      folder.isSkipped = true;
    }
  }

  #isTouched(ino: number): boolean {
    return this.#parts.inFlight.touchedSince(ino, this.#target.stamp);
  }

  #take(entry: RemoteEntry): void {
    if (this.#isOther) return;
    if (this.#open.length === 0) {
      this.#takeSelf(entry);
      return;
    }
    this.#entries += 1;
    const above = parentPath(entry.path);
    let folder = this.#open.at(-1);
    while (folder !== undefined && !isAtOrBelow(above, folder.path)) {
      this.#closeLast();
      folder = this.#open.at(-1);
    }
    if (folder?.isSkipped === true) return;
    if (folder?.path !== above) this.#takeStray(above);
    else this.#takeChild(folder, entry);
  }

  #takeSelf(entry: RemoteEntry): void {
    const { ino } = this.#target;
    const folder = this.#context.tree.get(ino);
    const { base } = folder ?? {};
    // The root has no number before it was listed once.
    this.#isOther = base === undefined || (base.parent !== 0 && base.fileId !== entry.fileId);
    if (folder !== undefined && !this.#isOther) this.#enter(folder, entry);
  }

  #takeChild(folder: OpenFolder, entry: RemoteEntry): void {
    folder.rows += 1;
    this.#levels = Math.max(this.#levels, this.#open.length);
    const { merger } = this.#parts;
    const ino =
      folder.pass === undefined ? this.#find(folder, entry) : merger.take(folder.pass, entry);
    if (!this.#target.isDeep || !entry.isFolder) return;
    const node = ino === undefined ? undefined : this.#context.tree.get(ino);
    if (node?.base === undefined || this.#isTouched(node.ino)) this.#skip(entry);
    else this.#enter(node, entry);
  }

  /** In a folder whose own children are known, only what is below its folders may be news. */
  #find(folder: OpenFolder, entry: RemoteEntry): number | undefined {
    if (!entry.isFolder) return undefined;
    const node = this.#context.tree.byFileId(entry.fileId);
    return node?.base?.parent === folder.ino ? node.ino : undefined;
  }

  #enter(folder: TreeNode, self: RemoteEntry): void {
    const { merger } = this.#parts;
    const isKnown =
      this.#target.isDeep &&
      (folder.listedEtag === self.etag || merger.isOutdated(folder.ino, this.#round.stamp));
    const pass = isKnown ? undefined : merger.open(folder, self, this.#round);
    const { path } = self;
    this.#open.push({ path, ino: folder.ino, self, pass, isSkipped: false, rows: 0 });
  }

  #skip(self: RemoteEntry): void {
    this.#open.push({ path: self.path, ino: 0, self, pass: undefined, isSkipped: true, rows: 0 });
  }

  /** Its folder was taken for complete before. */
  #takeStray(above: string): void {
    const { tree } = this.#context;
    const [top] = this.#open;
    let at = top?.ino;
    for (const name of above.slice((top?.path ?? '').length).split('/')) {
      if (name === '' || at === undefined) continue;
      at = tree.byBasePlace(at, name)?.ino;
    }
    if (at !== undefined && tree.markOutOfDate(at)) this.#round.stale.add(at);
  }

  #closeLast(): void {
    const folder = this.#open.pop();
    if (folder?.pass === undefined) return;
    if (this.#target.isDeep && folder.rows === 0) this.#bare.push(folder);
    else this.#close(folder, folder.pass);
  }

  #close(folder: OpenFolder, pass: Pass): void {
    if (this.#parts.merger.close(pass)) this.#listed.push(folder.ino);
    else this.#unsettled.push(folder.ino);
  }

  #closeBare(): void {
    const folder = this.#bare.pop();
    if (folder?.pass === undefined || this.#context.tree.get(folder.ino)?.base === undefined)
      return;
    const { size, permissions } = folder.self;
    const isEmpty = this.#levels > 1 && size === 0 && !permissions.includes(EXTERNAL);
    if (isEmpty && !this.#context.tree.hasBaseChildren(folder.ino))
      this.#close(folder, folder.pass);
    else this.#untold.push(folder.ino);
  }

  #finish(): void {
    this.#isOver = true;
    const { stale } = this.#round;
    if (this.#error !== undefined) {
      this.#parts.observer.failed(this.#error, stale);
      return;
    }
    this.#parts.observer.done({
      stamp: this.#target.stamp,
      stale,
      unsettled: this.#unsettled,
      untold: this.#untold,
      isOther: this.#isOther,
      entries: this.#entries,
      isDeep: this.#levels > 1,
    });
  }
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || folder === '' || path.startsWith(`${folder}/`);
}
