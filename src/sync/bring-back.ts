/** What was deleted here and not yet there is here again, as the server has it. */
import { freeConflictName } from './conflict-copy.js';
import type { SyncContext } from './context.js';
import { withRemoteContent } from './remote-node.js';

/** Into its folder, which comes first; whatever has taken its name here moves aside. */
export function bringBack(context: SyncContext, ino: number): void {
  const { tree, clock, kernel } = context;
  const node = tree.get(ino);
  if (node?.base === undefined || node.parent !== undefined) return;
  const { parent, name } = node.base;
  bringBack(context, parent);
  const taken = tree.child(parent, name);
  if (taken !== undefined) {
    const aside = freeConflictName(tree, parent, name, new Date(clock.now()));
    tree.conflicts.add(tree.save({ ...taken, name: aside, failure: undefined }).ino);
    kernel.invalidateEntry(parent, aside);
  }
  const back = node.isFolder ? { ...node, failure: undefined } : withRemoteContent(node, node.base);
  tree.save({ ...back, parent, name });
  kernel.invalidateEntry(parent, name);
}
