/**
 * Many small files of one folder in one request: a Nextcloud sends them as a ZIP stream (version 31
 * and later). The stream names no versions and honours no conditions, so the folder is looked at
 * again behind it: bytes that came between two looks at the same version are of that version.
 */
import { NuageError } from '../errors.js';
import type { DavContext } from './dav-context.js';
import { list, stat } from './listing.js';
import type { FilesTogether, RemoteEntry, TogetherRequest } from './remote.js';
import { readZip } from './zip-reader.js';

/**
 * @throws kind `not-supported` where the server sends no such stream, `not-found` when one of the
 * files is gone.
 */
export async function readTogether(
  context: DavContext,
  { folder, folderEtag, files }: TogetherRequest,
  signal: AbortSignal,
): Promise<FilesTogether> {
  const bytes = await readStream(context, { folder, folderEtag, files }, signal);
  const { etag } = await stat(context, folder, signal);
  if (etag === folderEtag) return { bytes, entries: undefined };
  const entries: RemoteEntry[] = [];
  const take = (piece: readonly RemoteEntry[]): void => void entries.push(...piece);
  await list(context, { path: folder, depth: '1' }, { take }, signal);
  const wanted = new Set(files.map(({ name }) => (folder === '' ? name : `${folder}/${name}`)));
  return { bytes, entries: entries.filter(({ path }) => wanted.has(path)) };
}

async function readStream(
  context: DavContext,
  { folder, files }: TogetherRequest,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const answer = await context.http.send({
    method: 'GET',
    address: context.files.address(folder) + zipQuery(files.map(({ name }) => name)),
    headers: { accept: 'application/zip', 'accept-encoding': 'identity' },
    signal,
    isRepeatable: true,
    expected: [200],
    path: folder,
  });
  if (answer.header('content-type')?.startsWith('application/zip') !== true) {
    await answer.discard();
    throw new NuageError('not-supported', 'the server sends no files together', { path: folder });
  }
  return readZip(answer.body(), files);
}

function zipQuery(names: readonly string[]): string {
  return `?accept=zip&files=${encodeURIComponent(JSON.stringify(names))}`;
}
