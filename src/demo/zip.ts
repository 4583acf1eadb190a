/**
 * A folder as a ZIP stream: stored, sizes behind the data (flag bit 3), zip64 throughout, as the
 * server writes it. PKWARE APPNOTE 6.3 §4.3 and §4.5.3.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { DEMO_GET_PIECE_BYTES } from '../limits.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { notFound } from './dav-error.js';
import { isFolder, type FolderNode, type TreeNode } from './tree-node.js';

const ZIP64_VERSION = 45;
/** Bit 3: sizes follow the data. Bit 11, set for those that need it: the name is UTF-8. */
const SIZES_FOLLOW = 0x0008;
const NAME_IS_UTF8 = 0x0800;
const IN_ZIP64 = 0xffffffff;

interface ZipEntry {
  readonly name: Buffer;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
  readonly folder: boolean;
}

export function wantsZip(exchange: DavExchange): boolean {
  const accept = exchange.query.get('accept') ?? header(exchange, 'accept') ?? '';
  return accept === 'zip' || accept.includes('application/zip');
}

export function zipFolder(exchange: DavExchange, folder: FolderNode): Answer {
  const name = folder.name === '' ? 'download' : folder.name;
  const chosen = chosenChildren(exchange, folder);
  const items = chosen === undefined ? wholeFolder(folder, name) : walk(chosen, '');
  const release = exchange.account.locks.shared(exchange.path);
  const body = Readable.from(zipStream(exchange, items), { objectMode: false });
  const disposition = `attachment; filename="${encodeURIComponent(name)}.zip"`;
  const headers = { 'content-type': 'application/zip', 'content-disposition': disposition };
  return { status: 200, headers, body, release };
}

/** Undefined for all of them. */
function chosenChildren(exchange: DavExchange, folder: FolderNode): TreeNode[] | undefined {
  const listed = exchange.query.get('files');
  const single = header(exchange, 'x-nc-files');
  let names: string[] = single === undefined ? [] : [single];
  if (listed !== null) {
    const parsed: unknown = JSON.parse(listed);
    names = Array.isArray(parsed) ? parsed.map(String) : [String(parsed)];
  }
  if (names.length === 0) return undefined;
  return names.map((name) => {
    const child = folder.children.get(name.normalize('NFC'));
    if (child === undefined) throw notFound(name);
    return child;
  });
}

interface ZipItem {
  readonly node: TreeNode;
  readonly name: Buffer;
}

/** Only a whole folder stands in the archive under its own name. */
function* wholeFolder(folder: FolderNode, name: string): Generator<ZipItem> {
  yield { node: folder, name: Buffer.from(`${name}/`) };
  yield* walk(folder.children.values(), `${name}/`);
}

async function* zipStream(exchange: DavExchange, items: Iterable<ZipItem>): AsyncGenerator<Buffer> {
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (const { node, name } of items) {
    const start = localHeader(name, node, offset);
    yield start;
    let crc = 0;
    let size = 0;
    if (!isFolder(node)) {
      const file = exchange.account.tree.diskPath(node);
      const stream = createReadStream(file, { highWaterMark: DEMO_GET_PIECE_BYTES });
      for await (const piece of stream as AsyncIterable<Buffer>) {
        crc = crc32(piece, crc);
        size += piece.length;
        yield piece;
      }
    }
    const behind = dataDescriptor(crc, size);
    yield behind;
    entries.push({ name, ...dosTime(node), crc, size, offset, folder: isFolder(node) });
    offset += start.length + size + behind.length;
  }
  yield directory(entries, offset);
}

function* walk(nodes: Iterable<TreeNode>, prefix: string): Generator<ZipItem> {
  for (const node of nodes) {
    const path = prefix + node.name;
    yield { node, name: Buffer.from(isFolder(node) ? `${path}/` : path) };
    if (isFolder(node)) yield* walk(node.children.values(), `${path}/`);
  }
}

function dosTime(node: TreeNode): { time: number; date: number } {
  const at = new Date(node.mtime * 1000);
  const time =
    (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | Math.floor(at.getUTCSeconds() / 2);
  const year = Math.max(at.getUTCFullYear() - 1980, 0);
  return { time, date: (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate() };
}

function flagsOf(name: Buffer): number {
  const isAscii = name.every((byte) => byte < 0x80);
  return isAscii ? SIZES_FOLLOW : SIZES_FOLLOW | NAME_IS_UTF8;
}

function localHeader(name: Buffer, node: TreeNode, offset: number): Buffer {
  const head = Buffer.alloc(30);
  const { time, date } = dosTime(node);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(ZIP64_VERSION, 4);
  head.writeUInt16LE(flagsOf(name), 6);
  head.writeUInt16LE(time, 10);
  head.writeUInt16LE(date, 12);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(32, 28);
  // The zip64 field with sizes of 0 makes readers expect 8-byte sizes behind the data.
  const extra = Buffer.alloc(32);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(28, 2);
  extra.writeBigUInt64LE(BigInt(offset), 20);
  head.writeUInt32LE(IN_ZIP64, 18);
  head.writeUInt32LE(IN_ZIP64, 22);
  return Buffer.concat([head, name, extra]);
}

function dataDescriptor(crc: number, size: number): Buffer {
  const record = Buffer.alloc(24);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc, 4);
  record.writeBigUInt64LE(BigInt(size), 8);
  record.writeBigUInt64LE(BigInt(size), 16);
  return record;
}

function centralHeader(entry: ZipEntry): Buffer {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(ZIP64_VERSION, 4);
  head.writeUInt16LE(ZIP64_VERSION, 6);
  head.writeUInt16LE(flagsOf(entry.name), 8);
  head.writeUInt16LE(entry.time, 12);
  head.writeUInt16LE(entry.date, 14);
  head.writeUInt32LE(entry.crc, 16);
  head.writeUInt32LE(IN_ZIP64, 20);
  head.writeUInt32LE(IN_ZIP64, 24);
  head.writeUInt16LE(entry.name.length, 28);
  head.writeUInt16LE(28, 30);
  head.writeUInt32LE(entry.folder ? 0x10 : 0, 38);
  head.writeUInt32LE(IN_ZIP64, 42);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(entry.size), 4);
  extra.writeBigUInt64LE(BigInt(entry.size), 12);
  extra.writeBigUInt64LE(BigInt(entry.offset), 20);
  return Buffer.concat([head, entry.name, extra]);
}

/** Central directory, zip64 end record, its locator, and the end record. */
function directory(entries: readonly ZipEntry[], offset: number): Buffer {
  const central = Buffer.concat(entries.map(centralHeader));
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(ZIP64_VERSION, 12);
  end64.writeUInt16LE(ZIP64_VERSION, 14);
  end64.writeBigUInt64LE(BigInt(entries.length), 24);
  end64.writeBigUInt64LE(BigInt(entries.length), 32);
  end64.writeBigUInt64LE(BigInt(central.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + central.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  end.writeUInt32LE(IN_ZIP64, 12);
  end.writeUInt32LE(IN_ZIP64, 16);
  return Buffer.concat([central, end64, locator, end]);
}
