/**
 * `SEARCH /remote.php/dav/` (RFC 5323, basicsearch) over the files of the user: comparisons on a
 * few properties, `is-collection`, `and`, `or`, `not`, order and pages.
 */
import { text } from 'node:stream/consumers';
import type { Answer, DavExchange } from './answer.js';
import { contentTypeOf } from './content-type.js';
import { DavError, notFound, refuse } from './dav-error.js';
import { decodePath, encodeName, encodePath } from './names.js';
import { multistatus, rowWriter, wantsMinimal, type Row } from './multistatus.js';
import { listing } from './propfind.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { childNamed, parseXml, type XmlElement } from './xml.js';

type Test = (node: TreeNode) => boolean;
type Value = number | string | boolean;

interface Searchable {
  read(node: TreeNode, exchange: DavExchange): Value;
  parse(literal: string): Value;
}

const FILE_ID = '{http://owncloud.org/ns}fileid';

const asText: Searchable['parse'] = (literal) => literal;
const asTime: Searchable['parse'] = (literal) =>
  /^\d+$/.test(literal) ? Number(literal) : Date.parse(literal) / 1000;

const SEARCHABLE: Readonly<Record<string, Searchable>> = {
  '{DAV:}displayname': { read: (node) => node.name, parse: asText },
  '{DAV:}getcontenttype': {
    read: (node) => (isFolder(node) ? 'httpd/unix-directory' : contentTypeOf(node.name)),
    parse: asText,
  },
  '{DAV:}getlastmodified': { read: (node) => node.mtime, parse: asTime },
  '{http://owncloud.org/ns}size': { read: (node) => node.size, parse: Number },
  [FILE_ID]: { read: (node) => node.id, parse: Number },
  '{http://owncloud.org/ns}favorite': {
    read: (node) => node.favorite,
    parse: (literal) => literal === '1' || literal === 'true' || literal === 'yes',
  },
  '{http://owncloud.org/ns}owner-id': {
    read: (_node, { account }) => account.name,
    parse: asText,
  },
};

const COMPARISONS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '{DAV:}eq': (a, b) => a === b,
  '{DAV:}gt': (a, b) => a > b,
  '{DAV:}gte': (a, b) => a >= b,
  '{DAV:}lt': (a, b) => a < b,
  '{DAV:}lte': (a, b) => a <= b,
  '{DAV:}like': (a, b) => likePattern(String(b)).test(String(a)),
};

export async function search(exchange: DavExchange): Promise<Answer> {
  const query = queryOf(await text(exchange.body));
  const { account } = exchange;
  const scope = scopeOf(exchange, query);
  const holds = compile(exchange, conditionOf(query));
  const base = `/remote.php/dav/files/${encodeName(account.name)}/`;
  const path = scope.path === '' ? '' : `${encodePath(scope.path)}/`;
  const found: Row[] = [];
  for (const row of listing({ node: scope.node, href: base + path }, scope.depth)) {
    if (row.node !== scope.node && holds(row.node)) found.push({ ...row, node: asFound(row.node) });
  }
  const rows = page(ordered(exchange, query, found), query);
  const context = { account, instanceId: exchange.state.instanceId };
  const writer = rowWriter(selected(query), context, wantsMinimal(exchange));
  return multistatus(exchange, written(rows, writer), { compressible: false });
}

/** The trap: what stands in the extended table is 0 in the rows of a search. */
function asFound(node: TreeNode): TreeNode {
  return { ...node, uploadTime: 0, creationTime: 0 };
}

function* written(rows: readonly Row[], writer: { write(row: Row): string }): Generator<string> {
  for (const row of rows) yield writer.write(row);
}

function queryOf(body: string): XmlElement {
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch (error) {
    throw refuse('BadRequest', error instanceof Error ? error.message : 'Invalid xml');
  }
  const query = childNamed(root, '{DAV:}basicsearch');
  if (query === undefined) throw refuse('BadRequest', 'Unexpected xml content for basicsearch');
  return query;
}

function descend(element: XmlElement, ...names: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const name of names) at = at === undefined ? undefined : childNamed(at, name);
  return at;
}

function selected(query: XmlElement): string[] {
  const list = descend(query, '{DAV:}select', '{DAV:}prop');
  return (list?.children ?? []).map((child) => child.name);
}

function scopeOf(
  { account }: DavExchange,
  query: XmlElement,
): { readonly node: TreeNode; readonly path: string; readonly depth: number } {
  const scope = descend(query, '{DAV:}from', '{DAV:}scope');
  const href = scope === undefined ? '' : (childNamed(scope, '{DAV:}href')?.text.trim() ?? '');
  const raw = href.replace(/^(?:[a-z]+:\/\/[^/]*)?(?:\/remote\.php\/dav)?/i, '');
  const [, user = '', rest = ''] = /^\/files\/([^/]+)(\/.*)?$/.exec(raw) ?? [];
  if (decodePath(user).toLowerCase() !== account.name.toLowerCase()) {
    throw notFound(href);
  }
  const path = decodePath(rest);
  const node = account.tree.find(account.tree.files, path);
  if (node === undefined) throw notFound(path);
  const depth = scope === undefined ? '' : (childNamed(scope, '{DAV:}depth')?.text.trim() ?? '');
  return { node, path, depth: /^\d+$/.test(depth) ? Number(depth) : Infinity };
}

/** The trap of the real server: a query without a condition is an internal error. */
function conditionOf(query: XmlElement): XmlElement {
  const condition = childNamed(query, '{DAV:}where')?.children[0];
  if (condition !== undefined) return condition;
  throw new DavError(
    500,
    'TypeError',
    'Argument #1 ($operator) must be of type Operator, null given',
  );
}

function compile(exchange: DavExchange, element: XmlElement): Test {
  const { name, children } = element;
  if (name === '{DAV:}is-collection') return isFolder;
  if (name === '{DAV:}and' || name === '{DAV:}or') {
    const tests = children.map((child) => compile(exchange, child));
    if (name === '{DAV:}and') return (node) => tests.every((test) => test(node));
    return (node) => tests.some((test) => test(node));
  }
  if (name === '{DAV:}not') {
    const [inner] = children;
    if (inner === undefined) throw refuse('BadRequest', 'Invalid operator');
    const test = compile(exchange, inner);
    return (node) => !test(node);
  }
  return comparison(exchange, element);
}

function comparison(exchange: DavExchange, element: XmlElement): Test {
  const compare = COMPARISONS[element.name];
  if (compare === undefined) throw refuse('BadRequest', 'Invalid operator');
  const property = searchable(childNamed(element, '{DAV:}prop'));
  const literal = property.parse(childNamed(element, '{DAV:}literal')?.text ?? '');
  return (node) => compare(property.read(node, exchange), literal);
}

function searchable(list: XmlElement | undefined): Searchable {
  const property = SEARCHABLE[list?.children[0]?.name ?? ''];
  if (property !== undefined) return property;
  throw unsearchable();
}

function unsearchable(): DavError {
  return refuse('BadRequest', 'requested search property is not a valid property for this scope');
}

/** `%` and `_` of SQL, without case. */
function likePattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'isu');
}

/** By file id where no order is asked for. */
function ordered(exchange: DavExchange, query: XmlElement, rows: Row[]): Row[] {
  const [first] = childNamed(query, '{DAV:}orderby')?.children ?? [];
  if (first === undefined) return rows.sort((a, b) => a.node.id - b.node.id);
  const list = childNamed(first, '{DAV:}prop');
  const property = searchable(list);
  // Found by, but never sorted by.
  if (list?.children[0]?.name === FILE_ID) throw unsearchable();
  const sign = childNamed(first, '{DAV:}descending') === undefined ? 1 : -1;
  return rows.sort((a, b) => {
    const [x, y] = [property.read(a.node, exchange), property.read(b.node, exchange)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

function page(rows: Row[], query: XmlElement): Row[] {
  const limit = childNamed(query, '{DAV:}limit');
  const count = limit && childNamed(limit, '{DAV:}nresults');
  const first =
    limit && childNamed(limit, '{https://github.com/icewind1991/SearchDAV/ns}firstresult');
  const start = Number(first?.text ?? 0) || 0;
  const length = Number(count?.text ?? 0) || Infinity;
  return rows.slice(start, start + length);
}
