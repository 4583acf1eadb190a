/** Whether folders that have changed are listed one by one, or with the folder that holds them. */
import { ROOT_INO } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import { CHANGED_TREE_ENTRIES_MAX, CHANGED_TREE_FOLDERS_MIN } from '../limits.js';

/** @param changed how many of the folders in this one are out of date. */
export function areCheaperTogether(tree: TreeStore, folder: number, changed: number): boolean {
  if (folder === ROOT_INO || changed < CHANGED_TREE_FOLDERS_MIN) return false;
  const areMost = changed * 2 >= tree.subfolderCount(folder);
  return areMost && !hasMoreThere(tree, folder, CHANGED_TREE_ENTRIES_MAX);
}

/** Whether the server is known to have more than so many entries below this folder. */
function hasMoreThere(tree: TreeStore, folder: number, bound: number): boolean {
  const todo = [folder];
  let count = 0;
  for (let ino = todo.pop(); ino !== undefined && count <= bound; ino = todo.pop()) {
    const children = tree.baseChildNumbers(ino);
    count += children.length;
    todo.push(...children);
  }
  return count > bound;
}
