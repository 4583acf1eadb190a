/**
 * Chunked upload v2: the pieces go into a folder of their own, and one MOVE puts them together in
 * place of the file, which keeps its id. The folder's name holds the content's hash and the size
 * of a chunk, so whatever stands in it belongs to exactly these bytes: an upload goes on where it
 * stopped, also after a restart. The size follows from the line when the upload begins, and is that
 * of the folder when it goes on. Nextcloud developer manual, "Chunked file upload".
 */
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import {
  CHUNKS_MAX,
  CHUNK_BYTES_DEFAULT,
  CHUNK_BYTES_FITTED_MIN,
  CHUNK_BYTES_MIN,
  CHUNK_MS_WANTED,
  CLEAN_UP_TIMEOUT_MS,
  UPLOAD_CHUNKS_AT_ONCE_MAX,
  UPLOAD_RESTARTS_MAX,
} from '../limits.js';
import { adoptEntry } from './adopt.js';
import { assemble } from './assembly.js';
import type { DavContext } from './dav-context.js';
import { stat } from './listing.js';
import { listPlainly } from './plain-listing.js';
import { ifFound } from './settle.js';
import { piecesOf } from './upload-body.js';
import type { UploadLine } from './upload-line.js';
import type { Upload, WriteOutcome } from './write-outcome.js';

/** What the server takes; `bytesMax` shrinks when it refuses a chunk as too large. */
export interface ChunkLimits {
  bytesMax: number;
  parallelMax: number;
}

/** What all chunked uploads of an account share. */
export interface ChunkedUploads {
  readonly chunks: ChunkLimits;
  readonly line: UploadLine;
  readonly clock: Clock;
}

interface Chunk {
  /** 1 to 10000. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export async function chunkedWrite(
  context: DavContext,
  upload: Upload,
  shared: ChunkedUploads,
  begunWith?: Begun,
): Promise<WriteOutcome> {
  const limits = shared.chunks;
  // The server looks at conditions only after all bytes have come.
  const early = begunWith === undefined ? await checkEarly(context, upload) : undefined;
  if (early !== undefined) return early;
  let begun = begunWith?.chunkBytes;
  if (upload.wasTried) begun ??= await chunkBytesBegunWith(context, upload);
  for (let restarts = 0; ; restarts += 1, begun = undefined) {
    const fitted = chunkBytesFor(upload.size, shared);
    const chunkBytes = begun !== undefined && begun <= limits.bytesMax ? begun : fitted;
    const folder = folderOf(upload, chunkBytes);
    try {
      await sendChunks(context, upload, { folder, chunkBytes, shared });
      return await assemble(context, upload, folder);
    } catch (error) {
      if (!(error instanceof NuageError)) throw error;
      if (isUseless(error, upload.signal)) void cleanUp(context, folder);
      if (restarts >= UPLOAD_RESTARTS_MAX || !mayRestart(error, chunkBytes, limits)) throw error;
    }
  }
}

/** What {@link chunkedWrite} goes on with. */
export interface Begun {
  readonly folder: string;
  readonly chunkBytes: number;
}

/**
 * Sends the first chunk alone, which tells how fast the line is.
 * @returns undefined where it was too large: smaller ones may go.
 */
export async function beginChunked(
  context: DavContext,
  upload: Upload,
  shared: ChunkedUploads,
): Promise<Begun | undefined> {
  const chunkBytes = chunkBytesFor(upload.size, shared);
  const folder = folderOf(upload, chunkBytes);
  const [first] = chunksOf(upload.size, chunkBytes);
  if (first === undefined) return undefined;
  try {
    await openFolder(context, upload, folder);
    const progress = (_: string, bytes: number): void => upload.onProgress(bytes);
    await sendMeasured(context, upload, { folder, chunk: first, progress, shared });
    return { folder, chunkBytes };
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    if (isUseless(error, upload.signal)) void cleanUp(context, folder);
    const isTooLarge = error.kind === 'too-large';
    if (isTooLarge && mayRestart(error, chunkBytes, shared.chunks)) return undefined;
    throw error;
  }
}

/** @throws kind `precondition` where the server's state is another, and not of our making. */
export async function checkEarly(
  context: DavContext,
  upload: Upload,
): Promise<WriteOutcome | undefined> {
  const { condition, path, signal } = upload;
  const entry = await ifFound(stat(context, path, signal));
  const isAsExpected =
    condition.kind === 'absent' ? entry === undefined : entry?.etag === condition.etag;
  if (isAsExpected) return undefined;
  const ours = entry === undefined ? undefined : await adoptEntry(context, upload, entry);
  if (ours !== undefined) return ours;
  throw new NuageError('precondition', 'the server has another version by now', {
    op: 'PUT',
    path,
  });
}

/** What the line brings in a few seconds, in whole MiB: a break costs one, and each a request. */
function chunkBytesFor(size: number, { chunks, line }: ChunkedUploads): number {
  const fitted = line.bytesIn(CHUNK_MS_WANTED) ?? CHUNK_BYTES_DEFAULT;
  const wanted = Math.max(fitted, CHUNK_BYTES_FITTED_MIN, size / CHUNKS_MAX);
  const rounded = Math.ceil(wanted / CHUNK_BYTES_MIN) * CHUNK_BYTES_MIN;
  const allowed = Math.floor(chunks.bytesMax / CHUNK_BYTES_MIN) * CHUNK_BYTES_MIN;
  return Math.max(Math.min(rounded, allowed), CHUNK_BYTES_MIN);
}

function folderOf(upload: Upload, chunkBytes: number): string {
  return `${folderPrefix(upload)}${chunkBytes / CHUNK_BYTES_MIN}`;
}

/** What follows is the size of a chunk, in {@link CHUNK_BYTES_MIN}. */
function folderPrefix(upload: Upload): string {
  return `nuage-${upload.uploadId}-${upload.hashes.sha256.slice(0, 32)}-`;
}

/** With smaller or larger ones, all that has arrived would be sent again. */
async function chunkBytesBegunWith(
  context: DavContext,
  upload: Upload,
): Promise<number | undefined> {
  const { path, signal } = upload;
  const prefix = folderPrefix(upload);
  let found: number | undefined;
  const home = { root: context.uploads, folder: '', path, signal };
  await listPlainly(context, home, (place) => {
    if (!place.startsWith(prefix)) return;
    const units = Number(place.slice(prefix.length));
    if (Number.isSafeInteger(units) && units > 0) found = units * CHUNK_BYTES_MIN;
  });
  return found;
}

/** Another content, or another version there: nobody will ever want these chunks. */
export function isUseless(error: NuageError, signal: AbortSignal): boolean {
  if (error.kind === 'aborted') return !signal.aborted;
  return ['precondition', 'too-large', 'invalid-argument'].includes(error.kind);
}

/** Lets the next round differ from the one that failed. */
function mayRestart(error: NuageError, chunkBytes: number, limits: ChunkLimits): boolean {
  if (error.kind === 'too-large') {
    limits.bytesMax = Math.floor(chunkBytes / 2);
    return chunkBytes > CHUNK_BYTES_MIN;
  }
  // The server swept the folder away meanwhile, or its chunks do not sum up.
  return error.kind === 'parent-missing' || error.kind === 'invalid-argument';
}

interface ChunkPlan {
  readonly folder: string;
  readonly chunkBytes: number;
  readonly shared: ChunkedUploads;
}

async function sendChunks(context: DavContext, upload: Upload, plan: ChunkPlan): Promise<void> {
  const present = await openFolder(context, upload, plan.folder);
  const missing: Chunk[] = [];
  let sentBefore = 0;
  for (const chunk of chunksOf(upload.size, plan.chunkBytes)) {
    if (present.get(chunk.name) === chunk.end - chunk.start) sentBefore += chunk.end - chunk.start;
    else missing.push(chunk);
  }
  if (sentBefore > 0) {
    const { path } = upload;
    context.logger.info('an upload goes on where it stopped', { path, bytes: sentBefore });
  }
  await sendInParallel(context, upload, { ...plan, missing, sentBefore });
}

function* chunksOf(size: number, chunkBytes: number): Generator<Chunk, void, undefined> {
  for (let start = 0, name = 1; start < size; start += chunkBytes, name += 1) {
    yield { name: String(name), start, end: Math.min(start + chunkBytes, size) };
  }
}

/** @returns sizes of the chunks that are there already, by name. */
async function openFolder(
  context: DavContext,
  upload: Upload,
  folder: string,
): Promise<ReadonlyMap<string, number>> {
  const { path, signal } = upload;
  const present = new Map<string, number>();
  const address = context.uploads.address(folder);
  const answer = await context.http.send({
    method: 'MKCOL',
    address,
    headers: { destination: context.files.url(path) },
    signal,
    isRepeatable: true,
    expected: [201, 405],
    path,
  });
  await answer.discard();
  if (answer.status === 201) return present;
  try {
    await listPlainly(context, { root: context.uploads, folder, path, signal }, (place, size) => {
      const isIn = place.startsWith(`${folder}/`);
      if (isIn && size !== undefined) present.set(place.slice(folder.length + 1), size);
    });
  } catch (error) {
    if (!(error instanceof NuageError) || error.kind !== 'not-found') throw error;
    const details = { op: 'PROPFIND', path, cause: error };
    throw new NuageError('parent-missing', 'the upload folder was swept away', details);
  }
  return present;
}

/** A few at once hide the server's pause after each; the first failure ends them all. */
async function sendInParallel(
  context: DavContext,
  upload: Upload,
  plan: ChunkPlan & { readonly missing: readonly Chunk[]; readonly sentBefore: number },
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([upload.signal, stop.signal]);
  const sent = new Map<string, number>();
  const queue = plan.missing.values();
  const progress = (name: string, bytes: number): void => {
    sent.set(name, bytes);
    let total = plan.sentBefore;
    for (const part of sent.values()) total += part;
    upload.onProgress(total);
  };
  const worker = async (): Promise<void> => {
    for (const chunk of queue) {
      const { folder, shared } = plan;
      await sendMeasured(context, { ...upload, signal }, { folder, chunk, progress, shared });
    }
  };
  const workers = Math.min(
    plan.shared.chunks.parallelMax,
    UPLOAD_CHUNKS_AT_ONCE_MAX,
    plan.missing.length,
  );
  let failure: unknown;
  const guarded = async (): Promise<void> => {
    try {
      await worker();
    } catch (error) {
      failure ??= error;
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: workers }, guarded));
  if (failure !== undefined) throw failure as NuageError;
}

interface ChunkToSend {
  readonly folder: string;
  readonly chunk: Chunk;
  readonly progress: (name: string, bytes: number) => void;
}

async function sendMeasured(
  context: DavContext,
  upload: Upload,
  { shared, ...part }: ChunkToSend & { readonly shared: ChunkedUploads },
): Promise<void> {
  const begunAt = shared.clock.monotonic();
  await sendChunk(context, upload, part);
  const { start, end } = part.chunk;
  shared.line.answered(end - start, shared.clock.monotonic() - begunAt);
}

/** Doing it again replaces the chunk by itself, so a broken line is no more than a delay. */
async function sendChunk(
  context: DavContext,
  upload: Upload,
  { folder, chunk, progress }: ChunkToSend,
): Promise<void> {
  const { name, start, end } = chunk;
  const { path, signal, size } = upload;
  const answer = await context.http.send({
    method: 'PUT',
    address: context.uploads.address(`${folder}/${name}`),
    headers: {
      destination: context.files.url(path),
      // Without it the quota would only be looked at when everything has been sent.
      'oc-total-length': String(size),
      'content-type': 'application/octet-stream',
    },
    body: {
      length: end - start,
      pieces: () => piecesOf(upload, { start, end }, (bytes) => progress(name, bytes)),
    },
    signal,
    isRepeatable: true,
    expected: [201, 204],
    path,
  });
  await answer.discard();
}

/** Nobody waits for it; what it leaves behind the server sweeps away after a day. */
export async function cleanUp(context: DavContext, folder: string): Promise<void> {
  try {
    const answer = await context.http.send({
      method: 'DELETE',
      address: context.uploads.address(folder),
      signal: AbortSignal.timeout(CLEAN_UP_TIMEOUT_MS),
      isRepeatable: true,
      expected: [204],
    });
    await answer.discard();
  } catch (error) {
    context.logger.debug('an upload folder stays behind', { folder, reason: String(error) });
  }
}
