/** Whether folders that have changed are listed one by one, or with the folder that holds them. */
import { ROOT_INO } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import { CHANGED_TREE_ENTRIES_MAX, CHANGED_TREE_FOLDERS_MIN } from '../limits.js';
import { areMoreThan } from './count-below.js';

/** @param changed how many of the folders in this one are out of date. */
export function areCheaperTogether(tree: TreeStore, folder: number, changed: number): boolean {
  if (folder === ROOT_INO || changed < CHANGED_TREE_FOLDERS_MIN) return false;
  const areMost = changed * 2 >= tree.subfolderCount(folder);
  const withItself = CHANGED_TREE_ENTRIES_MAX + 1;
  return areMost && !areMoreThan(withItself, [folder], (ino) => tree.baseChildren(ino));
}
