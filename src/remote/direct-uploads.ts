/**
 * Which new files go in one PUT. Chunks cost a request each and one more copy on the server, and
 * are worth it where an upload takes so long that a broken line would cost much. A PUT is never cut
 * for that: some servers keep what had come of it. So the line must be known for fast; what the
 * first chunk of a large file tells of it is enough.
 */
import { CHUNK_BYTES_DEFAULT, DIRECT_PUT_MS_MAX, DIRECT_PUT_NEW_BYTES_MAX } from '../limits.js';
import type { UploadLine } from './upload-line.js';

export class DirectUploads {
  readonly #line: UploadLine;
  #refusedBytes = Infinity;

  constructor(line: UploadLine) {
    this.#line = line;
  }

  admits(size: number): boolean {
    if (size <= CHUNK_BYTES_DEFAULT) return true;
    return this.#isTaken(size) && size <= (this.#line.bytesIn(DIRECT_PUT_MS_MAX) ?? 0);
  }

  /** It would be admitted if the line turned out fast. */
  dependsOnLine(size: number): boolean {
    return this.#isTaken(size) && this.#line.bytesIn(DIRECT_PUT_MS_MAX) === undefined;
  }

  /** The server, or one in front of it, takes no body of this size. */
  refused(size: number): void {
    this.#refusedBytes = Math.min(this.#refusedBytes, size);
  }

  #isTaken(size: number): boolean {
    return size <= DIRECT_PUT_NEW_BYTES_MAX && size < this.#refusedBytes;
  }
}
