/**
 * How fast the line carries uploads, as the last large request has told: of it follows which files
 * go in one PUT, and how large the chunks of the others are.
 */
import { CHUNK_BYTES_DEFAULT } from '../limits.js';

export class UploadLine {
  #bytesPerMs: number | undefined;

  /** Sent and answered. Only what is large tells of the line: else the server's pause is all. */
  answered(bytes: number, ms: number): void {
    if (bytes >= CHUNK_BYTES_DEFAULT / 2) this.#bytesPerMs = bytes / Math.max(1, ms);
  }

  /** What one request brings in this time; undefined while nothing is known. */
  bytesIn(ms: number): number | undefined {
    return this.#bytesPerMs === undefined ? undefined : this.#bytesPerMs * ms;
  }

  /** The line may be another one. */
  forget(): void {
    this.#bytesPerMs = undefined;
  }
}
