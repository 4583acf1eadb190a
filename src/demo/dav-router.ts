/** `/remote.php/dav/…` and `/remote.php/webdav/…`: which handler a method of a tree has. */
import type { Answer, DavExchange, DavHandler, Exchange } from './answer.js';
import { authenticate, type Identity } from './auth.js';
import { bulkUpload } from './bulk-upload.js';
import { DavError, refuse } from './dav-error.js';
import { lock, unlock } from './lock-request.js';
import { decodePath } from './names.js';
import { DAV_CLASSES, propfind } from './propfind.js';
import { proppatch } from './proppatch.js';
import { readFile } from './read-file.js';
import { recalculateHash } from './recalculate-hash.js';
import { drain } from './request-body.js';
import { search } from './search.js';
import { copy, makeFolder, move, remove } from './structure.js';
import { trashbin } from './trashbin.js';
import { strangersTree } from './strangers-tree.js';
import { uploads } from './uploads.js';
import { versions } from './version-tree.js';
import { writeFile } from './write-file.js';

const FILE_HANDLERS: Readonly<Record<string, DavHandler>> = {
  OPTIONS: options,
  PROPFIND: propfind,
  PROPPATCH: proppatch,
  GET: readFile,
  HEAD: readFile,
  PUT: writeFile,
  PATCH: recalculateHash,
  MKCOL: makeFolder,
  MOVE: move,
  COPY: copy,
  DELETE: remove,
  REPORT: report,
  LOCK: lock,
  UNLOCK: unlock,
};

/** `path` is below `/remote.php`. */
export async function dav(exchange: Exchange, path: string): Promise<Answer> {
  if (exchange.state.settings.maintenance) {
    const text = 'System is in maintenance mode.';
    throw new DavError(503, 'OCA\\DAV\\Exception\\ServerMaintenanceMode', text);
  }
  const identity = authenticate(exchange);
  const answer = await route(exchange, identity, path);
  if (identity.setCookies.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': identity.setCookies } };
}

function route(exchange: Exchange, identity: Identity, path: string): Promise<Answer> | Answer {
  const legacy = /^\/webdav(\/.*)?$/.exec(path);
  if (legacy !== null) return files(on(exchange, identity, legacy[1] ?? ''));
  const [, tree = '', rest = ''] = /^\/dav(?:\/([^/]*))?(.*)$/.exec(path) ?? [];
  if (tree === '' && exchange.method === 'SEARCH') return search(on(exchange, identity, ''));
  if (tree === 'bulk' && exchange.method === 'POST') return bulkUpload(on(exchange, identity, ''));
  const [, user = '', below = ''] = /^\/([^/]*)(.*)$/.exec(rest) ?? [];
  if (!isOwnTree(exchange, identity, user)) return strangersTree(exchange, tree, below);
  const davExchange = on(exchange, identity, below);
  if (tree === 'files') return files(davExchange);
  if (tree === 'uploads') return uploads(davExchange);
  if (tree === 'trashbin') return trashbin(davExchange);
  if (tree === 'versions') return versions(davExchange);
  throw refuse('NotFound', `Node with name '${tree}' could not be found`);
}

function on(exchange: Exchange, identity: Identity, encoded: string): DavExchange {
  return { ...exchange, account: identity.account, path: decodePath(encoded) };
}

/** Names are compared without case. Throws for an account that is not there. */
function isOwnTree(exchange: Exchange, identity: Identity, user: string): boolean {
  const name = decodePath(user).toLowerCase();
  if (name === identity.account.name.toLowerCase()) return true;
  if (exchange.state.accounts.has(name)) return false;
  throw refuse('NotFound', `Principal with name ${name} not found`);
}

async function files(exchange: DavExchange): Promise<Answer> {
  const handler = FILE_HANDLERS[exchange.method];
  if (handler !== undefined) return handler(exchange);
  await drain(exchange.body);
  if (exchange.method === 'POST') {
    const text = `There was no handler in the system for this ${exchange.method} method`;
    throw refuse('NotImplemented', text);
  }
  throw refuse('NotImplemented', 'There was no plugin in the system that was willing to handle');
}

function options(): Answer {
  const allow = 'OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT';
  const headers = { allow, dav: DAV_CLASSES, 'ms-author-via': 'DAV', 'content-length': '0' };
  return { status: 200, headers };
}

async function report(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  throw refuse('ReportNotSupported', '');
}
