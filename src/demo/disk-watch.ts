/**
 * Brings what other programs do in the data folder into the tree: new files get new ids, changed
 * ones new etags up to the root. Each folder is watched; what the watches name is compared with
 * the disk before the next request is answered. A watch may lose events or be refused, so every
 * few seconds the times of all folders are compared as well.
 */
import { lstatSync, readdirSync, statSync, watch, type FSWatcher, type Stats } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { DEMO_FOLDER_CHECK_MS } from '../limits.js';
import { isFolder, type DiskState, type FolderNode, type TreeNode } from './tree-node.js';
import { stateOf, sumSizes, type Tree } from './tree.js';

export class DiskWatch {
  readonly #tree: Tree;
  readonly #clock: Clock;
  readonly #watchers = new Map<TreeNode, FSWatcher>();
  readonly #dirty = new Map<FolderNode, Set<string>>();
  #checkedAt = 0;

  constructor(tree: Tree, clock: Clock) {
    this.#tree = tree;
    this.#clock = clock;
    tree.listener = {
      folderAdded: (folder) => this.#watchFolder(folder),
      removed: (node) => this.#unwatch(node),
    };
    this.#watchKnownFolders(tree.files);
    this.rescan();
  }

  /** Compares the whole folder with the disk. */
  rescan(): void {
    this.#dirty.clear();
    if (this.#scanDeep(this.#tree.files)) this.#tree.changed(this.#tree.files, 0);
    sumSizes(this.#tree.files);
    this.#checkedAt = this.#clock.monotonic();
  }

  /** Called before each request: cheap when nothing happened. */
  applyChanges(): void {
    if (this.#clock.monotonic() - this.#checkedAt > DEMO_FOLDER_CHECK_MS) this.#checkFolderTimes();
    if (this.#dirty.size === 0) return;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const [folder, names] of dirty) {
      if (this.#tree.byId(folder.id) !== folder) continue;
      if (!this.#tree.isBelow(folder, this.#tree.files)) continue;
      for (const name of names) this.#syncName(folder, name);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchKnownFolders(folder: FolderNode): void {
    this.#watchFolder(folder);
    for (const child of folder.children.values()) {
      if (isFolder(child)) this.#watchKnownFolders(child);
    }
  }

  #watchFolder(folder: FolderNode): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(this.#tree.diskPath(folder), { persistent: false });
      watcher.on('change', (_event, name) => this.#mark(folder, String(name)));
      // A removed folder, or no watches left: the comparison of times is the way then.
      watcher.on('error', () => this.#unwatch(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      this.#watchers.delete(folder);
    }
  }

  #unwatch(node: TreeNode): void {
    this.#watchers.get(node)?.close();
    this.#watchers.delete(node);
    if (isFolder(node)) this.#dirty.delete(node);
  }

  #mark(folder: FolderNode, name: string): void {
    const names = this.#dirty.get(folder);
    if (names === undefined) this.#dirty.set(folder, new Set([name]));
    else names.add(name);
  }

  #checkFolderTimes(): void {
    this.#checkedAt = this.#clock.monotonic();
    for (const node of this.#tree.nodes(this.#tree.files)) {
      if (!isFolder(node)) continue;
      const stats = statSync(this.#tree.diskPath(node), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (stats.mtimeMs === node.seen.mtimeMs && this.#watchers.has(node)) continue;
      node.seen = stateOf(stats);
      const names = new Set(readdirSync(this.#tree.diskPath(node)));
      for (const child of node.children.values()) names.add(child.diskName);
      for (const name of names) this.#mark(node, name);
    }
  }

  /** One name of a folder, and all below it where it is a folder that was not known. */
  #syncName(parent: FolderNode, diskName: string): void {
    const stats = this.#stat(parent, diskName);
    const known = parent.children.get(diskName.normalize('NFC'));
    if (stats === undefined) {
      if (known?.diskName !== diskName) return;
      this.#tree.remove(known);
      this.#tree.changed(parent, -known.size);
      return;
    }
    if (known !== undefined && isSameThing(known, stats)) {
      if (isFolder(known) || known.torn || !differs(known.seen, stats)) return;
      this.#tree.changed(parent, this.#tree.refresh(known, stats));
      return;
    }
    const before = known?.size ?? 0;
    if (known !== undefined) this.#tree.remove(known);
    const node = this.#addDeep(parent, diskName, stats);
    this.#tree.changed(parent, node.size - before);
  }

  #addDeep(parent: FolderNode, diskName: string, stats: Stats): TreeNode {
    const node = this.#tree.add(parent, diskName.normalize('NFC'), stats, diskName);
    if (isFolder(node)) {
      this.#scanDeep(node);
      sumSizes(node);
    }
    return node;
  }

  /** Returns whether anything below differed. Sizes of folders are left to the caller. */
  #scanDeep(folder: FolderNode): boolean {
    let changed = false;
    const present = new Set<string>();
    for (const diskName of readdirSync(this.#tree.diskPath(folder))) {
      const stats = this.#stat(folder, diskName);
      if (stats === undefined) continue;
      const name = diskName.normalize('NFC');
      if (present.has(name)) continue;
      present.add(name);
      if (this.#scanEntry(folder, diskName, stats)) changed = true;
    }
    for (const child of [...folder.children.values()]) {
      if (present.has(child.name)) continue;
      this.#tree.remove(child);
      changed = true;
    }
    if (changed) this.#tree.refresh(folder);
    return changed;
  }

  #scanEntry(folder: FolderNode, diskName: string, stats: Stats): boolean {
    const known = folder.children.get(diskName.normalize('NFC'));
    if (known !== undefined && isFolder(known) === stats.isDirectory()) {
      known.diskName = diskName;
      if (isFolder(known)) return this.#scanDeep(known);
      if (known.torn || !differs(known.seen, stats)) return false;
      this.#tree.refresh(known, stats);
      return true;
    }
    if (known !== undefined) this.#tree.remove(known);
    this.#addDeep(folder, diskName, stats);
    return true;
  }

  /** Only plain files and folders are served; a symbolic link could lead out. */
  #stat(parent: FolderNode, diskName: string): Stats | undefined {
    const file = path.join(this.#tree.diskPath(parent), diskName);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (stats.isFile() || stats.isDirectory()) ? stats : undefined;
  }
}

/** A file keeps its id whatever replaces it, as after a scan; a folder only as long as it is it. */
function isSameThing(known: TreeNode, stats: Stats): boolean {
  if (isFolder(known) !== stats.isDirectory()) return false;
  return !isFolder(known) || known.seen.ino === stats.ino;
}

function differs(seen: DiskState, stats: Stats): boolean {
  return seen.size !== stats.size || seen.mtimeMs !== stats.mtimeMs || seen.ino !== stats.ino;
}
