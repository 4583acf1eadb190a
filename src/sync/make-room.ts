/** Moves what the user has at a name out of the way of what the server has there. */
import type { TreeNode } from '../cache/node.js';
import { freeConflictName } from './conflict-copy.js';
import type { SyncContext } from './context.js';
import { occupantOf } from './occupant.js';

export interface Moved {
  /** Its name from now on. */
  readonly aside: string;
  /** It has moved there, or is gone, and what is unsent in it stays: a later listing tells. */
  readonly mayBeGone: boolean;
}

/** Nothing of it is lost: what was changed here is a conflict copy from now on. */
export function moveAside({ tree, clock }: SyncContext, occupant: TreeNode): Moved {
  const { base, ino, name, parent = 0 } = occupant;
  const { origin, isEdited, isFolder } = occupantOf(tree, occupant);
  const isAgreed = origin === 'agreed';
  const aside =
    isEdited || !isAgreed
      ? freeConflictName(tree, parent, name, new Date(clock.now()))
      : `.nuage-displaced-${ino}`;
  if (base !== undefined && isAgreed && (isFolder || !isEdited)) {
    tree.save({ ...occupant, name: aside, base: { ...base, name: aside } });
    return { aside, mayBeGone: true };
  }
  const unsent = { uploadId: undefined, failure: undefined };
  tree.save({ ...occupant, ...unsent, name: aside, base: isAgreed ? undefined : base });
  tree.conflicts.add(ino);
  return { aside, mayBeGone: false };
}
