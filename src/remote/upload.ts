/**
 * Brings a file to the server so that nobody ever sees half of it. A new file goes in one PUT (cut
 * short, it leaves nothing), if that does not take long and was not tried before. An overwrite in
 * one PUT is written in place by a Nextcloud, so only what leaves in one piece goes that way;
 * everything else is put together in the upload folder.
 *
 * A Nextcloud does not verify `OC-Checksum`; what proves the bytes is the hash that it computes
 * itself when asked by `X-Hash`.
 */
import { NuageError } from '../errors.js';
import {
  ANSWER_TIMEOUT_MS,
  CHUNK_BYTES_DEFAULT,
  DIRECT_PUT_OVERWRITE_BYTES_MAX,
  WRITES_OF_ONE_UPLOAD_MAX,
} from '../limits.js';
import { adopt } from './adopt.js';
import {
  beginChunked,
  type Begun,
  checkEarly,
  chunkedWrite,
  type ChunkedUploads,
  cleanUp,
  isUseless,
} from './chunked-upload.js';
import type { DavContext } from './dav-context.js';
import type { DirectUploads } from './direct-uploads.js';
import { clampMtime } from './namespace.js';
import { abortedError } from './network-error.js';
import type { Announce, SourceHashes, StoredFile, UploadMetadata, UploadSource } from './remote.js';
import { isOutcomeUnknown, settle } from './settle.js';
import { hashesOf } from './source-hash.js';
import { piecewiseBody, wholeBody } from './upload-body.js';
import {
  checksumOf,
  metadataHeaders,
  outcomeOf,
  type Upload,
  type WriteOutcome,
} from './write-outcome.js';

export interface WriteRequest {
  readonly path: string;
  readonly source: UploadSource;
  readonly metadata: UploadMetadata;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
  /** See {@link WriteOptions}. */
  readonly hashes?: Promise<SourceHashes | undefined> | undefined;
  readonly announce?: Announce | undefined;
}

/** What the server takes and what the line carries; both learn from what they meet. */
export interface UploadLimits extends ChunkedUploads {
  readonly direct: DirectUploads;
}

/**
 * @throws kind `precondition` when the server has another state than the condition says, `aborted`
 * when the content changes meanwhile, `corrupt` when the server keeps storing other bytes.
 */
export async function write(
  context: DavContext,
  request: WriteRequest,
  limits: UploadLimits,
): Promise<StoredFile> {
  const { size, mtime, condition, uploadId, wasTried } = request.metadata;
  const { path, source, signal, onProgress } = request;
  const hashes = (await request.hashes) ?? (await hashesOf(source, size, signal));
  let upload: Upload = {
    ...{ path, source, signal, onProgress, size, condition, uploadId, wasTried, hashes },
    mtime: clampMtime(mtime),
  };
  await request.announce?.(checksumOf(hashes));
  for (let writes = 1; ; writes += 1) {
    const outcome = await writeOnce(context, upload, limits);
    if (outcome.kind === 'stored') return outcome.file;
    if (outcome.kind === 'cut') {
      context.logger.info('what an upload left that was cut short is replaced', { path });
    } else {
      context.logger.error('the server stored other bytes than it was sent', { path, writes });
    }
    if (writes >= WRITES_OF_ONE_UPLOAD_MAX) {
      throw new NuageError('corrupt', 'the server stores other bytes than it is sent', {
        op: 'PUT',
        path,
      });
    }
    // The broken copy is ours, and nobody else's: it is what the next one may replace.
    const condition = { kind: 'matches', etag: outcome.etag } as const;
    upload = { ...upload, condition, wasTried: true };
  }
}

async function writeOnce(
  context: DavContext,
  upload: Upload,
  limits: UploadLimits,
): Promise<WriteOutcome> {
  if (goesDirectly(upload, limits.direct)) return directOrChunked(context, upload, limits);
  if (!isNew(upload) || !limits.direct.dependsOnLine(upload.size)) {
    return chunkedWrite(context, upload, limits);
  }
  const early = await checkEarly(context, upload);
  if (early !== undefined) return early;
  const begun = await beginChunked(context, upload, limits);
  const isFast = begun !== undefined && goesDirectly(upload, limits.direct);
  return isFast
    ? directOrChunked(context, upload, limits, begun)
    : chunkedWrite(context, upload, limits, begun);
}

async function directOrChunked(
  context: DavContext,
  upload: Upload,
  limits: UploadLimits,
  begun?: Begun,
): Promise<WriteOutcome> {
  try {
    const outcome = await directWrite(context, upload, limits);
    // Of what is torn the next write goes on with it.
    if (begun !== undefined && outcome.kind === 'stored') void cleanUp(context, begun.folder);
    return outcome;
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    if (error.kind !== 'too-large' || upload.size === 0) {
      // Else the next try goes on with what has begun.
      if (begun !== undefined && isUseless(error, upload.signal)) {
        void cleanUp(context, begun.folder);
      }
      throw error;
    }
    limits.direct.refused(upload.size);
    const taken = Math.max(Math.ceil(upload.size / 2), begun?.chunkBytes ?? 0);
    limits.chunks.bytesMax = Math.min(limits.chunks.bytesMax, taken);
    return chunkedWrite(context, upload, limits, begun);
  }
}

/** What was tried before goes on where it stopped. */
function isNew({ condition, wasTried }: Upload): boolean {
  return condition.kind === 'absent' && !wasTried;
}

function goesDirectly(upload: Upload, direct: DirectUploads): boolean {
  const { size, condition } = upload;
  if (condition.kind !== 'absent') return size <= DIRECT_PUT_OVERWRITE_BYTES_MAX;
  return size <= CHUNK_BYTES_DEFAULT || (isNew(upload) && direct.admits(size));
}

async function directWrite(
  context: DavContext,
  upload: Upload,
  { line, clock }: UploadLimits,
): Promise<WriteOutcome> {
  const { path, condition, signal, size } = upload;
  if (signal.aborted) throw abortedError({ op: 'PUT', path });
  const isAbsent = condition.kind === 'absent';
  const begunAt = clock.monotonic();
  try {
    const answer = await context.http.send({
      method: 'PUT',
      address: context.files.address(path),
      headers: {
        ...metadataHeaders(upload),
        'content-type': 'application/octet-stream',
        ...(isAbsent ? { 'if-none-match': '*' } : { 'if-match': `"${condition.etag}"` }),
      },
      body: isAbsent ? piecewiseBody(upload) : wholeBody(upload),
      // An overwrite that is cut short leaves a torn file there: from here on it runs to its end.
      signal: isAbsent ? signal : undefined,
      unsentSignal: signal,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      isRepeatable: false,
      expected: [201, 204],
      path,
    });
    await answer.discard();
    line.answered(size, clock.monotonic() - begunAt);
    upload.onProgress(size);
    return await outcomeOf(context, upload, answer);
  } catch (error) {
    if (isOutcomeUnknown(error)) return settle(error, () => adopt(context, upload));
    if (!(error instanceof NuageError) || error.kind !== 'precondition') throw error;
    // What the look meets goes before the refusal: whose file is there is not known then.
    const ours = await adopt(context, upload);
    if (ours === undefined) throw error;
    return ours;
  }
}
