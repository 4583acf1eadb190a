/** The user's version of a conflicting file: its name, and how it comes to be. */
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import { NAME_BYTES_MAX } from '../limits.js';
import { conflictName } from './conflict.js';

export function freeConflictName(
  tree: TreeStore,
  parent: number,
  name: string,
  when: Date,
): string {
  // The form is read by other clients to the second, so a taken name moves on by one second.
  for (let second = 0; ; second += 1) {
    const candidate = fitting(name, new Date(when.getTime() + second * 1000));
    const isTaken = tree.child(parent, candidate) ?? tree.byBasePlace(parent, candidate);
    if (isTaken === undefined) return candidate;
  }
}

/** The user's bytes under a name of their own, as a new file that is to be sent. */
export function copyBeside(
  { tree, clock }: { readonly tree: TreeStore; readonly clock: Clock },
  node: TreeNode,
  parent: number,
): TreeNode {
  const name = freeConflictName(tree, parent, node.name, new Date(clock.now()));
  const unsent = { base: undefined, uploadId: undefined, failure: undefined };
  const copy = tree.insert({ ...node, parent, name, ...unsent });
  tree.conflicts.add(copy.ino);
  return copy;
}

/** Shortens the stem until the whole fits into what the server accepts. */
function fitting(name: string, when: Date): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  let stem = Array.from(dot > 0 ? name.slice(0, dot) : name);
  let candidate = conflictName(name, when);
  while (Buffer.byteLength(candidate) > NAME_BYTES_MAX && stem.length > 1) {
    stem = stem.slice(0, -1);
    candidate = conflictName(stem.join('') + extension, when);
  }
  return candidate;
}
