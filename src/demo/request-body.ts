/** Takes request bodies in, to a file on the disk or to nowhere. Nothing is held in memory. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, write } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { DEMO_PUT_PIECE_BYTES } from '../limits.js';
import { header, type Exchange } from './answer.js';

const writeToFile = promisify(write);

export interface ReceivedBody {
  readonly bytes: number;
  /** `X-Hash-…` headers that the client asked for. */
  readonly hashHeaders: Readonly<Record<string, string>>;
}

const HASHES = ['md5', 'sha1', 'sha256'] as const;

/** The hashes that `X-Hash` asks for, fed piece by piece. */
export class BodyHashes {
  readonly #hashes: { readonly name: string; readonly hash: ReturnType<typeof createHash> }[];

  constructor(exchange: Exchange) {
    const asked = header(exchange, 'x-hash')?.toLowerCase();
    const names = HASHES.filter((name) => name === asked || asked === 'all');
    this.#hashes = names.map((name) => ({ name, hash: createHash(name) }));
  }

  update(piece: Uint8Array): void {
    for (const { hash } of this.#hashes) hash.update(piece);
  }

  headers(): Record<string, string> {
    const entries = this.#hashes.map(({ name, hash }) => [`x-hash-${name}`, hash.digest('hex')]);
    return Object.fromEntries(entries) as Record<string, string>;
  }
}

/**
 * Writes the body over the file in place, in pieces as nginx hands them on: what a cut leaves
 * unwritten is at most the last piece. Rejects when the connection ends before the body does.
 *
 * A body without Content-Length arrives empty, as it does behind nginx and php-fpm.
 */
export async function receiveInto(exchange: Exchange, file: string): Promise<ReceivedBody> {
  const hashes = new BodyHashes(exchange);
  if (header(exchange, 'content-length') === undefined) {
    await drain(exchange.body);
    closeSync(openSync(file, 'w'));
    return { bytes: 0, hashHeaders: hashes.headers() };
  }
  const descriptor = openSync(file, 'w');
  try {
    const bytes = await writePieces(exchange.body, descriptor, hashes);
    return { bytes, hashHeaders: hashes.headers() };
  } finally {
    closeSync(descriptor);
  }
}

async function writePieces(
  body: Readable,
  descriptor: number,
  hashes: BodyHashes,
): Promise<number> {
  let bytes = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = async () => {
    const piece = pending.length === 1 ? pending[0] : Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    if (piece !== undefined) await writeWhole(descriptor, piece);
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hashes.update(chunk);
    bytes += chunk.length;
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes >= DEMO_PUT_PIECE_BYTES) await flush();
  }
  if (pendingBytes > 0) await flush();
  return bytes;
}

async function writeWhole(descriptor: number, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesWritten } = await writeToFile(descriptor, piece, done);
    done += bytesWritten;
  }
}

/** The server reads a body to its end even when it will refuse it. */
export async function drain(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  body.resume();
  await once(body, 'end');
}

export async function readBytes(body: Readable, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bytesMax) throw new RangeError(`a body of more than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
