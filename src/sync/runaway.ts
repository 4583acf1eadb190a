/**
 * Which deletions are asked about before they are sent: much of the account at once, and the root
 * of a folder that somebody shares. Pure: no store, no clock.
 */
import type { RemovalAmount } from '../cache/removals.js';
import { RUNAWAY_ENTRIES_MIN } from '../limits.js';

export interface AccountSize extends RemovalAmount {
  /** Every folder was looked into; else `entries` are those that are known. */
  readonly isWhole: boolean;
}

/** Nobody sees a whole account, so what is known of it by number or by size is what counts. */
export function isRunaway(removed: RemovalAmount, account: AccountSize, share: number): boolean {
  if (removed.entries < RUNAWAY_ENTRIES_MIN) return false;
  const ofBytes = account.bytes > 0 ? removed.bytes / account.bytes : 0;
  const ofEntries = account.isWhole ? removed.entries / account.entries : 0;
  return Math.max(ofBytes, ofEntries) > share;
}

/**
 * Deleting it gives back the whole share, which its recipient cannot restore. By the letters of
 * `oc:permissions`: what is in a received folder is shared as well, the root alone stands in one
 * that is not.
 */
export function isShareRoot(permissions: string, parentPermissions: string): boolean {
  return isForeign(permissions) && !isForeign(parentPermissions);
}

/** S: shared, M: mounted from elsewhere. */
function isForeign(permissions: string): boolean {
  return permissions.includes('S') || permissions.includes('M');
}
