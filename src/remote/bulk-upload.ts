/**
 * Many small new files in one request: `POST /remote.php/dav/bulk`, multipart/related (RFC 2387).
 * The server demands a checksum of each part, compares it with the bytes before it writes them, and
 * tells ETag and id of each. It knows no conditions and replaces what has the name, so who sends
 * must know that nothing has.
 */
import { randomBytes } from 'node:crypto';
import { NuageError } from '../errors.js';
import { CHANGE_ANSWER_TIMEOUT_MS, JSON_BODY_BYTES_MAX } from '../limits.js';
import type { DavContext } from './dav-context.js';
import type { RequestBody } from './http.js';
import { objectAt, stringAt, type Json } from './json.js';
import { clampMtime } from './namespace.js';
import { fileIdOf, unquoteEtag } from './properties.js';
import type { StoredFile } from './remote.js';
import { checksumOf } from './write-outcome.js';

export interface BulkPart {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/**
 * Its header holds the path as it is, and the server cuts blanks off its end; `\` separates folders
 * there; of a partial file the server stumbles over what it did not scan.
 */
export function isFitForBulk(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- they would end the header, or be cut off
  return !/[\u0000-\u001f\u007f\\]|\s$|\.(?:part|filepart)$/i.test(path);
}

/**
 * @returns for each part what is stored; undefined where the server refused it, or does not say
 * clearly. @throws what the request met: some of the parts may be stored all the same.
 */
export async function bulkUpload(
  context: DavContext,
  parts: readonly BulkPart[],
  signal: AbortSignal,
): Promise<readonly (StoredFile | undefined)[]> {
  const boundary = `nuage-${randomBytes(16).toString('hex')}`;
  const answer = await context.http.send({
    method: 'POST',
    address: context.dav.address('bulk'),
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: bodyOf(parts, boundary),
    signal,
    answerTimeoutMs: CHANGE_ANSWER_TIMEOUT_MS,
    isRepeatable: false,
    expected: [200],
  });
  // A Nextcloud calls its JSON `text/html` here, so only the text tells.
  const told = parse(await answer.text(JSON_BODY_BYTES_MAX));
  return parts.map((part) => storedBy(told, part));
}

function bodyOf(parts: readonly BulkPart[], boundary: string): RequestBody {
  const pieces = parts.flatMap(({ path, bytes, sha256, mtime }) => {
    const head =
      `--${boundary}\r\nX-File-Path: /${path}\r\nContent-Length: ${bytes.length}\r\n` +
      `OC-Checksum: sha256:${sha256}\r\nX-OC-MTime: ${clampMtime(mtime)}\r\n\r\n`;
    return [Buffer.from(head), bytes, Buffer.from('\r\n')];
  });
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { length, pieces: () => pieces };
}

function parse(text: string): Json {
  try {
    return objectAt({ told: JSON.parse(text) as unknown }, 'told') ?? {};
  } catch (error) {
    throw new NuageError('protocol', 'the answer is no JSON', { op: 'POST', cause: error });
  }
}

function storedBy(told: Json, part: BulkPart): StoredFile | undefined {
  const verdict = objectAt(told, `/${part.path}`);
  if (verdict?.['error'] !== false) return undefined;
  const etag = unquoteEtag(stringAt(verdict, 'etag'));
  const fileId = fileIdOf(stringAt(verdict, 'fileid'));
  if (etag === undefined || fileId === undefined) return undefined;
  const { bytes, mtime } = part;
  return { fileId, etag, size: bytes.length, mtime: clampMtime(mtime), checksum: checksumOf(part) };
}
