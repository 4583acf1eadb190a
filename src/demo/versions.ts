/** Old contents, kept on every overwrite: one file per version, named by its modification time. */
import { constants, copyFileSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.js';
import type { TreeNode } from './tree-node.js';

export interface Version {
  /** Seconds since the epoch: its name. */
  readonly time: number;
  readonly size: number;
  readonly file: string;
}

/** Empty files are not kept. */
export function keepVersion(account: Account, node: TreeNode): void {
  if (node.size === 0) return;
  const folder = folderOf(account, node.id);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, String(node.mtime));
  copyFileSync(account.tree.diskPath(node), file, constants.COPYFILE_FICLONE);
  utimesSync(file, node.mtime, node.mtime);
}

/** Oldest first, without the current content. */
export function versionsOf(account: Account, id: number): Version[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(account, id));
  } catch {
    return [];
  }
  const versions = names.map((name) => {
    const file = path.join(folderOf(account, id), name);
    return { time: Number(name), size: statSync(file).size, file };
  });
  return versions.sort((a, b) => a.time - b.time);
}

function folderOf(account: Account, id: number): string {
  return path.join(account.versionsFolder, String(id));
}
