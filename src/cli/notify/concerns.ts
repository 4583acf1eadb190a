/** What somebody should know of a mount without looking: told by one status and the next. */
import type { EngineStatus } from '../engine-messages.js';

export type Concern =
  | { readonly kind: 'login' }
  | { readonly kind: 'cache-full' | 'held' }
  | { readonly kind: 'quota' | 'refused' | 'conflict'; readonly path: string };

export type ConcernKind = Concern['kind'];

/** What is new since `before`; when the mount begins, what still needs somebody. */
export function concernsOf(before: EngineStatus | undefined, after: EngineStatus): Concern[] {
  const concerns: Concern[] = [];
  if (needsLogin(after) && !needsLogin(before)) concerns.push({ kind: 'login' });
  if (after.cacheFull === 'disk' && before?.cacheFull !== 'disk') {
    concerns.push({ kind: 'cache-full' });
  }
  if (after.heldDeletions !== null && (before?.heldDeletions ?? null) === null) {
    concerns.push({ kind: 'held' });
  }
  const known = new Set(before?.pending.filter(isTelling).map(({ path }) => path));
  for (const change of after.pending.filter(isTelling)) {
    if (known.has(change.path)) continue;
    const kind = change.failure?.kind === 'quota' ? 'quota' : 'refused';
    concerns.push({ kind, path: change.path });
  }
  // Those of earlier days have been told.
  const copies = new Set((before ?? after).conflictCopies);
  for (const path of after.conflictCopies) {
    if (!copies.has(path)) concerns.push({ kind: 'conflict', path });
  }
  return concerns;
}

function needsLogin(status: EngineStatus | undefined): boolean {
  return status !== undefined && !status.online && status.reason?.kind === 'unauthenticated';
}

/** What passes by itself is nobody's concern. */
const PASSING: ReadonlySet<string> = new Set([
  'locked',
  'offline',
  'timeout',
  'maintenance',
  'rate-limited',
  'server',
  'aborted',
  'precondition',
  'unauthenticated',
]);

function isTelling({ failure }: EngineStatus['pending'][number]): boolean {
  return failure !== undefined && !PASSING.has(failure.kind);
}
