/**
 * The bytes of an upload as request bodies, read from the source while they leave. A source whose
 * content has changed throws, and the request is cut.
 */
import { UPLOAD_PIECE_BYTES } from '../limits.js';
import { bytesBody, type RequestBody } from './http.js';
import type { Upload } from './write-outcome.js';

export function wholeBody({ source, size }: Upload): RequestBody {
  const bytes = Buffer.alloc(size);
  source.read(0, bytes);
  return bytesBody(bytes);
}

export function piecewiseBody(upload: Upload): RequestBody {
  const { size, onProgress } = upload;
  if (size <= UPLOAD_PIECE_BYTES) return wholeBody(upload);
  return { length: size, pieces: () => piecesOf(upload, { start: 0, end: size }, onProgress) };
}

/** @param onSent told the bytes of this range that have been handed to the line. */
export function* piecesOf(
  upload: Upload,
  range: { readonly start: number; readonly end: number },
  onSent: (sent: number) => void,
): Generator<Uint8Array, void, undefined> {
  for (let offset = range.start; offset < range.end;) {
    const piece = Buffer.allocUnsafe(Math.min(UPLOAD_PIECE_BYTES, range.end - offset));
    upload.source.read(offset, piece);
    yield piece;
    offset += piece.length;
    onSent(offset - range.start);
  }
}
