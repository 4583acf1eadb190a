/** Writes 207 bodies: rows of properties, streamed in large pieces and gzipped where asked for. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { DEMO_LISTING_PIECE_CHARS } from '../limits.js';
import { header, type Answer, type Exchange } from './answer.js';
import { propertyNamed, type Property, type PropertyContext } from './properties.js';
import type { TreeNode } from './tree-node.js';
import { MULTISTATUS_CLOSE, MULTISTATUS_OPEN, tagsOf, type TagNames } from './xml.js';

export interface Row {
  readonly href: string;
  readonly node: TreeNode;
}

interface Column {
  readonly tags: TagNames;
  readonly property: Property | undefined;
}

export interface RowWriter {
  write(row: Row): string;
}

/** `minimal` leaves out the second propstat (`Prefer: return=minimal`, `Brief: t`). */
export function rowWriter(
  names: readonly string[],
  context: PropertyContext,
  minimal: boolean,
): RowWriter {
  const columns: Column[] = names.map((name) => {
    return { tags: tagsOf(name), property: propertyNamed(name) };
  });
  return { write: (row) => writeRow(row, columns, context, minimal) };
}

function writeRow(
  { href, node }: Row,
  columns: readonly Column[],
  context: PropertyContext,
  minimal: boolean,
): string {
  let found = '';
  let missing = '';
  for (const { tags, property } of columns) {
    const value = property?.(node, context);
    if (value === undefined) missing += tags.empty;
    else found += value === '' ? tags.empty : tags.open + value + tags.close;
  }
  return response(href, { found, missing: minimal ? '' : missing });
}

/** One row from its properties as they are written; what is missing comes in a second propstat. */
export function response(
  href: string,
  { found, missing }: { readonly found: string; readonly missing: string },
): string {
  let text = `<d:response><d:href>${href}</d:href>`;
  if (found !== '' || missing === '') text += propstat(found, '200 OK');
  if (missing !== '') text += propstat(missing, '404 Not Found');
  return `${text}</d:response>`;
}

function propstat(properties: string, status: string): string {
  const line = `<d:status>HTTP/1.1 ${status}</d:status>`;
  return `<d:propstat><d:prop>${properties}</d:prop>${line}</d:propstat>`;
}

export function wantsMinimal(exchange: Exchange): boolean {
  const prefer = header(exchange, 'prefer') ?? '';
  return prefer.includes('return=minimal') || header(exchange, 'brief') === 't';
}

/** `compressible`: PHP gzips PROPFIND answers by itself, but not those of SEARCH and REPORT. */
export function multistatus(
  exchange: Exchange,
  rows: Iterable<string>,
  options: { readonly compressible: boolean; readonly headers?: Record<string, string> },
): Answer {
  const headers: Record<string, string> = {
    'content-type': 'application/xml; charset=utf-8',
    ...options.headers,
  };
  const plain = Readable.from(pieces(rows), { objectMode: false });
  const accepts = header(exchange, 'accept-encoding') ?? '';
  if (!options.compressible || !/\bgzip\b/.test(accepts)) {
    return { status: 207, headers, body: plain };
  }
  headers['content-encoding'] = 'gzip';
  headers['vary'] = 'Accept-Encoding';
  const gzip = createGzip({ level: 1 });
  plain.on('error', (error) => gzip.destroy(error));
  return { status: 207, headers, body: plain.pipe(gzip) };
}

function* pieces(rows: Iterable<string>): Generator<Buffer> {
  let text = MULTISTATUS_OPEN;
  for (const row of rows) {
    text += row;
    if (text.length < DEMO_LISTING_PIECE_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text + MULTISTATUS_CLOSE);
}
