/**
 * `POST /remote.php/dav/bulk`: several small files in one multipart/related body (RFC 2387). Each
 * part has its own verdict in the JSON of a 200. A part that cannot be read, or whose checksum is
 * wrong, ends the request with 400, and the parts before it stay written.
 */
import { createHash } from 'node:crypto';
import { lstatSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEMO_BULK_BODY_BYTES_MAX } from '../limits.js';
import { header, jsonAnswer, type Answer, type DavExchange } from './answer.js';
import type { Account } from './account.js';
import { DavError, refuse } from './dav-error.js';
import { baseName, checkNewPath, parentPath } from './names.js';
import { demand, lettersOf } from './permissions.js';
import { ocIdOf } from './properties.js';
import { readBytes } from './request-body.js';
import { checkedTime } from './stored-file.js';
import { isFolder, type FolderNode, type TreeNode } from './tree-node.js';
import { keepVersion } from './versions.js';

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Buffer;
}

type Verdicts = Record<string, Readonly<Record<string, unknown>>>;

export async function bulkUpload(exchange: DavExchange): Promise<Answer> {
  const body = await readBytes(exchange.body, DEMO_BULK_BODY_BYTES_MAX);
  const verdicts: Verdicts = {};
  try {
    for (const part of partsOf(body, boundaryOf(exchange))) {
      const target = part.headers.get('x-file-path') ?? '';
      verdicts[target] = verdictOn(exchange, target, part);
    }
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    // An empty list, as PHP writes an empty array.
    return answerOf(400, Object.keys(verdicts).length === 0 ? [] : verdicts);
  }
  return answerOf(200, verdicts);
}

/** JSON that a Nextcloud calls what PHP calls everything. */
function answerOf(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'text/html; charset=UTF-8' };
  return { ...jsonAnswer(status, value), headers };
}

class UnreadablePart extends Error {
  override readonly name = 'UnreadablePart';
}

function boundaryOf(exchange: DavExchange): string {
  const type = header(exchange, 'content-type') ?? '';
  const [, quoted, plain] =
    /^multipart\/related\b.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  const text = 'Error while parsing boundary in Content-Type header.';
  throw refuse('BadRequest', text);
}

function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const mark = Buffer.from(`--${boundary}`);
  let at = 0;
  for (;;) {
    if (body.subarray(at, at + 2).toString() === '\r\n') at += 2;
    if (!body.subarray(at, at + mark.length).equals(mark)) {
      throw new UnreadablePart('no boundary where it should be');
    }
    at += mark.length;
    if (body.subarray(at, at + 2).toString() === '--') return;
    const end = body.indexOf('\r\n\r\n', at);
    if (end < 0) throw new UnreadablePart('headers without an end');
    const headers = headersOf(body.subarray(at, end).toString());
    const length = Number(headers.get('content-length') ?? NaN);
    const start = end + 4;
    if (!Number.isInteger(length) || length < 0 || start + length > body.length) {
      throw new UnreadablePart('no usable Content-Length');
    }
    const part = { headers, content: body.subarray(start, start + length) };
    checkSum(part);
    yield part;
    at = start + length;
  }
}

function headersOf(block: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Unlike that of a PUT, this checksum is compulsory and verified. */
function checkSum({ headers, content }: Part): void {
  const [algorithm = '', hex = ''] = (headers.get('oc-checksum') ?? '').split(':');
  if (!/^(md5|sha1|sha256)$/i.test(algorithm)) throw new UnreadablePart('no usable checksum');
  const actual = createHash(algorithm.toLowerCase()).update(content).digest('hex');
  if (actual !== hex.toLowerCase()) throw new UnreadablePart('a wrong checksum');
}

function verdictOn(exchange: DavExchange, target: string, part: Part): Verdicts[string] {
  const { account, state } = exchange;
  // The trap: a partial file is not scanned, and the server stumbles over what it did not find.
  if (/\.(part|filepart)$/.test(target)) {
    throw new DavError(500, 'Error', 'Call to a member function getETag() on null');
  }
  try {
    const node = writePart(account, cleanPath(target), part);
    return {
      error: false,
      etag: node.etag,
      fileid: ocIdOf(node, state.instanceId),
      permissions: lettersOf(node, account.shares),
    };
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    return { error: true, message: error.message };
  }
}

/** The path is not percent-encoded, and `\` separates as `/` does. */
function cleanPath(value: string): string {
  const segments = value.split(/[/\\]/).filter((segment) => segment !== '');
  if (segments.some((segment) => segment === '..' || segment === '.')) {
    throw new DavError(500, 'OCP\\Files\\InvalidPathException', `Invalid path "${value}"`);
  }
  return segments.join('/').normalize('NFC');
}

function writePart(account: Account, target: string, part: Part): TreeNode {
  const { tree } = account;
  const seconds = checkedTime(part.headers.get('x-oc-mtime'));
  const parent = tree.find(tree.files, parentPath(target));
  const existing = tree.find(tree.files, target);
  if (parent === undefined || !isFolder(parent) || (existing && isFolder(existing))) {
    const text = `Could not create path "/${account.name}/files/${target}"`;
    throw new DavError(500, 'OCP\\Files\\NotPermittedException', text);
  }
  demand(existing ?? parent, existing === undefined ? 'C' : 'W', account.shares);
  checkNewPath(target);
  account.demandSpace(target, part.content.length);
  account.locks.checkFree(target);
  const place = { parent, existing, name: baseName(target), seconds };
  const { node, grown } = storeContent(account, place, part.content);
  node.checksum = '';
  tree.save(node);
  tree.changed(parent, grown);
  return node;
}

interface Place {
  readonly parent: FolderNode;
  readonly existing: TreeNode | undefined;
  readonly name: string;
  readonly seconds: number | undefined;
}

/** Neither upload time nor checksum are noted, as in the real server. */
function storeContent(
  account: Account,
  { parent, existing, name, seconds }: Place,
  content: Buffer,
): { readonly node: TreeNode; readonly grown: number } {
  const { tree } = account;
  if (existing !== undefined) keepVersion(account, existing);
  const file = existing ? tree.diskPath(existing) : path.join(tree.diskPath(parent), name);
  writeFileSync(file, content);
  const node = existing ?? tree.add(parent, name, lstatSync(file));
  const grown = existing ? tree.rescan(node) : node.size;
  if (seconds !== undefined) {
    utimesSync(file, seconds, seconds);
    tree.rescan(node);
  }
  return { node, grown };
}
