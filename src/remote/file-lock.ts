/**
 * Locks that everybody sees, of the app files_lock: `LOCK` and `UNLOCK` with `X-User-Lock`, which
 * need no token. A server gives a user the lock that the same user has already, and takes anybody's
 * away for the owner of a file. So the file is looked at before: only what is free is taken, and
 * only what is ours made to last longer or given back, never what the user has set in the web page.
 */
import { NuageError } from '../errors.js';
import { LOCK_CLAIM_S } from '../limits.js';
import type { DavContext } from './dav-context.js';
import { stat } from './listing.js';
import type { LockClaim, LockOutcome, LockRequest, RemoteEntry } from './remote.js';

export async function lock(
  context: DavContext,
  { path, claim }: LockRequest,
  signal: AbortSignal,
): Promise<LockOutcome> {
  const before = await look(context, path, signal);
  if (before.lock !== 'none' && !isClaimed(before, claim)) return { entry: before, isOurs: false };
  const isTaken = (await ask(context, { method: 'LOCK', path, signal })) === TAKEN;
  const entry = await look(context, path, signal);
  return { entry, isOurs: isTaken && entry.lock !== 'none' };
}

export async function unlock(
  context: DavContext,
  { path, claim }: LockRequest,
  signal: AbortSignal,
): Promise<LockOutcome> {
  const before = await look(context, path, signal);
  if (!isClaimed(before, claim)) return { entry: before, isOurs: false };
  await ask(context, { method: 'UNLOCK', path, signal });
  const entry = await look(context, path, signal);
  return { entry, isOurs: isClaimed(entry, claim) };
}

const TAKEN = 200;

/** 412: there is none. 423: it is somebody else's. A look afterwards tells, and has the ETag. */
const ANSWERS = [TAKEN, 412, 423];

interface Asking {
  readonly method: 'LOCK' | 'UNLOCK';
  readonly path: string;
  readonly signal: AbortSignal;
}

async function ask(context: DavContext, { method, path, signal }: Asking): Promise<number> {
  const answer = await context.http.send({
    method,
    address: context.files.address(path),
    headers: { 'x-user-lock': '1' },
    signal,
    isRepeatable: true,
    expected: ANSWERS,
    path,
  });
  await answer.discard();
  return answer.status;
}

async function look(context: DavContext, path: string, signal: AbortSignal): Promise<RemoteEntry> {
  const entry = await stat({ ...context, tellsLocks: true }, path, signal);
  if (entry.lock !== undefined) return entry;
  throw new NuageError('not-supported', 'the server has no locks', { op: 'LOCK', path });
}

function isClaimed({ lock: held }: RemoteEntry, claim: LockClaim | undefined): boolean {
  if (claim === undefined || held === undefined || held === 'none') return false;
  if (held.kind !== 'user' || held.owner !== claim.owner) return false;
  if (claim.since !== undefined) return held.since === claim.since;
  return Math.abs(held.since - claim.askedAt) <= LOCK_CLAIM_S;
}
