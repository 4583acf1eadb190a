/**
 * Small files come in company: while the files of a folder are read one after the other, the next
 * ones are on their way, many of a folder by one request. Bounded in number, bytes and requests,
 * begun by reads alone, and given up when they stop or turn elsewhere.
 *
 * What comes so names no version. It counts only when the server still has, behind it, what the
 * tree knew before it was asked for; anything else is dropped, and read as if nobody had guessed.
 */
import type { ChildRow, NodeBase, TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  COMPANY_BYTES_MAX,
  COMPANY_BYTES_MIN,
  COMPANY_FILE_BYTES_MAX,
  COMPANY_FILES_MIN,
  COMPANY_LANE_MAX,
  COMPANY_MS,
  COMPANY_QUERY_CHARS_MAX,
  COMPANY_SINGLE_BYTES_MAX,
  COMPANY_WAIT_MS,
} from '../limits.js';
import type { EffectId } from '../remote/messages.js';
import type { FilesTogether } from '../remote/remote.js';
import { sameVersion } from './conflict.js';
import type { Connection } from './connection.js';
import { contentKey, type SyncContext, WaitFor } from './context.js';
import type { Lister } from './lister.js';
import type { PinningHooks } from './pinning.js';
import type { Reader } from './reader.js';
import { isWrong, type Walk, Walks, widenWalk } from './walks.js';

export interface CompanyParts {
  readonly connection: Connection;
  readonly lister: Lister;
  readonly reader: Reader;
  readonly hooks: Pick<PinningHooks, 'contentOf' | 'isOpen'>;
}

/** A file and the version of it that is asked for. */
interface Guess {
  readonly ino: number;
  readonly base: NodeBase;
}

/** Files of one folder on their way. */
interface Batch {
  readonly folder: number;
  readonly guesses: ReadonlyMap<number, Guess>;
  readonly startedAt: number;
  id: EffectId;
  /** Nobody waits for it any longer. */
  isLate: boolean;
}

const CHECK = 'company';

export class Company {
  readonly #context: SyncContext;
  readonly #parts: CompanyParts;
  readonly #walks = new Walks();
  readonly #batches = new Set<Batch>();
  /** Brought and not read yet, by folder. */
  readonly #brought = new Map<number, Set<number>>();
  /** Files that come ahead each by itself. */
  readonly #singles = new Map<string, Pick<TreeNode, 'ino' | 'parent'>>();
  /** Folders of which nothing more is asked ahead. */
  readonly #done = new Set<number>();
  /** The server gives no files together. */
  #isRefused = false;

  constructor(context: SyncContext, parts: CompanyParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Somebody has opened this file and begins to read it. */
  reads(node: TreeNode): void {
    const { parent, ino } = node;
    if (parent === undefined) return;
    const walk = this.#walks.note(parent, ino, this.#context.clock.monotonic());
    const wasBrought = this.#brought.get(parent)?.delete(ino) === true;
    if (walk === undefined) return;
    if (wasBrought || this.#batchOf(ino) !== undefined) walk.used += 1;
    if (!this.#mayGuess(walk)) return;
    this.#lookAhead(walk, node);
    this.#checkLater();
  }

  /** @returns what to wait for where this file is on its way with others. */
  coming(ino: number, content: string): WaitFor | undefined {
    const batch = this.#batchOf(ino);
    return batch === undefined || batch.isLate ? undefined : new WaitFor(contentKey(content));
  }

  #batchOf(ino: number): Batch | undefined {
    for (const batch of this.#batches) if (batch.guesses.has(ino)) return batch;
    return undefined;
  }

  #mayGuess(walk: Walk): boolean {
    if (!this.#parts.connection.online || isWrong(walk)) return false;
    // Nothing is given up for a guess.
    return this.#context.roomBytes() > COMPANY_BYTES_MAX * COMPANY_LANE_MAX * 2;
  }

  #lookAhead(walk: Walk, node: TreeNode): void {
    const { tree } = this.#context;
    const folder = tree.get(walk.folder);
    if (folder === undefined) return;
    const next = this.#foldersBehind(folder);
    this.#leave(new Set([folder, ...next].map(({ ino }) => ino)));
    const ahead = this.#brought.get(folder.ino)?.size ?? 0;
    if (ahead < walk.window / 2) {
      if (walk.used > 0) widenWalk(walk);
      // Two at once: while the first is proven the second is on its way.
      for (let turn = 0; turn < COMPANY_LANE_MAX; turn += 1) this.#bring(walk, folder, node.name);
    }
    for (const other of next) {
      const isKnown = this.#brought.has(other.ino) || this.#comingOf(other.ino) > 0;
      if (!isKnown) this.#bring(walk, other, '');
    }
  }

  /** The folders that come next in the order of their names. */
  #foldersBehind(folder: TreeNode): readonly TreeNode[] {
    const { tree } = this.#context;
    const left = this.#walks.foldersAhead;
    if (folder.parent === undefined || left === 0) return [];
    const siblings = tree.children(folder.parent).filter(({ isFolder }) => isFolder);
    const at = siblings.findIndex(({ ino }) => ino === folder.ino);
    return siblings
      .slice(at + 1, at + 1 + left)
      .map(({ ino }) => tree.get(ino))
      .filter((next) => next !== undefined);
  }

  /** What is on its way for another folder than these is given up. */
  #leave(folders: ReadonlySet<number>): void {
    for (const batch of this.#batches) {
      if (!folders.has(batch.folder)) this.#context.effects.abort(batch.id);
    }
    for (const [content, { ino, parent }] of this.#singles) {
      if (parent !== undefined && folders.has(parent)) continue;
      this.#singles.delete(content);
      if (!this.#parts.hooks.isOpen(ino)) this.#parts.reader.forget(content);
    }
    for (const folder of this.#brought.keys()) {
      if (!folders.has(folder)) this.#brought.delete(folder);
    }
    for (const folder of this.#done) if (!folders.has(folder)) this.#done.delete(folder);
  }

  #comingOf(folder: number): number {
    return [...this.#batches].filter((batch) => batch.folder === folder).length;
  }

  /** Asks for the files of the folder that come behind this name. */
  #bring(walk: Walk, folder: TreeNode, name: string): void {
    const { tree } = this.#context;
    const path = tree.basePath(folder.ino);
    if (path === undefined || folder.listedEtag === undefined) return;
    if (this.#done.has(folder.ino) || this.#comingOf(folder.ino) >= COMPANY_LANE_MAX) return;
    const rows = tree.children(folder.ino);
    const at = rows.findIndex((row) => row.name === name);
    const next = [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at))];
    const guesses = this.#choose(walk, folder.ino, next);
    if (guesses.length < COMPANY_FILES_MIN || this.#isRefused) {
      this.#bringSingles(walk, folder.ino, next);
      return;
    }
    walk.hasCompany = true;
    this.#start(folder, { path, folderEtag: folder.listedEtag }, guesses);
  }

  /** As many small files as may come in one go. */
  #choose(walk: Walk, folder: number, rows: readonly ChildRow[]): readonly Guess[] {
    const rate = this.#parts.reader.bytesPerMs * COMPANY_MS;
    let bytesLeft = Math.min(Math.max(rate, COMPANY_BYTES_MIN), COMPANY_BYTES_MAX);
    let charsLeft = COMPANY_QUERY_CHARS_MAX;
    const guesses: Guess[] = [];
    for (const { ino } of rows) {
      if (guesses.length >= walk.window) break;
      const base = this.#missingVersion(ino, folder);
      if (base === undefined || base.size > COMPANY_FILE_BYTES_MAX) continue;
      bytesLeft -= base.size;
      charsLeft -= encodeURIComponent(JSON.stringify(base.name)).length + ENCODED_COMMA_CHARS;
      if (bytesLeft < 0 || charsLeft < 0) break;
      guesses.push({ ino, base });
    }
    return guesses;
  }

  /** The server's version of a file of this folder, where its bytes are not here. */
  #missingVersion(ino: number, folder: number): NodeBase | undefined {
    const { tree, contents } = this.#context;
    const node = tree.get(ino);
    if (node?.base === undefined || node.isFolder || node.contentDirty) return undefined;
    if (this.#batchOf(ino) !== undefined) return undefined;
    if (node.base.parent !== folder || node.base.size === 0) return undefined;
    const { content } = node;
    if (content === undefined) return node.base;
    const isBusy = contents.isDirty(content) || this.#parts.reader.isReading(content);
    return isBusy || contents.isComplete(content) ? undefined : node.base;
  }

  /** Few or larger files: each by a request of its own, two ahead of the reader. */
  #bringSingles(walk: Walk, folder: number, rows: readonly ChildRow[]): void {
    for (const content of this.#singles.keys()) {
      if (!this.#parts.reader.isReading(content)) this.#singles.delete(content);
    }
    // Who reads no more than the head of each file has no use for the whole of the next.
    if (folder !== walk.folder || !this.#isWhole(walk.previous)) return;
    let isLast = true;
    for (const { ino } of rows) {
      if (this.#singles.size >= COMPANY_LANE_MAX) return;
      const base = this.#missingVersion(ino, folder);
      if (base === undefined) continue;
      isLast = false;
      if (base.size > COMPANY_SINGLE_BYTES_MAX) return;
      this.#bringSingle(ino);
    }
    if (isLast) this.#done.add(folder);
  }

  #bringSingle(ino: number): void {
    const { tree, contents } = this.#context;
    const node = tree.get(ino);
    if (node === undefined) return;
    const content = this.#parts.hooks.contentOf(node);
    const wanted = { content, start: 0, end: contents.size(content), isExact: true };
    this.#singles.set(content, node);
    try {
      this.#parts.reader.ensure({ ...node, content }, wanted);
    } catch (error) {
      // Whoever reads it hears of it.
      if (!(error instanceof NuageError)) throw error;
    }
  }

  #isWhole(ino: number | undefined): boolean {
    const { tree, contents } = this.#context;
    const content = ino === undefined ? undefined : tree.get(ino)?.content;
    return content !== undefined && contents.isComplete(content);
  }

  #start(
    folder: TreeNode,
    { path, folderEtag }: { readonly path: string; readonly folderEtag: string },
    guesses: readonly Guess[],
  ): void {
    const batch: Batch = {
      folder: folder.ino,
      guesses: new Map(guesses.map((guess) => [guess.ino, guess])),
      startedAt: this.#context.clock.monotonic(),
      id: 0,
      isLate: false,
    };
    this.#batches.add(batch);
    const files = guesses.map(({ base: { name, size } }) => ({ name, size }));
    batch.id = this.#context.effects.start(
      { op: 'fetch-together', request: { folder: path, folderEtag, files } },
      {
        done: (together) => {
          this.#batches.delete(batch);
          this.#adopt(batch, together);
          this.#wake(batch);
        },
        failed: (error) => {
          this.#batches.delete(batch);
          this.#refused(batch, error);
          this.#wake(batch);
        },
      },
    );
  }

  #adopt(batch: Batch, { bytes, entries }: FilesTogether): void {
    const { tree } = this.#context;
    if (entries !== undefined) this.#parts.lister.refresh(batch.folder);
    const brought = this.#brought.get(batch.folder) ?? new Set();
    tree.atomically(() => {
      for (const [index, guess] of [...batch.guesses.values()].entries()) {
        const entry = entries?.find(({ fileId }) => fileId === guess.base.fileId);
        const isProven =
          entries === undefined || (entry !== undefined && sameVersion(guess.base, entry));
        const its = bytes[index];
        if (its !== undefined && isProven && this.#fill(guess, its)) brought.add(guess.ino);
      }
    });
    this.#brought.set(batch.folder, brought);
    if (brought.size === 0) this.#done.add(batch.folder);
  }

  /** @returns whether the bytes are of use: the file is still what was asked for, and not here. */
  #fill({ ino, base }: Guess, bytes: Uint8Array): boolean {
    const { tree, contents } = this.#context;
    const node = tree.get(ino);
    if (node?.base === undefined || !isSameBase(node.base, base)) return false;
    if (this.#missingVersion(ino, base.parent) === undefined) return false;
    const content = this.#parts.hooks.contentOf(node);
    if (contents.size(content) !== bytes.length) return false;
    contents.fill(content, bytes);
    return true;
  }

  #refused(batch: Batch, error: NuageError): void {
    if (error.kind === 'aborted') return;
    if (error.kind === 'not-supported') this.#isRefused = true;
    if (error.kind === 'not-found') this.#parts.lister.refresh(batch.folder);
    this.#done.add(batch.folder);
  }

  /** Whoever waits for one of its files finds it, or asks for it alone. */
  #wake({ guesses }: Batch): void {
    const { tree, wake } = this.#context;
    for (const ino of guesses.keys()) {
      const content = tree.get(ino)?.content;
      if (content !== undefined) wake(contentKey(content));
    }
  }

  #check(): void {
    const now = this.#context.clock.monotonic();
    if (this.#walks.isOver(now)) this.#leave(new Set());
    for (const batch of this.#batches) {
      if (batch.isLate || now - batch.startedAt < COMPANY_WAIT_MS) continue;
      batch.isLate = true;
      this.#wake(batch);
    }
    if (this.#batches.size > 0 || this.#brought.size > 0) this.#checkLater();
  }

  #checkLater(): void {
    this.#context.timers.setIfSooner(CHECK, COMPANY_WAIT_MS, () => this.#check());
  }
}

/** `%2C` between two names. */
const ENCODED_COMMA_CHARS = 3;

function isSameBase(a: NodeBase, b: NodeBase): boolean {
  return (
    a.fileId === b.fileId &&
    a.etag === b.etag &&
    a.size === b.size &&
    a.mtime === b.mtime &&
    a.uploadTime === b.uploadTime &&
    a.checksum === b.checksum
  );
}
