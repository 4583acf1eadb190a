/** Files of bytes that no line and no disk makes smaller. */
import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const PIECE_BYTES = 1024 * 1024;

/** Makes the folders that are missing above it. */
export function writeRandom(file: string, bytes: number): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const piece = Buffer.alloc(Math.min(bytes, PIECE_BYTES));
  const handle = fs.openSync(file, 'w');
  for (let written = 0; written < bytes; written += piece.length) {
    fs.writeSync(handle, randomFillSync(piece));
  }
  fs.closeSync(handle);
}
