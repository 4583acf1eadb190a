/**
 * The decision table of D6: what happens when the server's state of a node is seen, given what
 * was last agreed (base) and what the user has (local). Pure: no store, no clock.
 *
 * | base → remote | local clean   | local edited    | local deleted  |
 * |---------------|---------------|-----------------|----------------|
 * | same version  | unchanged     | keep-local      | keep-deletion  |
 * | changed       | take-remote   | conflict-copy   | reappear       |
 * | gone          | forget        | recreate        | agree          |
 */
import type { NodeBase } from '../cache/node.js';
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

/**
 * Nextcloud's own form, so that its clients and web page recognise a conflict:
 * `name (conflicted copy 2026-11-23 184502).ext`.
 */
export function conflictName(name: string, when: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  const time = `${two(when.getHours())}${two(when.getMinutes())}${two(when.getSeconds())}`;
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0;
  const stem = hasExtension ? name.slice(0, dot) : name;
  const extension = hasExtension ? name.slice(dot) : '';
  return `${stem} (conflicted copy ${day} ${time})${extension}`;
}

/** Made by {@link conflictName}, here or by another client. */
export function isConflictName(name: string): boolean {
  return / \(conflicted copy \d{4}-\d\d-\d\d \d{6}\)/.test(name);
}
