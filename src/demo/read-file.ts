/** GET and HEAD of a file: ranges, conditions, and the odd answers of the server. RFC 9110 §14. */
import { closeSync, openSync, read } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { DEMO_GET_PIECE_BYTES } from '../limits.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { checkConditions } from './conditions.js';
import { contentTypeOf } from './content-type.js';
import { DavError, notFound, refuse } from './dav-error.js';
import { httpDate } from './properties.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { wantsZip, zipFolder } from './zip.js';

interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export function readFile(exchange: DavExchange): Answer {
  const { account, path } = exchange;
  const node = account.tree.find(account.tree.files, path);
  if (node !== undefined && isFolder(node)) {
    if (wantsZip(exchange)) return zipFolder(exchange, node);
    checkConditions(exchange, node);
    return { status: 200, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: '' };
  }
  if (node === undefined) {
    checkConditions(exchange, undefined);
    throw notFound(`files/${account.name}/${path}`);
  }
  return serveBytes(exchange, node, {
    file: account.tree.diskPath(node),
    release: account.locks.shared(path),
  });
}

export interface Served {
  readonly file: string;
  /** Runs when the body has left: a file of the user is locked until then. */
  readonly release: () => void;
}

/** `node` says what the headers say, `file` has the bytes. */
export function serveBytes(
  exchange: DavExchange,
  node: TreeNode,
  { file, release }: Served,
): Answer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const torn = takeInCutWrite(exchange, node);
    const answer = answerFile(exchange, node, torn ? { end: node.size } : {});
    if (exchange.method === 'HEAD' || answer.range === undefined) {
      closeSync(descriptor);
      release();
      return answer.plain;
    }
    const reader = new FileReader(descriptor, answer.range, release);
    return { ...answer.plain, body: reader.stream(), release: () => reader.close() };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    release();
    if (error instanceof DavError) throw error;
    throw new DavError(404, 'Sabre\\DAV\\Exception\\NotFound', 'File could not be read');
  }
}

const readFromFile = promisify(read);

/** Reads a range, and lets the file go before the last piece leaves: the client may act at once. */
class FileReader {
  readonly #descriptor: number;
  readonly #range: ByteRange;
  readonly #release: () => void;
  #reading = false;
  #closed = false;

  constructor(descriptor: number, range: ByteRange, release: () => void) {
    this.#descriptor = descriptor;
    this.#range = range;
    this.#release = release;
  }

  stream(): Readable {
    return Readable.from(this.#pieces(), {
      objectMode: false,
      highWaterMark: DEMO_GET_PIECE_BYTES,
    });
  }

  /** More than once does no harm. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#reading) closeSync(this.#descriptor);
    this.#release();
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    let { start } = this.#range;
    while (start < this.#range.end && !this.#closed) {
      const piece = await this.#read(start);
      start += piece.length;
      // A file that became shorter ends the body early, as it does on the server.
      if (piece.length === 0 || start >= this.#range.end) this.close();
      if (piece.length > 0) yield piece;
      else return;
    }
  }

  async #read(start: number): Promise<Buffer> {
    const bytes = Math.min(this.#range.end - start, DEMO_GET_PIECE_BYTES);
    const buffer = Buffer.allocUnsafe(bytes);
    this.#reading = true;
    try {
      const { bytesRead } = await readFromFile(this.#descriptor, buffer, 0, bytes, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      this.#reading = false;
      if (this.#closed) closeSync(this.#descriptor);
    }
  }
}

/**
 * A cut write left a shorter file than listings say. Who reads it first gets what is there, and
 * only that corrects size and, of an overwrite, etag.
 */
export function takeInCutWrite(exchange: DavExchange, node: TreeNode): boolean {
  if (!node.torn || node.parent === undefined) return false;
  const { tree } = exchange.account;
  tree.changed(node.parent, tree.rescan(node));
  return true;
}

function answerFile(
  exchange: DavExchange,
  node: TreeNode,
  forced: { readonly end?: number },
): { readonly plain: Answer; readonly range: ByteRange | undefined } {
  const etag = `"${node.etag}"`;
  const headers: Record<string, string> = { etag, 'oc-etag': etag };
  if (checkConditions(exchange, node)) {
    const modified = { ...headers, 'last-modified': httpDate(node.mtime) };
    return { plain: { status: 304, headers: modified }, range: undefined };
  }
  headers['content-type'] = contentTypeOf(node.name);
  headers['last-modified'] = httpDate(node.mtime);
  const name = encodeURIComponent(node.name);
  headers['content-disposition'] = `attachment; filename*=UTF-8''${name}; filename="${name}"`;
  if (node.checksum !== '') headers['oc-checksum'] = node.checksum;
  if (node.size === 0) {
    // No Content-Length: an empty chunked body.
    return { plain: { status: 200, headers, body: '' }, range: undefined };
  }
  const range = forced.end === undefined ? rangeOf(exchange, node) : undefined;
  if (range === undefined) {
    headers['content-length'] = String(node.size);
    return { plain: { status: 200, headers }, range: { start: 0, end: node.size } };
  }
  headers['content-length'] = String(range.end - range.start);
  headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${node.size}`;
  return { plain: { status: 206, headers }, range };
}

/** Undefined serves the whole file: no range, several ranges, or an If-Range that differs. */
function rangeOf(exchange: DavExchange, node: TreeNode): ByteRange | undefined {
  if (exchange.method === 'HEAD') return undefined;
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header(exchange, 'range') ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  if (!ifRangeHolds(header(exchange, 'if-range'), node)) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(node.size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? node.size : Math.min(Number(last) + 1, node.size);
  if (start >= node.size) {
    const text = `The start offset (${start}) exceeded the size of the entity (${node.size})`;
    throw refuse('RequestedRangeNotSatisfiable', text, { etag: `"${node.etag}"` });
  }
  if (end <= start) {
    const text = `The end offset (${last}) is lower than the start offset (${first})`;
    throw refuse('RequestedRangeNotSatisfiable', text, { etag: `"${node.etag}"` });
  }
  return { start, end };
}

function ifRangeHolds(value: string | undefined, node: TreeNode): boolean {
  if (value === undefined || value === `"${node.etag}"`) return true;
  const time = Date.parse(value);
  return !Number.isNaN(time) && node.mtime <= Math.floor(time / 1000);
}
