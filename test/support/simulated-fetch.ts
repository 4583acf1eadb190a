/** The bytes of a fetch, in pieces, as far as its reader lets it go. */
import fs from 'node:fs';
import { NuageError } from '../../src/errors.js';
import type { Effect, EffectEvent } from '../../src/remote/messages.js';
import type { Running } from './simulated-puts.js';

/** Bytes that a fetch brings at once. */
const FETCH_PIECE_BYTES = 64 * 1024;

interface Line {
  /** What one step of a fetch brings. */
  readonly stepBytes: number;
  /** What fetches have brought. */
  fetchedBytes: number;
  /** So many of the next fetches end after their first piece. */
  cutFetches: number;
}

interface Fetch {
  readonly running: Running;
  readonly effect: Extract<Effect, { op: 'fetch' }>;
  readonly deliver: (event: EffectEvent) => void;
}

/** @returns whether all of it has come; else it stands before its limit. */
export function bringPiece(
  line: Line,
  { running, effect, deliver }: Fetch,
  bytes: Uint8Array,
): boolean {
  const fd = fs.openSync(effect.dataFile, 'r+');
  try {
    const stepEnd = running.position + line.stepBytes;
    while (running.position < Math.min(running.limit, effect.end, stepEnd)) {
      const at = running.position;
      const end = Math.min(at + FETCH_PIECE_BYTES, effect.end);
      fs.writeSync(fd, bytes, at, end - at, at);
      running.position = end;
      line.fetchedBytes += end - at;
      deliver({ type: 'fetched', id: running.id, upTo: end });
      if (line.cutFetches > 0) {
        line.cutFetches -= 1;
        throw new NuageError('offline', 'the line was cut');
      }
    }
  } finally {
    fs.closeSync(fd);
  }
  return running.position >= effect.end;
}
