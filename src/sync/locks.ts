/**
 * What becomes of the lock of one file. Pure: no store, no clock. A lock is wanted while a
 * program's lock file stands beside the file; what is there already, of whomever, is left alone.
 *
 * | own lock     | wanted                       | no longer wanted                         |
 * |--------------|------------------------------|------------------------------------------|
 * | none         | take, where nobody has one   | nothing                                  |
 * | not answered | ask again                    | give back, once what was saved is sent   |
 * | held         | renew in time                | give back, once what was saved is sent   |
 */
import type { OwnLock, SeenLock } from '../cache/lock-table.js';
import type { RemoteLock } from '../remote/remote.js';
import { LOCK_FILE_GONE_MS, LOCK_LOOK_MS, LOCK_UNSENT_MS_MAX } from '../limits.js';

export interface LockSituation {
  /** A program's lock file stands beside the file. */
  readonly isWanted: boolean;
  /** Milliseconds since none stands there; 0 while one does. */
  readonly goneMs: number;
  readonly own: OwnLock | undefined;
  readonly seen: RemoteLock | undefined;
  /** Somebody has taken our lock away: it is not taken again while the file stays open. */
  readonly isRenounced: boolean;
  /** Something of the file is still to be sent. */
  readonly isUnsent: boolean;
  /** Milliseconds until the lock is to be renewed; Infinity where it does not run out. */
  readonly renewalMs: number;
}

export type LockDecision =
  | { readonly kind: 'take' | 'give-back' | 'nothing' }
  /** Look again after so many milliseconds. */
  | { readonly kind: 'wait'; readonly ms: number };

export function decideLock(situation: LockSituation): LockDecision {
  const { own, isWanted } = situation;
  if (isWanted) return own === undefined ? decideTaking(situation) : decideKeeping(own, situation);
  return own === undefined ? { kind: 'nothing' } : decideGivingBack(situation);
}

function decideTaking({ seen, isRenounced }: LockSituation): LockDecision {
  return { kind: seen === undefined && !isRenounced ? 'take' : 'nothing' };
}

function decideKeeping(own: OwnLock, { renewalMs }: LockSituation): LockDecision {
  if (own.since === undefined || renewalMs <= 0) return { kind: 'take' };
  return Number.isFinite(renewalMs) ? { kind: 'wait', ms: renewalMs } : { kind: 'nothing' };
}

/** Nobody else edits the version before the one that is on its way. */
function decideGivingBack({ goneMs, isUnsent }: LockSituation): LockDecision {
  if (goneMs < LOCK_FILE_GONE_MS) return { kind: 'wait', ms: LOCK_FILE_GONE_MS - goneMs };
  if (isUnsent && goneMs < LOCK_UNSENT_MS_MAX) return { kind: 'wait', ms: LOCK_LOOK_MS };
  return { kind: 'give-back' };
}

/** Writing is refused to us: all but a lock of this user that needs no token. */
export function isForeign(lock: RemoteLock, userId: string): boolean {
  return lock.kind !== 'user' || lock.owner !== userId;
}

/** Our lock was taken away, or has run out: what the server shows is none, or another one. */
export function isLost(own: OwnLock, seen: RemoteLock | undefined, userId: string): boolean {
  if (own.since === undefined) return false;
  return seen === undefined || isForeign(seen, userId) || seen.since !== own.since;
}

/** Seconds since the epoch at which it runs out; Infinity where it does not. */
export function expiryOf({ since, timeout }: Pick<SeenLock, 'since' | 'timeout'>): number {
  return timeout === 0 ? Infinity : since + timeout;
}
