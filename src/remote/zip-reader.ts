/**
 * Takes files out of a ZIP while it arrives, in the one form that a Nextcloud sends: stored, sizes
 * and checksum behind the data. Where an entry ends is therefore known from the size that its file
 * is known to have, and proven by what stands behind it. PKWARE APPNOTE 6.3 §4.3.7, §4.3.9, §4.5.3.
 *
 * Nothing of the stream is believed: an entry of another name, size or checksum ends the reading,
 * and no length in it decides how much is kept.
 */
import { crc32 } from 'node:zlib';
import { ZIP_FIELD_BYTES_MAX } from '../limits.js';

export interface ExpectedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const DATA_DESCRIPTOR = 0x08074b50;
const STORED = 0;
/** Bit 3: what is not known beforehand follows the data. Bit 11: the name is UTF-8. */
const SIZES_FOLLOW = 0x0008;
const NAME_IS_UTF8 = 0x0800;
const ZIP64_FIELD = 0x0001;

/** @returns the bytes of the files that came as expected, which are the first ones of them. */
export async function readZip(
  pieces: AsyncIterable<Uint8Array>,
  expected: readonly ExpectedFile[],
): Promise<Uint8Array[]> {
  const source = new PieceSource(pieces);
  const files: Uint8Array[] = [];
  try {
    for (const { name, size } of expected) {
      const head = await readHead(source);
      if (head?.name !== name) break;
      const bytes = await source.take(size);
      if (bytes === undefined || !(await isConfirmed(source, bytes, head.isZip64))) break;
      files.push(bytes);
    }
  } finally {
    await source.close();
  }
  return files;
}

interface Head {
  readonly name: string;
  readonly isZip64: boolean;
}

async function readHead(source: PieceSource): Promise<Head | undefined> {
  const head = await source.take(LOCAL_HEADER_BYTES);
  if (head === undefined || head.readUInt32LE(0) !== LOCAL_HEADER) return undefined;
  const flags = head.readUInt16LE(6);
  if ((flags & ~NAME_IS_UTF8) !== SIZES_FOLLOW || head.readUInt16LE(8) !== STORED) return undefined;
  const nameBytes = head.readUInt16LE(26);
  const extraBytes = head.readUInt16LE(28);
  if (nameBytes > ZIP_FIELD_BYTES_MAX || extraBytes > ZIP_FIELD_BYTES_MAX) return undefined;
  const name = await source.take(nameBytes);
  const extra = await source.take(extraBytes);
  if (name === undefined || extra === undefined) return undefined;
  return { name: name.toString('utf8'), isZip64: hasZip64Field(extra) };
}

function hasZip64Field(extra: Buffer): boolean {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === ZIP64_FIELD) return true;
  }
  return false;
}

/** What stands behind the data says the same of it as we do. */
async function isConfirmed(source: PieceSource, bytes: Buffer, isZip64: boolean): Promise<boolean> {
  const descriptor = await source.take(isZip64 ? 24 : 16);
  if (descriptor === undefined || descriptor.readUInt32LE(0) !== DATA_DESCRIPTOR) return false;
  if (descriptor.readUInt32LE(4) !== crc32(bytes)) return false;
  const sizes = isZip64
    ? [descriptor.readBigUInt64LE(8), descriptor.readBigUInt64LE(16)]
    : [BigInt(descriptor.readUInt32LE(8)), BigInt(descriptor.readUInt32LE(12))];
  return sizes.every((size) => size === BigInt(bytes.length));
}

/** Gives out exactly as many bytes as are asked for. */
class PieceSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Undefined where the stream ends before. */
  async take(bytes: number): Promise<Buffer | undefined> {
    const taken = Buffer.alloc(bytes);
    for (let done = 0; done < bytes;) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) return undefined;
        this.#piece = next.value;
      }
      const part = this.#piece.subarray(0, bytes - done);
      taken.set(part, done);
      done += part.length;
      this.#piece = this.#piece.subarray(part.length);
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
