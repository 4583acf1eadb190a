/** PROPFIND on the files: any depth, the properties asked for, hrefs as the server writes them. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { header, type Answer, type DavExchange } from './answer.js';
import { checkConditions } from './conditions.js';
import { notFound, refuse } from './dav-error.js';
import { multistatus, rowWriter, wantsMinimal, type Row } from './multistatus.js';
import { encodeName, encodePath } from './names.js';
import { DEFAULT_PROPERTIES } from './properties.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { childNamed, parseXml, type XmlElement } from './xml.js';

export const DAV_CLASSES =
  '1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, ' +
  'nc-paginate, nextcloud-checksum-update, nc-calendar-search, nc-enable-birthday-calendar';

export async function propfind(exchange: DavExchange): Promise<Answer> {
  const names = requestedProperties(await text(exchange.body));
  const { account, path } = exchange;
  const node = account.tree.find(account.tree.files, path);
  if (node === undefined) throw notFound(`files/${account.name}/${path}`);
  checkConditions(exchange, node);
  const href = `/remote.php/dav/files/${encodeName(account.name)}/${encodePath(path)}`;
  const rows = listing({ node, href: folderHref(href, node) }, depthOf(exchange));
  return header(exchange, 'x-nc-paginate') === 'true'
    ? answerPage(exchange, [...rows], names)
    : answerRows(exchange, rows, names);
}

const PAGE_ROWS_DEFAULT = 100;

/** `X-NC-Paginate`. The real server keeps the rows of the first page; this one looks again. */
function answerPage(exchange: DavExchange, rows: Row[], names: readonly string[]): Answer {
  const count = Number(header(exchange, 'x-nc-paginate-count') ?? PAGE_ROWS_DEFAULT);
  const start = Number(header(exchange, 'x-nc-paginate-offset') ?? 0);
  const answer = answerRows(exchange, rows.slice(start, start + count), names);
  const token = header(exchange, 'x-nc-paginate-token') ?? randomBytes(16).toString('hex');
  const page = { 'x-nc-paginate-token': token, 'x-nc-paginate-total': String(rows.length) };
  return { ...answer, headers: { ...answer.headers, 'x-nc-paginate': 'true', ...page } };
}

/** The body's `<d:prop>`; an empty body or `<d:allprop/>` asks for a few. */
export function requestedProperties(body: string): readonly string[] {
  if (body === '') return DEFAULT_PROPERTIES;
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch (error) {
    throw refuse('BadRequest', error instanceof Error ? error.message : 'Invalid xml');
  }
  const asked = childNamed(root, '{DAV:}prop');
  return asked === undefined ? DEFAULT_PROPERTIES : asked.children.map((child) => child.name);
}

export function depthOf(exchange: DavExchange): number {
  const value = header(exchange, 'depth');
  if (value === undefined) return 1;
  if (value === 'infinity') return Infinity;
  return /^\d+$/.test(value) ? Number(value) : 1;
}

/** The node itself first, then what is below it, in the order of names. */
export function* listing(row: Row, depth: number): Generator<Row> {
  yield row;
  if (depth <= 0 || !isFolder(row.node)) return;
  const children = [...row.node.children.values()].sort(byName);
  for (const node of children) {
    yield* listing({ node, href: folderHref(row.href + encodeName(node.name), node) }, depth - 1);
  }
}

export function folderHref(href: string, node: TreeNode): string {
  return isFolder(node) && !href.endsWith('/') ? `${href}/` : href;
}

export function answerRows(
  exchange: DavExchange,
  rows: Iterable<Row>,
  names: readonly string[],
): Answer {
  const context = { account: exchange.account, instanceId: exchange.state.instanceId };
  // What nobody asked for by name is not reported as missing.
  const minimal = wantsMinimal(exchange) || names === DEFAULT_PROPERTIES;
  const writer = rowWriter(names, context, minimal);
  return multistatus(exchange, written(rows, writer), {
    compressible: true,
    headers: { vary: 'Brief,Prefer', dav: DAV_CLASSES },
  });
}

function* written(rows: Iterable<Row>, writer: { write(row: Row): string }): Generator<string> {
  for (const row of rows) yield writer.write(row);
}

function byName(a: TreeNode, b: TreeNode): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
