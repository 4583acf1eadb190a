/**
 * What one upload is, and what came of it: stored and proven; *torn* — the server claims our
 * checksum but holds other bytes; or *cut* — it holds the beginning that an earlier try has left.
 */
import { REMOTE_TOKEN_CHARS_MAX } from '../limits.js';
import type { HttpAnswer } from './answer.js';
import type { DavContext } from './dav-context.js';
import { stat } from './listing.js';
import { fileIdOf, unquoteEtag } from './properties.js';
import type { SourceHashes, StoredFile, UploadSource, WriteCondition } from './remote.js';
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
  readonly hashes: SourceHashes;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export type WriteOutcome =
  | { readonly kind: 'stored'; readonly file: StoredFile }
  | { readonly kind: 'torn' | 'cut'; readonly etag: string };

/** As `OC-Checksum` has it. */
export function checksumOf({ sha256 }: Pick<SourceHashes, 'sha256'>): string {
  return `SHA256:${sha256}`;
}

/** Of the PUT, or of the MOVE that puts the chunks together. */
export function metadataHeaders(upload: Upload): Record<string, string> {
  return {
    'x-oc-mtime': String(upload.mtime),
    'oc-checksum': checksumOf(upload.hashes),
    'oc-total-length': String(upload.size),
    'x-hash': 'sha1',
  };
}

export function stored(upload: Upload, at: { fileId: string; etag: string }): WriteOutcome {
  const { size, mtime, hashes } = upload;
  const { fileId, etag } = at;
  const checksum = checksumOf(hashes);
  return { kind: 'stored', file: { fileId, etag, size, mtime, checksum } };
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
  const said = answer.header('x-hash-sha1') ?? '';
  const isTorn =
    said.length > 0 && said.length <= REMOTE_TOKEN_CHARS_MAX
      ? said.toLowerCase() !== upload.hashes.sha1
      : await isKnownTorn(context, upload, etag);
  return isTorn ? { kind: 'torn', etag } : stored(upload, { fileId, etag });
}

/** An old server may tell no hash at all: what it answered with success counts as stored. */
async function isKnownTorn(context: DavContext, upload: Upload, etag: string): Promise<boolean> {
  const { path, size, signal, hashes } = upload;
  try {
    const proven = await serverHash(context, { path, etag, size }, signal);
    return proven !== undefined && proven !== hashes.sha256;
  } catch {
    return false;
  }
}
