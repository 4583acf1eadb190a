/** How large a part of the tree is, looked at only as far as the answer needs. */
import type { TreeNode } from '../cache/node.js';

/** Whether these nodes, with all below them, are more than `bound`. */
export function areMoreThan(
  bound: number,
  inos: readonly number[],
  childrenOf: (ino: number) => readonly Pick<TreeNode, 'ino' | 'isFolder'>[],
): boolean {
  const todo = [...inos];
  let count = todo.length;
  for (let ino = todo.pop(); ino !== undefined && count <= bound; ino = todo.pop()) {
    const children = childrenOf(ino);
    count += children.length;
    for (const child of children) if (child.isFolder) todo.push(child.ino);
  }
  return count > bound;
}
