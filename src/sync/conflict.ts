/**
 * The decision table of D6: what happens when the server's state of a node is seen, given what
 * was last agreed (base) and what the user has (local). Pure: no store, no clock. In words and with
 * examples: docs/SEMANTICS.md, "Conflicts".
 *
 * A node that the server still has, {@link decideSeen}, and one that it has no more,
 * {@link decideGone}:
 *
 * | base → remote | local clean   | local edited    | local deleted  |
 * |---------------|---------------|-----------------|----------------|
 * | same version  | unchanged     | keep-local      | keep-deletion  |
 * | changed       | take-remote   | conflict-copy   | reappear       |
 * | gone          | forget        | recreate        | agree          |
 *
 * A folder counts as edited where something in it is. Before a conflict copy is made of what has
 * the size of the server's version, the upload compares the bytes: {@link uploadFirst}.
 *
 * Where it stands, {@link decidePlace}: renamed on one side, that place; on both, the user's.
 *
 * Something of the server at a name where the user has something else, {@link decideClash}:
 *
 * | the user's         | theirs is of the same kind           | theirs is of the other kind |
 * |--------------------|--------------------------------------|-----------------------------|
 * | stays here         | hide-theirs                          | hide-theirs                 |
 * | new                | folders: merge; files: move-aside    | move-aside                  |
 * | new and empty      | give-way                             | move-aside                  |
 * | agreed at the name | folders: merge; files: new-version   | clean: displace; else aside |
 * | moved to the name  | move-aside                           | move-aside                  |
 */
import type { NodeBase, TreeNode } from '../cache/node.js';
import type { ErrorKind } from '../errors.js';
import { TRIES_BEFORE_CONFLICT } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';

export type LocalState = 'clean' | 'edited' | 'deleted';

export type SeenDecision =
  'unchanged' | 'take-remote' | 'keep-local' | 'conflict-copy' | 'keep-deletion' | 'reappear';

export type GoneDecision = 'forget' | 'recreate' | 'agree';

/**
 * An ETag is made of mtime second, inode and size and proves nothing about content by itself, so
 * all that is known is compared. Upload time and checksum count only where both sides have them:
 * the server drops a checksum when another client's PUT sends none, but then the upload time moves.
 */
export function sameVersion(base: NodeBase, remote: RemoteEntry): boolean {
  if (base.fileId !== remote.fileId || base.etag !== remote.etag) return false;
  if (base.size !== remote.size) return false;
  const bothUploads = base.uploadTime !== 0 && remote.uploadTime !== 0;
  if (bothUploads && base.uploadTime !== remote.uploadTime) return false;
  const bothChecksums = base.checksum !== '' && remote.checksum !== '';
  return !bothChecksums || base.checksum === remote.checksum;
}

/**
 * Setting or taking away a lock gives a file another ETag and leaves all else. That nothing else
 * has happened is believed where the lock is seen, or a checksum tells it: two contents of one size
 * written in one second would look the same otherwise.
 */
export function differsByLockAlone(
  base: NodeBase,
  remote: RemoteEntry,
  wasLocked: boolean,
): boolean {
  if (remote.lock === undefined || base.etag === remote.etag) return false;
  const isSame = base.mtime === remote.mtime && sameVersion({ ...base, etag: remote.etag }, remote);
  const hasChecksum = base.checksum !== '' && remote.checksum !== '';
  return isSame && (wasLocked || remote.lock !== 'none' || hasChecksum);
}

export function decideSeen(local: LocalState, same: boolean): SeenDecision {
  switch (local) {
    case 'clean':
      return same ? 'unchanged' : 'take-remote';
    case 'edited':
      return same ? 'keep-local' : 'conflict-copy';
    case 'deleted':
      return same ? 'keep-deletion' : 'reappear';
  }
}

export function decideGone(local: LocalState): GoneDecision {
  switch (local) {
    case 'clean':
      return 'forget';
    case 'edited':
      return 'recreate';
    case 'deleted':
      return 'agree';
  }
}

interface Place {
  readonly parent: number;
  readonly name: string;
}

export type PlaceDecision = 'unchanged' | 'follow' | 'keep-mine';

/** Renamed there: followed, unless it was renamed here too; then the user's place wins. */
export function decidePlace(base: Place, local: Place, remote: Place): PlaceDecision {
  const samePlace = (a: Place, b: Place): boolean => a.parent === b.parent && a.name === b.name;
  if (samePlace(base, remote)) return 'unchanged';
  return samePlace(base, local) ? 'follow' : 'keep-mine';
}

/** What the user has at a name where the server shows something else. */
export interface Occupant {
  readonly isFolder: boolean;
  readonly staysHere: boolean;
  /** Never sent; agreed with the server at this very name; or moved here from elsewhere. */
  readonly origin: 'new' | 'agreed' | 'moved';
  readonly isEdited: boolean;
  /** A file without a byte, of which nothing can be lost. */
  readonly isEmpty: boolean;
}

export type ClashDecision =
  'hide-theirs' | 'merge' | 'give-way' | 'new-version' | 'move-aside' | 'displace';

export function decideClash(mine: Occupant, theirs: { readonly isFolder: boolean }): ClashDecision {
  if (mine.staysHere) return 'hide-theirs';
  const isSameKind = mine.isFolder === theirs.isFolder;
  switch (mine.origin) {
    case 'new':
      if (!isSameKind) return 'move-aside';
      if (mine.isFolder) return 'merge';
      return mine.isEmpty ? 'give-way' : 'move-aside';
    case 'agreed':
      if (isSameKind) return mine.isFolder ? 'merge' : 'new-version';
      // It has moved there or is gone: a later listing tells.
      return mine.isEdited ? 'move-aside' : 'displace';
    case 'moved':
      return 'move-aside';
  }
}

/**
 * The upload goes first, since it compares the bytes: what is there may be what was sent from here,
 * whose answer was lost, the beginning of it, or what somebody else has written alike. Once it was
 * refused, or does not get through to find out, it was not.
 * @param isNew the server has nothing of mine, as far as is known.
 */
export function uploadFirst(
  mine: Pick<TreeNode, 'isFolder' | 'size' | 'uploadId' | 'failure'>,
  theirs: { readonly isFolder: boolean; readonly size: number },
  isNew: boolean,
): boolean {
  const { failure } = mine;
  if (mine.isFolder || theirs.isFolder || failure?.kind === 'precondition') return false;
  if (failure !== undefined && failure.attempts >= TRIES_BEFORE_CONFLICT) return false;
  const isOpen = failure === undefined || UNKNOWN_OUTCOMES.has(failure.kind);
  const mayBeCut = isNew && mine.uploadId !== undefined && isOpen;
  return theirs.size === mine.size || (mayBeCut && theirs.size < mine.size);
}

/** Nobody knows what came of an upload that ended so. */
const UNKNOWN_OUTCOMES: ReadonlySet<ErrorKind> = new Set(['locked', 'server', 'protocol']);

/**
 * Nextcloud's own form, so that its clients and web page recognise a conflict:
 * `name (conflicted copy 2026-11-23 184502).ext`.
 */
export function conflictName(name: string, when: Date): string {
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0;
  const stem = hasExtension ? name.slice(0, dot) : name;
  const extension = hasExtension ? name.slice(dot) : '';
  return `${stem} (conflicted copy ${stampOf(when)})${extension}`;
}

/** `2026-11-23 184502`, by the clock of this machine: how names tell a time. */
export function stampOf(when: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  return `${day} ${two(when.getHours())}${two(when.getMinutes())}${two(when.getSeconds())}`;
}

const MARK = / \(conflicted copy \d{4}-\d\d-\d\d \d{6}\)/;

/** Made by {@link conflictName}, here or by another client. */
export function isConflictName(name: string): boolean {
  return MARK.test(name);
}

/** Whose copy it is, by its name. */
export function originalName(name: string): string {
  return name.replace(MARK, '');
}
