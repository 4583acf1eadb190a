/** Where a `Destination` or an `If` header points to. Scheme and host are ignored. */
import { header, type DavExchange } from './answer.js';
import { notFound, refuse } from './dav-error.js';
import { decodePath } from './names.js';
import type { TreeNode } from './tree-node.js';

const FILES_PREFIX = /^(?:\/index\.php)?\/remote\.php\/dav\/files\/([^/]+)(\/.*)?$/;
const LEGACY_PREFIX = /^\/remote\.php\/webdav(\/.*)?$/;

/** Path below the user's files. */
export function destinationOf(exchange: DavExchange): string {
  const value = header(exchange, 'destination');
  if (value === undefined || value === '') {
    throw refuse('BadRequest', 'The destination header was not supplied');
  }
  const overwrite = header(exchange, 'overwrite')?.toUpperCase() ?? 'T';
  if (overwrite !== 'T' && overwrite !== 'F') {
    throw refuse('BadRequest', 'The HTTP Overwrite header should be either T or F');
  }
  return filesPath(exchange, value);
}

/** The file that an `If` condition speaks of; without a URI, the request's own. */
export function nodeOfUri(exchange: DavExchange, uri: string | undefined): TreeNode {
  const { tree } = exchange.account;
  const path = uri === undefined ? exchange.path : filesPath(exchange, uri);
  const node = tree.find(tree.files, path);
  if (node === undefined) throw notFound(`files/${exchange.account.name}/${path}`);
  return node;
}

function filesPath(exchange: DavExchange, value: string): string {
  const rawPath = value.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const legacy = LEGACY_PREFIX.exec(rawPath);
  if (legacy !== null) return decodePath(legacy[1] ?? '');
  const [, user = '', rest = ''] = FILES_PREFIX.exec(rawPath) ?? [];
  if (decodePath(user).toLowerCase() !== exchange.account.name.toLowerCase()) {
    throw refuse('Forbidden', 'The destination is outside of the files of the user');
  }
  return decodePath(rest);
}
