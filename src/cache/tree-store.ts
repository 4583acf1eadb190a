/**
 * The tree of files and folders: one row per node in SQLite, immutable snapshots in memory.
 *
 * The database is the truth. In front of it stands a bounded cache of snapshots, and counters
 * that are dropped whenever a transaction fails. Only the engine thread writes, so a snapshot in
 * the cache is always what the row says. Every method may throw kinds `disk-full`, `io`, `corrupt`.
 */
import { LRUCache } from 'lru-cache';
import { assert } from '../assert.js';
import { NuageError } from '../errors.js';
import { NODE_CACHE_ENTRIES_MAX, TREE_DEPTH_MAX } from '../limits.js';
import { AttributeTable } from './attribute-table.js';
import { ConflictTable } from './conflict-table.js';
import type { CacheDatabase } from './database.js';
import {
  attributeColumnsOf,
  columnsOf,
  differsInAttributesOnly,
  nodeFromDraft,
  nodeFromRow,
} from './node-row.js';
import { Frontier } from './frontier.js';
import { LockTable } from './lock-table.js';
import { PinTable } from './pin-table.js';
import { SentTable } from './sent-table.js';
import { type ChildRow, differences, type NodeDraft, ROOT_INO, type TreeNode } from './node.js';
import { Removals } from './removals.js';
import { prepareStatements, type Statements } from './tree-statements.js';

export interface PendingQuery {
  /** Only changes after this number. */
  readonly afterChange: number;
  readonly limit: number;
}

/** Told of every row that is written, as it was and as it is; undefined where there is none. */
export type TreeListener = (before: TreeNode | undefined, after: TreeNode | undefined) => void;

interface Counters {
  total: number;
  pending: number;
  failed: number;
}

export class TreeStore {
  readonly pins: PinTable;
  readonly frontier: Frontier;
  readonly conflicts: ConflictTable;
  readonly removals: Removals;
  readonly locks: LockTable;
  readonly sent: SentTable;
  readonly #db: CacheDatabase;
  readonly #sql: Statements;
  readonly #attributes: AttributeTable;
  readonly #nodes = new LRUCache<number, TreeNode>({ max: NODE_CACHE_ENTRIES_MAX });
  /** Written in the transaction under way: their snapshots are wrong if it fails. */
  readonly #touched = new Set<number>();
  /** Undefined: to be counted again. */
  #counters: Counters | undefined;
  /** Greater than every `change` in use. */
  #nextChange: number;
  #listener: TreeListener = () => undefined;

  constructor(db: CacheDatabase) {
    this.#db = db;
    this.#sql = prepareStatements(db);
    this.#attributes = new AttributeTable(db);
    this.pins = new PinTable(db);
    this.frontier = new Frontier(db);
    this.conflicts = new ConflictTable(db);
    this.removals = new Removals(db);
    this.locks = new LockTable(db);
    this.sent = new SentTable(db);
    this.#nextChange = (this.#sql.lastChange.get() ?? 0) + 1;
    db.onCommit(() => this.#touched.clear());
    db.onRollback(() => this.#forgetTouched());
    db.onReset(() => this.#forgetAll());
  }

  /** For one who looks at the nodes later: the transaction may still fail. */
  onChange(listener: TreeListener): void {
    this.#listener = listener;
  }

  get(ino: number): TreeNode | undefined {
    const cached = this.#nodes.get(ino);
    if (cached !== undefined) return cached;
    const row = this.#sql.get.get(ino);
    return row === undefined ? undefined : this.#remember(nodeFromRow(row));
  }

  /** What the user sees under this name. */
  child(parent: number, name: string): TreeNode | undefined {
    return this.#found(this.#sql.child.get(parent, name));
  }

  /** What the user sees in a folder from this number on, ordered by their numbers. */
  childrenFrom(parent: number, ino: number, limit: number): readonly TreeNode[] {
    const rows = this.#sql.childrenFrom.all(parent, ino, limit);
    return rows.map((row) => this.#nodes.get(row[0]) ?? this.#remember(nodeFromRow(row)));
  }

  /** All that the user sees in a folder, ordered by the bytes of their names. */
  children(parent: number): readonly ChildRow[] {
    const rows = this.#sql.children.all(parent);
    return rows.map(([ino, name, isFolder]) => ({ ino, name, isFolder: isFolder === 1 }));
  }

  /** Counts index entries: 40 µs per thousand. */
  subfolderCount(parent: number): number {
    return this.#sql.subfolderCount.get(parent) ?? 0;
  }

  hasChildren(parent: number): boolean {
    return this.#sql.hasChildren.get(parent) !== undefined;
  }

  byFileId(fileId: string): TreeNode | undefined {
    if (fileId === '') return undefined;
    return this.#found(this.#sql.byFileId.get(fileId));
  }

  /** Who is at this place on the server. Of two that claim it for a moment, the older one. */
  byBasePlace(parent: number, name: string): TreeNode | undefined {
    return this.#found(this.#sql.byBasePlace.get(parent, name));
  }

  /** Whose bytes these are. */
  byContent(content: string): TreeNode | undefined {
    return this.#found(this.#sql.byContent.get(content));
  }

  /** All that the server has in this folder, as far as is known, deleted here or not. */
  baseChildren(parent: number): readonly TreeNode[] {
    return this.#all(this.#sql.baseChildren.all(parent));
  }

  /** As {@link baseChildren}, by their numbers alone. */
  baseChildNumbers(parent: number): readonly number[] {
    return this.#sql.baseChildren.all(parent);
  }

  hasBaseChildren(parent: number): boolean {
    return this.#sql.hasBaseChildren.get(parent) !== undefined;
  }

  /** Counts index entries: some milliseconds for a hundred thousand. */
  folderCount(): number {
    return this.#sql.folderCount.get() ?? 0;
  }

  /** @throws kind `exists` when another node has this place in the local tree. */
  insert(draft: NodeDraft): TreeNode {
    const change = differences(draft).length === 0 ? 0 : this.#nextChange;
    const { lastInsertRowid } = this.#sql.insert.run(...columnsOf(draft, change));
    if (change > 0) this.#nextChange += 1;
    const node = nodeFromDraft(Number(lastInsertRowid), draft, change);
    this.#written(undefined, node);
    return node;
  }

  /**
   * Writes all columns and works out `change` again: what `node.change` says is ignored.
   * @throws kind `exists` when another node has this place in the local tree.
   */
  save(node: TreeNode): TreeNode {
    const before = this.get(node.ino);
    assert(before !== undefined, `node ${node.ino} has no row`);
    assert(before.isFolder === node.isFolder, `node ${node.ino} changed its type`);
    const saved = nodeFromDraft(node.ino, node, this.#changeOf(node, before.change));
    if (differsInAttributesOnly(before, saved)) {
      this.#sql.updateAttributes.run(...attributeColumnsOf(saved));
    } else {
      this.#sql.update.run(...columnsOf(saved, saved.change), saved.ino);
    }
    if (saved.change === this.#nextChange) this.#nextChange += 1;
    this.#written(before, saved);
    return saved;
  }

  /** Deletes the row, its extended attributes and its pin. The data file is not its affair. */
  remove(ino: number): void {
    assert(ino !== ROOT_INO, 'the root is never removed');
    this.#db.atomically(() => {
      const before = this.get(ino);
      if (before === undefined) return;
      this.#sql.remove.run(ino);
      this.#attributes.removeAll(ino);
      this.pins.remove(ino);
      this.conflicts.remove(ino);
      this.#nodes.delete(ino);
      this.#touched.add(ino);
      this.#count(before, -1);
      this.#listener(before, undefined);
    });
  }

  /** Whose children have changed on the server since they were listed, as far as is known. */
  foldersOutOfDate(): readonly number[] {
    return this.#sql.foldersOutOfDate.all();
  }

  /**
   * What is known of the folder's entries is no longer what the server has.
   * @returns false where nothing is known of them: they are to be listed anyway.
   */
  markOutOfDate(ino: number): boolean {
    const folder = this.get(ino);
    if (folder?.listedEtag === undefined) return false;
    this.save({ ...folder, listedEtag: '' });
    return true;
  }

  /** Nodes with unsent changes, the oldest change first. */
  pending(query: PendingQuery): readonly TreeNode[] {
    return this.#all(this.#sql.pending.all(query.afterChange, query.limit));
  }

  pendingCount(): number {
    return this.#counts().pending;
  }

  /** Nodes whose last try failed. */
  failedCount(): number {
    return this.#counts().failed;
  }

  /** Nodes whose last try failed. */
  failed(): readonly TreeNode[] {
    return this.#all(this.#sql.failed.all());
  }

  get lastChange(): number {
    return this.#nextChange - 1;
  }

  /** All rows, the root and deleted ones included. */
  count(): number {
    return this.#counts().total;
  }

  /** As the user sees it, from the root, `/`-joined; undefined for what is deleted. */
  path(ino: number): string | undefined {
    return this.#pathOf(ino, (node) => node);
  }

  /** As the server knows it; undefined for what it does not have. */
  basePath(ino: number): string | undefined {
    return this.#pathOf(ino, (node) => node.base);
  }

  /** True when `ancestor` is on the way from `ino` to the root. No node is below itself. */
  isBelow(ino: number, ancestor: number): boolean {
    let parent = this.get(ino)?.parent;
    for (let depth = 0; depth < TREE_DEPTH_MAX && parent !== undefined; depth += 1) {
      if (parent === ancestor) return true;
      parent = this.get(parent)?.parent;
    }
    return false;
  }

  /** One transaction, which nests. When `fn` throws, nothing of it remains. */
  atomically<T>(fn: () => T): T {
    return this.#db.atomically(fn);
  }

  /** See `CacheDatabase.afterCommit`. */
  afterCommit(fn: () => void): void {
    this.#db.afterCommit(fn);
  }

  getXattr(ino: number, name: string): Uint8Array | undefined {
    return this.#attributes.get(ino, name);
  }

  listXattrs(ino: number): readonly string[] {
    return this.#attributes.list(ino);
  }

  setXattr(ino: number, name: string, value: Uint8Array): void {
    this.#attributes.set(ino, name, value);
  }

  /** @returns false when there was none. */
  removeXattr(ino: number, name: string): boolean {
    return this.#attributes.remove(ino, name);
  }

  getMeta(key: string): string | undefined {
    return this.#sql.getMeta.get(key);
  }

  setMeta(key: string, value: string): void {
    this.#sql.setMeta.run(key, value);
  }

  /** A node keeps the number of its oldest unsent change, however much is added to it. */
  #changeOf(node: TreeNode, before: number): number {
    if (differences(node).length === 0) return 0;
    return before > 0 ? before : this.#nextChange;
  }

  #pathOf(
    ino: number,
    place: (
      node: TreeNode,
    ) => { readonly parent: number | undefined; readonly name: string } | undefined,
  ): string | undefined {
    let path = '';
    for (let at = ino, depth = 0; depth < TREE_DEPTH_MAX; depth += 1) {
      if (at === ROOT_INO) return path;
      const node = this.get(at);
      const step = node === undefined ? undefined : place(node);
      if (step?.parent === undefined) return undefined;
      path = path === '' ? step.name : `${step.name}/${path}`;
      at = step.parent;
    }
    throw new NuageError('assertion', `the parents of node ${ino} form a cycle`);
  }

  #found(ino: number | undefined): TreeNode | undefined {
    return ino === undefined ? undefined : this.get(ino);
  }

  /** By their numbers, which an index alone yields: most snapshots are in memory. */
  #all(inos: readonly number[]): readonly TreeNode[] {
    const nodes: TreeNode[] = [];
    for (const ino of inos) {
      const node = this.get(ino);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  #remember(node: TreeNode): TreeNode {
    this.#nodes.set(node.ino, node);
    return node;
  }

  #written(before: TreeNode | undefined, after: TreeNode): void {
    this.#nodes.set(after.ino, after);
    if (this.#db.inTransaction) this.#touched.add(after.ino);
    if (before !== undefined) this.#count(before, -1);
    this.#count(after, 1);
    this.#listener(before, after);
  }

  #count(node: TreeNode, by: 1 | -1): void {
    const counters = this.#counters;
    if (counters === undefined) return;
    counters.total += by;
    if (node.change > 0) counters.pending += by;
    if (node.failure !== undefined) counters.failed += by;
  }

  #counts(): Counters {
    this.#counters ??= {
      total: this.#sql.count.get() ?? 0,
      pending: this.#sql.pendingCount.get() ?? 0,
      failed: this.#sql.failedCount.get() ?? 0,
    };
    return this.#counters;
  }

  /** Keeps `#touched`: the levels around the failed one may fail as well. */
  #forgetTouched(): void {
    for (const ino of this.#touched) this.#nodes.delete(ino);
    this.#counters = undefined;
    if (!this.#db.inTransaction) this.#touched.clear();
  }

  #forgetAll(): void {
    this.#nodes.clear();
    this.#counters = undefined;
  }
}
