/** The conflict copies that exist, for who decides on them. */
import type { TreeNode } from '../cache/node.js';
import { CONFLICTS_SHOWN_MAX } from '../limits.js';
import { originalName } from '../sync/conflict.js';
import type { FsContext } from './context.js';

export interface ConflictSide {
  /** From the root. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

export interface Conflict {
  /** The user's version. */
  readonly mine: ConflictSide;
  /** What has kept the name; null where nothing has it any more. */
  readonly theirs: ConflictSide | null;
  /** The name that both want, from the root. */
  readonly originalPath: string;
}

/** At most {@link CONFLICTS_SHOWN_MAX}. */
export function conflicts({ tree, openFiles }: FsContext): readonly Conflict[] {
  const found: Conflict[] = [];
  for (const ino of tree.conflicts.all()) {
    const mine = openFiles.view(ino);
    const path = mine === undefined ? undefined : tree.path(ino);
    // One that was given another name has been decided on.
    const original = mine === undefined ? '' : originalName(mine.name);
    if (mine?.parent === undefined || path === undefined || original === mine.name) continue;
    const theirs = tree.child(mine.parent, original);
    found.push({
      mine: sideOf(path, mine),
      theirs: theirs === undefined ? null : sideOf(tree.path(theirs.ino) ?? original, theirs),
      originalPath: path.slice(0, path.length - mine.name.length) + original,
    });
    if (found.length === CONFLICTS_SHOWN_MAX) break;
  }
  return found;
}

function sideOf(path: string, { isFolder, size, mtime }: TreeNode): ConflictSide {
  return { path, isFolder, size, mtime: mtime.sec };
}
