/**
 * The files of one user in memory: file ids, etags and sizes over a plain folder, which is the
 * truth. Two roots share the ids: the user's files and the trash. Everything is synchronous, so a
 * request sees a whole change or none of it.
 *
 * Etags, as on a Nextcloud with local storage: of a folder unique for every change below it; of a
 * file the MD5 of mtime in seconds, inode, device and size, and not even that is computed again
 * while the second stays the same: two contents can share one.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { DEMO_JOURNAL_LINES_MIN, DEMO_JOURNAL_LINES_PER_NODE_MAX } from '../limits.js';
import { Journal, type JournalRow } from './journal.js';
import { isFolder, newTreeNode } from './tree-node.js';
import type { DiskState, FolderNode, TreeNode } from './tree-node.js';

const FILES_ROOT_ID = 2;
const TRASH_ROOT_ID = 3;
const FIRST_ID = 1000;

export interface TreeListener {
  folderAdded(folder: FolderNode): void;
  removed(node: TreeNode): void;
}

export class Tree {
  readonly files: FolderNode;
  readonly trash: FolderNode;
  readonly #roots: ReadonlyMap<TreeNode, string>;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #byId = new Map<number, TreeNode>();
  #nextId: number;
  #lastEtagMicros = 0;
  listener: TreeListener | undefined;
  /** Told of the folder in which something has changed. */
  onChanged: (id: number) => void = () => undefined;

  constructor(filesFolder: string, stateFolder: string, clock: Clock) {
    this.#clock = clock;
    const trashFolder = path.join(stateFolder, 'trash');
    mkdirSync(trashFolder, { recursive: true });
    mkdirSync(filesFolder, { recursive: true });
    const { journal, rows, nextId } = Journal.open(path.join(stateFolder, 'journal.jsonl'));
    this.#journal = journal;
    this.#nextId = Math.max(nextId, FIRST_ID);
    this.files = this.#rootNode(FILES_ROOT_ID, filesFolder, rows);
    this.trash = this.#rootNode(TRASH_ROOT_ID, trashFolder, rows);
    this.#roots = new Map([
      [this.files, filesFolder],
      [this.trash, trashFolder],
    ]);
    this.#restore(rows);
  }

  now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  find(root: FolderNode, relative: string): TreeNode | undefined {
    if (relative === '') return root;
    let at: TreeNode | undefined = root;
    for (const name of relative.split('/')) at = at?.children?.get(name);
    return at;
  }

  byId(id: number): TreeNode | undefined {
    return this.#byId.get(id);
  }

  diskPath(node: TreeNode): string {
    const root = this.#roots.get(node);
    if (root !== undefined) return root;
    return path.join(node.parent === undefined ? '' : this.diskPath(node.parent), node.diskName);
  }

  isBelow(node: TreeNode, ancestor: TreeNode): boolean {
    for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
      if (at === ancestor) return true;
    }
    return false;
  }

  /** A node for what stands on the disk under this name. Ancestors are told by `changed`. */
  add(parent: FolderNode, name: string, stats: Stats, diskName = name): TreeNode {
    const node = newTreeNode(this.#nextId, name, stats.isDirectory());
    this.#nextId += 1;
    node.diskName = diskName;
    node.parent = parent;
    parent.children.set(name, node);
    this.#byId.set(node.id, node);
    this.#adopt(node, stats);
    this.#journal.write(node);
    if (isFolder(node)) this.listener?.folderAdded(node);
    return node;
  }

  /** Takes over what the disk says now. Returns by how many bytes the file grew. */
  refresh(node: TreeNode, stats: Stats = lstatSync(this.diskPath(node))): number {
    const before = node.size;
    this.#adopt(node, stats);
    this.#journal.write(node);
    return node.size - before;
  }

  /**
   * As `refresh`, for what a client wrote. The trap of the real server: its scan keeps the etag as
   * long as the second of the modification time is the same, whatever the size.
   */
  rescan(node: TreeNode): number {
    const { etag, mtime } = node;
    const grown = this.refresh(node);
    if (node.mtime !== mtime || isFolder(node)) return grown;
    node.etag = etag;
    this.#journal.write(node);
    return grown;
  }

  /** Forgets a node and all below it. */
  remove(node: TreeNode): void {
    node.parent?.children?.delete(node.name);
    this.#forget(node);
  }

  /** The node keeps its id, its etag and what is below it. */
  relocate(
    node: TreeNode,
    parent: FolderNode,
    { name, diskName }: { readonly name: string; readonly diskName: string },
  ): void {
    node.parent?.children?.delete(node.name);
    node.name = name;
    node.diskName = diskName;
    node.parent = parent;
    parent.children.set(name, node);
    this.#journal.write(node);
  }

  save(node: TreeNode): void {
    this.#journal.write(node);
  }

  /**
   * Something directly in `folder` changed: new etags up to the root. Folders above the first get
   * the time of the change; the first has the time that its own folder on the disk has.
   */
  changed(folder: TreeNode, grownBytes: number): void {
    const etag = this.#uniqueEtag();
    const now = this.now();
    this.#noteFolderTime(folder);
    for (let at: TreeNode | undefined = folder; at !== undefined; at = at.parent) {
      at.etag = etag;
      at.size += grownBytes;
      if (at !== folder) at.mtime = Math.max(at.mtime, now);
      this.#journal.write(at);
    }
    this.#compact();
    this.onChanged(folder.id);
  }

  /** New etags up to the root, for a change of times alone. */
  changedTimes(node: TreeNode): void {
    const etag = this.#uniqueEtag();
    for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
      if (!isFolder(at)) continue;
      at.etag = etag;
      this.#journal.write(at);
    }
    this.onChanged(node.id);
  }

  /** Reads the times of a folder again, so that our own change is not taken for a foreign one. */
  #noteFolderTime(folder: TreeNode): void {
    const stats = statSync(this.diskPath(folder), { throwIfNoEntry: false });
    if (stats === undefined) return;
    folder.seen = stateOf(stats);
    folder.mtime = Math.floor(stats.mtimeMs / 1000);
  }

  *nodes(from: TreeNode): Generator<TreeNode> {
    yield from;
    for (const child of from.children?.values() ?? []) yield* this.nodes(child);
  }

  close(): void {
    this.#journal.close();
  }

  #adopt(node: TreeNode, stats: Stats): void {
    node.seen = stateOf(stats);
    node.mtime = Math.floor(stats.mtimeMs / 1000);
    node.torn = false;
    if (isFolder(node)) {
      node.etag = this.#uniqueEtag();
      return;
    }
    node.size = stats.size;
    const hash = createHash('md5');
    hash.update(`${node.mtime}${stats.ino}${stats.dev}${stats.size}`);
    node.etag = hash.digest('hex');
  }

  /** PHP's `uniqid()`: seconds and microseconds in hex. Never the same twice. */
  #uniqueEtag(): string {
    const micros = Math.max(Math.floor(this.#clock.now() * 1000), this.#lastEtagMicros + 1);
    this.#lastEtagMicros = micros;
    const seconds = Math.floor(micros / 1e6)
      .toString(16)
      .padStart(8, '0');
    return seconds + (micros % 1e6).toString(16).padStart(5, '0');
  }

  #rootNode(id: number, folder: string, rows: ReadonlyMap<number, JournalRow>): FolderNode {
    const node = newTreeNode(id, '', true);
    const row = rows.get(id);
    node.seen = stateOf(statSync(folder));
    node.mtime = row?.mtime ?? Math.floor(node.seen.mtimeMs / 1000);
    node.etag = row?.etag ?? this.#uniqueEtag();
    this.#byId.set(id, node);
    return node as FolderNode;
  }

  #restore(rows: ReadonlyMap<number, JournalRow>): void {
    for (const row of rows.values()) {
      if (this.#byId.has(row.id)) continue;
      const { name, diskName, etag, mtime, uploadTime, creationTime, checksum } = row;
      const node = newTreeNode(row.id, name, row.folder);
      const { favorite, grants, seen, trash } = row;
      const known = { diskName, etag, mtime, uploadTime, creationTime, checksum, favorite, grants };
      Object.assign(node, known, { seen, trash, size: row.folder ? 0 : seen.size });
      this.#byId.set(row.id, node);
    }
    for (const row of rows.values()) {
      const node = this.#byId.get(row.id);
      const parent = this.#byId.get(row.parent);
      if (node === undefined || parent?.children === undefined) continue;
      node.parent = parent;
      parent.children.set(node.name, node);
    }
    for (const root of this.#roots.keys()) sumSizes(root);
  }

  #forget(node: TreeNode): void {
    for (const child of node.children?.values() ?? []) this.#forget(child);
    this.#byId.delete(node.id);
    this.#journal.forget(node.id);
    this.listener?.removed(node);
  }

  #compact(): void {
    const bound = this.#byId.size * DEMO_JOURNAL_LINES_PER_NODE_MAX;
    if (this.#journal.lines > Math.max(bound, DEMO_JOURNAL_LINES_MIN)) {
      this.#journal.rewrite(this.#byId.values(), this.#nextId - 1);
    }
  }
}

export function stateOf(stats: Stats): DiskState {
  return { size: stats.isDirectory() ? 0 : stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino };
}

/** Folder sizes are not persisted: they follow from the files. */
export function sumSizes(node: TreeNode): number {
  if (!isFolder(node)) return node.size;
  let sum = 0;
  for (const child of node.children.values()) sum += sumSizes(child);
  node.size = sum;
  return sum;
}
