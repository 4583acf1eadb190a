/** What DELETE does: the item goes to the trash with its id, a received share is only left. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.js';
import { isFolder, pathOf, type TreeNode } from './tree-node.js';

export function moveToTrash(account: Account, node: TreeNode): void {
  const { tree } = account;
  const parent = node.parent;
  if (parent === undefined) return;
  const location = pathOf(node);
  const size = node.size;
  if (account.shares.delete(node.id)) leaveShare(account, node);
  else {
    const name = freeTrashName(account, node.name);
    // A name of 250 bytes has no room for the suffix on the disk.
    const diskName = String(node.id);
    renameSync(tree.diskPath(node), path.join(tree.diskPath(tree.trash), diskName));
    node.trash = { location, deletedAt: tree.now() };
    tree.relocate(node, tree.trash, { name, diskName });
  }
  tree.changed(parent, -size);
}

/** The owner keeps the files: they go out of this user's sight and nowhere near the trash. */
function leaveShare(account: Account, node: TreeNode): void {
  const left = path.join(account.stateFolder, 'unshared');
  mkdirSync(left, { recursive: true });
  renameSync(account.tree.diskPath(node), path.join(left, String(node.id)));
  account.tree.remove(node);
}

function freeTrashName(account: Account, name: string): string {
  const { tree } = account;
  let time = tree.now();
  while (tree.trash.children.has(`${name}.d${time}`)) time += 1;
  return `${name}.d${time}`;
}

export function deleteForGood(account: Account, node: TreeNode): void {
  rmSync(account.tree.diskPath(node), { recursive: true, force: true });
  account.tree.remove(node);
}

/** Back to where it stood; to the root when that folder is gone. Returns false for a lost item. */
export function restoreFromTrash(account: Account, node: TreeNode): boolean {
  const { tree } = account;
  if (node.trash === undefined) return false;
  const { location } = node.trash;
  const slash = location.lastIndexOf('/');
  const found = tree.find(tree.files, slash < 0 ? '' : location.slice(0, slash));
  const parent = found !== undefined && isFolder(found) ? found : tree.files;
  const name = freeName(parent.children, location.slice(slash + 1));
  renameSync(tree.diskPath(node), path.join(tree.diskPath(parent), name));
  node.trash = undefined;
  tree.relocate(node, parent, { name, diskName: name });
  tree.changed(parent, node.size);
  return true;
}

function freeName(taken: ReadonlyMap<string, TreeNode>, name: string): string {
  if (!taken.has(name)) return name;
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let candidate = `${stem} (restored)${extension}`;
  for (let count = 2; taken.has(candidate); count += 1) {
    candidate = `${stem} (restored ${count})${extension}`;
  }
  return candidate;
}
