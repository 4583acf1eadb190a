/**
 * What the server keeps of the past: its trash and the versions of its files, by the DAV addresses
 * of the apps `files_trashbin` and `files_versions`, which come with every Nextcloud.
 */
import { NuageError } from '../errors.js';
import { CHANGE_ANSWER_TIMEOUT_MS } from '../limits.js';
import type { DavContext } from './dav-context.js';
import { propfind } from './listing.js';
import { COLLECTION, type MultistatusRow } from './multistatus.js';
import type { DavRoot } from './paths.js';
import { fileIdOf, sizeOf, TRASH_PROPFIND, VERSION_PROPFIND } from './properties.js';
import type { FileVersion, TrashedEntry } from './remote.js';

/** @returns the newest first; of a deleted folder the folder alone. */
export async function trash(
  context: DavContext,
  signal: AbortSignal,
): Promise<readonly TrashedEntry[]> {
  const entries: TrashedEntry[] = [];
  const request = { root: context.trash, path: 'trash', body: TRASH_PROPFIND, signal };
  await children(context, request, (id, row) => {
    const entry = trashedEntry(id, row);
    if (entry !== undefined) entries.push(entry);
  });
  return entries.sort((a, b) => b.deletedAt - a.deletedAt);
}

/** Back to where it was, or beside what stands there now. @throws kind `not-found`. */
export async function restoreTrashed(
  context: DavContext,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { trash: root } = context;
  await restore(context, { root, from: `trash/${id}`, to: 'restore/item' }, signal);
}

/** @returns the newest first; the first is what the file holds now. */
export async function versions(
  context: DavContext,
  fileId: string,
  signal: AbortSignal,
): Promise<readonly FileVersion[]> {
  const found: FileVersion[] = [];
  const path = `versions/${fileId}`;
  const request = { root: context.versions, path, body: VERSION_PROPFIND, signal };
  await children(context, request, (id, row) => {
    const size = sizeOf(row.values.get('d:getcontentlength'));
    // Its name is the second in which it was written.
    const mtime = sizeOf(id);
    if (size === undefined || mtime === undefined) return;
    found.push({ id, mtime, size, author: row.values.get('nc:version-author') ?? '' });
  });
  return found.sort((a, b) => b.mtime - a.mtime);
}

/** The file holds these bytes again, and what it held becomes a version. */
export async function restoreVersion(
  context: DavContext,
  version: { readonly fileId: string; readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  const from = `versions/${version.fileId}/${version.id}`;
  await restore(context, { root: context.versions, from, to: 'restore/target' }, signal);
}

export interface VersionReading {
  readonly fileId: string;
  readonly version: FileVersion;
  /** The next bytes come when it has resolved. */
  readonly onData: (chunk: Uint8Array) => Promise<void>;
}

/** @throws kind `offline` where fewer bytes come than it has, `protocol` where more do. */
export async function readVersion(
  context: DavContext,
  { fileId, version, onData }: VersionReading,
  signal: AbortSignal,
): Promise<void> {
  const path = `versions/${fileId}/${version.id}`;
  const answer = await context.http.send({
    method: 'GET',
    address: context.versions.address(path),
    headers: { 'accept-encoding': 'identity' },
    signal,
    isRepeatable: true,
    expected: [200],
    path,
  });
  let bytes = 0;
  for await (const chunk of answer.body()) {
    bytes += chunk.length;
    if (bytes > version.size) {
      throw new NuageError('protocol', 'the server sends more than the version has', { path });
    }
    await onData(chunk);
  }
  if (bytes < version.size) throw new NuageError('offline', 'the answer ends too early', { path });
}

interface Listing {
  readonly root: DavRoot;
  readonly path: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** @param onChild with its name in the listed folder. */
async function children(
  context: DavContext,
  { root, path, body, signal }: Listing,
  onChild: (name: string, row: MultistatusRow) => void,
): Promise<void> {
  const request = { address: root.address(path), depth: '1', body, path, signal } as const;
  const prefix = `${path}/`;
  await propfind(context.http, request, (row) => {
    const place = root.pathOf(row.href);
    if ('refused' in place || !place.path.startsWith(prefix)) return;
    const name = place.path.slice(prefix.length);
    if (!name.includes('/')) onChild(name, row);
  });
}

function trashedEntry(id: string, { values }: MultistatusRow): TrashedEntry | undefined {
  const fileId = fileIdOf(values.get('oc:fileid'));
  const deletedAt = sizeOf(values.get('nc:trashbin-deletion-time'));
  const path = values.get('nc:trashbin-original-location');
  if (fileId === undefined || deletedAt === undefined || path === undefined) return undefined;
  return {
    id,
    fileId,
    path,
    deletedAt,
    isFolder: values.get('d:resourcetype') === COLLECTION,
    size: sizeOf(values.get('oc:size')) ?? 0,
  };
}

interface Restoring {
  readonly root: DavRoot;
  readonly from: string;
  /** Nextcloud gives the last part no meaning. */
  readonly to: string;
}

async function restore(
  context: DavContext,
  { root, from, to }: Restoring,
  signal: AbortSignal,
): Promise<void> {
  const answer = await context.http.send({
    method: 'MOVE',
    address: root.address(from),
    headers: { destination: root.url(to) },
    signal,
    answerTimeoutMs: CHANGE_ANSWER_TIMEOUT_MS,
    isRepeatable: false,
    expected: [201, 204],
    path: from,
  });
  await answer.discard();
}
