/**
 * PROPPATCH: the modification time (`d:lastmodified`, seconds since the epoch), the creation time,
 * the favourite mark. Other properties are accepted and not kept.
 */
import { utimesSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { xmlAnswer, type Answer, type DavExchange } from './answer.js';
import { checkConditions } from './conditions.js';
import { notFound, refuse } from './dav-error.js';
import { encodeName, encodePath } from './names.js';
import { SHARE_ALL } from './permissions.js';
import { folderHref } from './propfind.js';
import { propertyNamed } from './properties.js';
import { checkedTime } from './stored-file.js';
import type { TreeNode } from './tree-node.js';
import { MULTISTATUS_CLOSE, MULTISTATUS_OPEN, parseXml, tagsOf, type XmlElement } from './xml.js';

const LAST_MODIFIED = '{DAV:}lastmodified';
const CREATION_TIME = '{http://nextcloud.org/ns}creation_time';
const FAVORITE = '{http://owncloud.org/ns}favorite';

interface Change {
  readonly name: string;
  /** Undefined removes. */
  readonly value: string | undefined;
}

export async function proppatch(exchange: DavExchange): Promise<Answer> {
  const body = await text(exchange.body);
  const { account, path } = exchange;
  const node = account.tree.find(account.tree.files, path);
  checkConditions(exchange, node);
  if (node === undefined) throw notFound(`files/${account.name}/${path}`);
  account.fileLocks.demandFree(node, path, account.name);
  const changes = changesOf(body);
  const verdicts = new Map<string, number>();
  for (const change of changes) verdicts.set(change.name, verdictOn(change));
  const refused = [...verdicts.values()].some((status) => status !== 200);
  // All or nothing: what would have worked fails with what does not (RFC 4918 §9.2).
  if (refused) {
    for (const [name, status] of verdicts) if (status === 200) verdicts.set(name, 424);
  } else {
    for (const change of changes) apply(exchange, node, change);
  }
  const href = `/remote.php/dav/files/${encodeName(account.name)}/${encodePath(path)}`;
  return xmlAnswer(207, statusBody(folderHref(href, node), verdicts));
}

function changesOf(body: string): Change[] {
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch (error) {
    throw refuse('BadRequest', error instanceof Error ? error.message : 'Invalid xml');
  }
  const changes: Change[] = [];
  for (const action of root.children) {
    if (action.name !== '{DAV:}set' && action.name !== '{DAV:}remove') continue;
    const removes = action.name === '{DAV:}remove';
    for (const list of action.children) {
      for (const { name, text: value } of list.children) {
        changes.push({ name, value: removes ? undefined : value });
      }
    }
  }
  return changes;
}

function verdictOn({ name, value }: Change): number {
  if (name === LAST_MODIFIED) return value === '0' ? 403 : 200;
  if (name === CREATION_TIME || name === FAVORITE) return 200;
  return propertyNamed(name) === undefined ? 200 : 403;
}

function apply(exchange: DavExchange, node: TreeNode, { name, value = '' }: Change): void {
  const { tree } = exchange.account;
  if (name === LAST_MODIFIED) {
    setTime(exchange, node, value);
    return;
  }
  if (name === CREATION_TIME) node.creationTime = Math.trunc(Number(value)) || 0;
  else if (name === FAVORITE) node.favorite = value === '1' || value === 'true';
  tree.save(node);
}

/**
 * New etags for the node and all above it; the times of the folders above stay. The scan that comes
 * with it also gives a copy out of a share the rights that it should have.
 */
function setTime(exchange: DavExchange, node: TreeNode, value: string): void {
  const seconds = checkedTime(value);
  if (seconds === undefined) return;
  const { tree } = exchange.account;
  utimesSync(tree.diskPath(node), seconds, seconds);
  node.grants = SHARE_ALL;
  tree.rescan(node);
  tree.changedTimes(node);
}

function statusBody(href: string, verdicts: ReadonlyMap<string, number>): string {
  let rows = '';
  for (const [name, status] of verdicts) {
    const line = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`.trimEnd();
    rows +=
      `<d:propstat><d:prop>${tagsOf(name).empty}</d:prop>` +
      `<d:status>${line}</d:status></d:propstat>`;
  }
  const response = `<d:response><d:href>${href}</d:href>${rows}</d:response>`;
  return `${MULTISTATUS_OPEN}${response}${MULTISTATUS_CLOSE}`;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  403: 'Forbidden',
  424: 'Failed Dependency',
};
