/**
 * Conditional requests as Sabre evaluates them (RFC 9110 §13, RFC 4918 §10.4): before anything
 * else, and with etags for files alone. A folder never matches an etag, only `*`.
 */
import { refuse } from './dav-error.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { header, type Exchange } from './answer.js';

const NO_MATCH = 'An If-Match header was specified, but none of the specified ETags matched.';
const MISSING = 'An If-Match header was specified and the resource did not exist';
const MATCHED = 'An If-None-Match header was specified, but the ETag matched (or * was specified).';
const CHANGED =
  'An If-Unmodified-Since header was specified, but the entity has been changed since the ' +
  'specified date.';

/** Returns true for 304: the client has this version. Throws 412 where a condition fails. */
export function checkConditions(exchange: Exchange, node: TreeNode | undefined): boolean {
  checkIfMatch(header(exchange, 'if-match'), node);
  const noneMatch = header(exchange, 'if-none-match');
  if (noneMatch !== undefined && node !== undefined && matches(noneMatch, node)) {
    if (exchange.method === 'GET') return true;
    throw refuse('PreconditionFailed', MATCHED, etagHeader(noneMatch === '*' ? undefined : node));
  }
  if (node === undefined) return false;
  const since = seconds(header(exchange, 'if-modified-since'));
  if (noneMatch === undefined && since !== undefined && node.mtime <= since) return true;
  const unmodified = seconds(header(exchange, 'if-unmodified-since'));
  if (unmodified !== undefined && node.mtime > unmodified) {
    throw refuse('PreconditionFailed', CHANGED);
  }
  return false;
}

function checkIfMatch(value: string | undefined, node: TreeNode | undefined): void {
  if (value === undefined) return;
  if (node === undefined) throw refuse('PreconditionFailed', MISSING);
  if (value === '*' || matches(value, node)) return;
  throw refuse('PreconditionFailed', NO_MATCH, etagHeader(node));
}

function matches(value: string, node: TreeNode): boolean {
  if (value === '*') return true;
  if (isFolder(node)) return false;
  return value.split(',').some((item) => item.trim() === `"${node.etag}"`);
}

function etagHeader(node: TreeNode | undefined): Record<string, string> {
  return node === undefined || isFolder(node) ? {} : { etag: `"${node.etag}"` };
}

function seconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

/** One resource that an `If` header speaks of, with the alternatives that may hold. */
interface IfCondition {
  /** Undefined is the request's own resource. */
  readonly uri: string | undefined;
  readonly lists: readonly {
    readonly not: boolean;
    readonly token: string;
    readonly etag: string;
  }[];
}

/** RFC 4918 §10.4: `<uri> (["etag"]) (Not <token>)`; a wrong one is ignored, as the server does. */
function parseIfHeader(value: string): IfCondition[] {
  const pattern = /(?:<([^>]*)>\s)?\s*\((Not\s)?(?:<([^>]*)>)?(?:\s?)(?:\[([^\]]*)\])?\)/g;
  const conditions: { uri: string | undefined; lists: IfCondition['lists'][number][] }[] = [];
  for (const match of value.matchAll(pattern)) {
    const [, uri, not, token, etag] = match;
    const list = { not: not !== undefined, token: token ?? '', etag: etag ?? '' };
    const last = conditions.at(-1);
    if (uri === undefined && last !== undefined) last.lists.push(list);
    else conditions.push({ uri, lists: [list] });
  }
  return conditions;
}

/** `find` throws 404 for a resource that is not there. */
export function checkIfHeader(
  value: string | undefined,
  find: (uri: string | undefined) => TreeNode,
): void {
  if (value === undefined) return;
  for (const condition of parseIfHeader(value)) {
    const holds = condition.lists.some(({ not, token, etag }) => {
      // No state token is ever valid: there are no locks that a client could hold.
      const tokenValid = token === '';
      const etagValid = etag === '' || (tokenValid && `"${find(condition.uri).etag}"` === etag);
      return (tokenValid && etagValid) !== not;
    });
    if (!holds) {
      const text = `Failed to find a valid token/etag combination for ${condition.uri ?? ''}`;
      throw refuse('PreconditionFailed', text);
    }
  }
}
