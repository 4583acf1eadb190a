/**
 * What the user lets us take of the line. The bodies of all requests together keep one rate, those
 * of all answers another; heads and what push tells are too little to count.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.js';
import type { RequestBody } from './http.js';
import { TokenBucket } from './token-bucket.js';

/** Bytes per second; 0 is no limit. */
export interface BandwidthLimits {
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
}

export const UNLIMITED: BandwidthLimits = { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 };

export class Bandwidth {
  readonly #up: TokenBucket | undefined;
  readonly #down: TokenBucket | undefined;

  constructor(limits: BandwidthLimits, clock: Clock) {
    this.#up = bucket(limits.uploadBytesPerSecond, clock);
    this.#down = bucket(limits.downloadBytesPerSecond, clock);
  }

  /** As undici takes it. What is in one piece leaves in one piece, once there is room for it. */
  async outgoing(
    body: RequestBody | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | Readable | null> {
    const pieces = body?.pieces();
    if (pieces === undefined) return null;
    // undici takes iterables as well, which its types do not say.
    if (this.#up === undefined) return pieces as Uint8Array | Readable;
    if (!(pieces instanceof Uint8Array)) {
      return paced(pieces, this.#up, signal) as unknown as Readable;
    }
    await this.#up.take(pieces.length, signal);
    return pieces;
  }

  /** To be awaited before the next piece of an answer is asked for. */
  incoming(bytes: number, signal: AbortSignal | undefined): Promise<void> | undefined {
    return this.#down?.take(bytes, signal);
  }
}

async function* paced(
  pieces: Iterable<Uint8Array>,
  up: TokenBucket,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    await up.take(piece.length, signal);
    yield piece;
  }
}

function bucket(bytesPerSecond: number, clock: Clock): TokenBucket | undefined {
  return bytesPerSecond > 0 ? new TokenBucket(bytesPerSecond, clock) : undefined;
}
