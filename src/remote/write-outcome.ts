/**
 * What one upload is, and what came of it: stored and proven, or *torn* — the server claims our
 * checksum but holds other bytes.
 */
import { REMOTE_TOKEN_CHARS_MAX } from '../limits.js';
import type { HttpAnswer } from './answer.js';
import type { DavContext } from './dav-context.js';
import { stat } from './listing.js';
import { fileIdOf, unquoteEtag } from './properties.js';
import type { MayAppear, StoredFile, UploadSource, WriteCondition } from './remote.js';
import { serverHash } from './server-hash.js';

export interface Upload {
  readonly path: string;
  readonly source: UploadSource;
  readonly size: number;
  /** Seconds, within what the server takes. */
  readonly mtime: number;
  readonly condition: WriteCondition;
  readonly uploadId: string;
  readonly wasTried: boolean;
  /** SHA-256 of the bytes, lower-case hex. */
  readonly hash: string;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
  /** See {@link WriteOptions}. */
  readonly mayAppear?: MayAppear | undefined;
}

export type WriteOutcome =
  | { readonly kind: 'stored'; readonly file: StoredFile }
  | { readonly kind: 'torn'; readonly etag: string };

export function checksumOf({ hash }: Pick<Upload, 'hash'>): string {
  return `SHA256:${hash}`;
}

/** Of the PUT, or of the MOVE that puts the chunks together. */
export function metadataHeaders(upload: Upload): Record<string, string> {
  return {
    'x-oc-mtime': String(upload.mtime),
    'oc-checksum': checksumOf(upload),
    'oc-total-length': String(upload.size),
    'x-hash': 'sha256',
  };
}

export function stored(upload: Upload, at: { fileId: string; etag: string }): WriteOutcome {
  const { size, mtime } = upload;
  const { fileId, etag } = at;
  return { kind: 'stored', file: { fileId, etag, size, mtime, checksum: checksumOf(upload) } };
}

/** Reads the headers of a success; asks for what they leave out. */
export async function outcomeOf(
  context: DavContext,
  upload: Upload,
  answer: HttpAnswer,
): Promise<WriteOutcome> {
  const { path, signal } = upload;
  let etag = unquoteEtag(answer.header('oc-etag') ?? answer.header('etag'));
  let fileId = fileIdOf(answer.header('oc-fileid'));
  if (etag === undefined || fileId === undefined) {
    const entry = await stat(context, path, signal);
    etag = entry.etag;
    fileId = entry.fileId;
  }
  // An old server may tell no hash at all: what it answered with success counts as stored.
  const said = answer.header('x-hash-sha256') ?? '';
  const proven =
    said.length > 0 && said.length <= REMOTE_TOKEN_CHARS_MAX
      ? said.toLowerCase()
      : await serverHash(context, { path, etag, size: upload.size }, signal).catch(() => undefined);
  if (proven !== undefined && proven !== upload.hash) return { kind: 'torn', etag };
  return stored(upload, { fileId, etag });
}
