/**
 * Folders, moves, removals and times. Each insists on the state that it was decided on, none
 * replaces anything, and one whose answer was lost is looked up instead of being done blindly
 * again. RFC 4918 §9.3 (MKCOL), §9.6 (DELETE), §9.9 (MOVE), §10.6 (Overwrite).
 */
import { NuageError } from '../errors.js';
import {
  CHANGE_ANSWER_TIMEOUT_MS,
  SINGLE_ANSWER_BYTES_MAX,
  UPLOAD_MTIME_MAX_S,
  UPLOAD_MTIME_MIN_S,
} from '../limits.js';
import type { DavContext } from './dav-context.js';
import { textBody, unexpectedAnswer } from './http.js';
import { list, stat } from './listing.js';
import { MultistatusParser } from './multistatus.js';
import { modifiedUpdate } from './properties.js';
import type { CopyTarget, RemoteEntry } from './remote.js';
import { ifFound, isOutcomeUnknown, settle } from './settle.js';
import { kindOfStatus } from './status.js';

/** @returns the new folder, or an empty one that stands there already. */
export async function createFolder(
  context: DavContext,
  path: string,
  signal: AbortSignal,
): Promise<RemoteEntry> {
  try {
    await simple(context, { method: 'MKCOL', path, expected: [201], signal });
  } catch (error) {
    if (isTaken(error)) return emptyFolder(context, path, { error, signal });
    if (!isOutcomeUnknown(error)) throw error;
    return settle(error, () => emptyFolder(context, path, { error, signal }));
  }
  return stat(context, path, signal);
}

function isTaken(error: unknown): error is NuageError {
  return error instanceof NuageError && error.kind === 'exists';
}

/** A folder is as good as made by us when nobody has put anything into it; else `error` stands. */
async function emptyFolder(
  context: DavContext,
  path: string,
  after: { readonly error: NuageError; readonly signal: AbortSignal },
): Promise<RemoteEntry> {
  const entries: RemoteEntry[] = [];
  const target = { path, depth: '1' } as const;
  const sink = { take: (piece: readonly RemoteEntry[]) => void entries.push(...piece) };
  await ifFound(list(context, target, sink, after.signal));
  const [folder] = entries;
  if (entries.length === 1 && folder?.isFolder === true) return folder;
  if (folder !== undefined || !isTaken(after.error)) throw after.error;
  // "Taken", and nothing there: so a Nextcloud refuses some names, such as `x.part`.
  throw new NuageError('invalid-name', 'the server does not take this name', {
    op: 'MKCOL',
    path,
    cause: after.error,
  });
}

/** @param etag guards the source. */
export async function move(
  context: DavContext,
  target: { readonly from: string; readonly to: string; readonly etag: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { from, to, etag } = target;
  if (from === to) return;
  if (to.startsWith(`${from}/`) || from === '') {
    throw new NuageError('invalid-argument', 'a folder cannot move into itself', {
      op: 'MOVE',
      path: from,
    });
  }
  const headers = {
    destination: context.files.url(to),
    overwrite: 'F',
    ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
  };
  try {
    await simple(context, { method: 'MOVE', path: from, headers, expected: [201], signal });
  } catch (error) {
    if (error instanceof NuageError && error.kind === 'precondition') {
      throw await whyRefused(context, { to, error }, signal);
    }
    if (!isOutcomeUnknown(error)) throw error;
    await settle(error, () => wasMoved(context, { from, to }, signal));
  }
}

/**
 * The server copies the file itself. It gives the copy the ETag of its source, and out of a share
 * that is read only its permissions as well; setting the time mends both.
 */
export async function copy(
  context: DavContext,
  target: CopyTarget,
  signal: AbortSignal,
): Promise<RemoteEntry> {
  const { from, to, etag, size, mtime } = target;
  const headers = {
    destination: context.files.url(to),
    overwrite: 'F',
    'if-match': `"${etag}"`,
  };
  try {
    await simple(context, { method: 'COPY', path: from, headers, expected: [201], signal });
  } catch (error) {
    if (error instanceof NuageError && error.kind === 'precondition') {
      throw await whyRefused(context, { to, error }, signal);
    }
    if (!isOutcomeUnknown(error)) throw error;
    await settle(error, () => wasCopied(context, target, signal));
  }
  await setModified(context, to, mtime, signal);
  const made = await stat(context, to, signal);
  if (made.size === size && !made.isFolder) return made;
  throw new NuageError('precondition', 'the server has copied another version', {
    op: 'COPY',
    path: to,
  });
}

/** 412 has two meanings here: the target is taken, or the source is another version. */
async function whyRefused(
  context: DavContext,
  refusal: { readonly to: string; readonly error: NuageError },
  signal: AbortSignal,
): Promise<NuageError> {
  const taken = await ifFound(stat(context, refusal.to, signal));
  if (taken === undefined) return refusal.error;
  return new NuageError('exists', 'the target is taken', {
    op: 'MOVE',
    path: refusal.to,
    cause: refusal.error,
  });
}

async function wasMoved(
  context: DavContext,
  target: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<true | undefined> {
  const left = await ifFound(stat(context, target.from, signal));
  if (left !== undefined) return undefined;
  const arrived = await ifFound(stat(context, target.to, signal));
  return arrived === undefined ? undefined : true;
}

/** Nothing else but a copy of it has the ETag of its source. */
async function wasCopied(
  context: DavContext,
  { to, etag, size }: CopyTarget,
  signal: AbortSignal,
): Promise<true | undefined> {
  const made = await ifFound(stat(context, to, signal));
  return made?.etag === etag && made.size === size ? true : undefined;
}

/** @param etag guards a file; that of a folder says nothing to a Nextcloud's DELETE. */
export async function remove(
  context: DavContext,
  target: { readonly path: string; readonly etag: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { path, etag } = target;
  if (path === '') {
    throw new NuageError('invalid-argument', 'the root cannot be removed', { op: 'DELETE', path });
  }
  const headers: Record<string, string> = etag === undefined ? {} : { 'if-match': `"${etag}"` };
  try {
    await simple(context, { method: 'DELETE', path, headers, expected: [204], signal });
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    await settle(error, async () => {
      const left = await ifFound(stat(context, path, signal));
      return left === undefined ? true : undefined;
    });
  }
}

/** @param mtime seconds; what a Nextcloud cannot keep is set to the nearest that it can. */
export async function setModified(
  context: DavContext,
  path: string,
  mtime: number,
  signal: AbortSignal,
): Promise<void> {
  const answer = await context.http.send({
    method: 'PROPPATCH',
    address: context.files.address(path),
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: textBody(modifiedUpdate(clampMtime(mtime))),
    signal,
    isRepeatable: true,
    expected: [207],
    path,
  });
  const details = { op: 'PROPPATCH', path };
  let status: number | undefined;
  const parser = new MultistatusParser({
    details,
    bytesMax: SINGLE_ANSWER_BYTES_MAX,
    rowsMax: 1,
    onRow: (row) => {
      status = row.failures.get('d:lastmodified') ?? (row.values.has('d:lastmodified') ? 200 : 500);
    },
  });
  for await (const chunk of answer.body()) parser.write(chunk);
  parser.end();
  if (status === undefined) throw unexpectedAnswer(answer, details);
  if (status >= 300) {
    const error = { exception: undefined, message: undefined };
    const kind = kindOfStatus({ method: 'PROPPATCH', status, error, isMaintenance: false });
    throw new NuageError(kind, `the server refuses this time (${status})`, details);
  }
}

/** A Nextcloud answers 500 to times outside, after it has replaced the file. */
export function clampMtime(mtime: number): number {
  return Math.min(Math.max(Math.floor(mtime), UPLOAD_MTIME_MIN_S), UPLOAD_MTIME_MAX_S);
}

interface SimpleRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: readonly number[];
  readonly signal: AbortSignal;
}

async function simple(context: DavContext, request: SimpleRequest): Promise<void> {
  const answer = await context.http.send({
    ...request,
    address: context.files.address(request.path),
    isRepeatable: false,
    answerTimeoutMs: CHANGE_ANSWER_TIMEOUT_MS,
  });
  await answer.discard();
}
