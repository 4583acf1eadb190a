/** LOCK and UNLOCK with `X-User-Lock`, as the app files_lock answers them. */
import { header, xmlAnswer, type Answer, type DavExchange } from './answer.js';
import { notFound, refuse } from './dav-error.js';
import { type FileLock, LOCK_BY } from './file-locks.js';
import { lettersOf, shareOf } from './permissions.js';
import { drain } from './request-body.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { escapeXml } from './xml.js';

export async function lock(exchange: DavExchange): Promise<Answer> {
  const node = await lockable(exchange);
  const { account } = exchange;
  if (!lettersOf(node, account.shares).includes('W')) {
    throw refuse('Forbidden', 'File can only be locked with update permissions.');
  }
  const { name: id, displayName } = account;
  const type = Number(header(exchange, 'x-user-lock-type') ?? LOCK_BY.user);
  const { lock: held, isTaken } = account.fileLocks.take(node, { id, displayName, type });
  return lockAnswer(isTaken ? 200 : 423, node, held);
}

export async function unlock(exchange: DavExchange): Promise<Answer> {
  const node = await lockable(exchange);
  const { account } = exchange;
  const held = account.fileLocks.of(node);
  if (held === undefined) return lockAnswer(412, node, undefined);
  const isOwn = held.id === account.name && held.type !== LOCK_BY.app;
  // Whoever owns the file may take anybody's lock from it.
  const isOwnFile = shareOf(node, account.shares) === undefined && held.type !== LOCK_BY.token;
  if (!isOwn && !isOwnFile) return lockAnswer(423, node, held);
  account.fileLocks.giveBack(node);
  return lockAnswer(200, node, undefined);
}

async function lockable(exchange: DavExchange): Promise<TreeNode> {
  await drain(exchange.body);
  const { account, path, method } = exchange;
  if (!account.fileLocks.isOffered || header(exchange, 'x-user-lock') === undefined) {
    const text = `There was no handler in the system for this ${method} method`;
    throw refuse('NotImplemented', text);
  }
  const node = account.tree.find(account.tree.files, path);
  if (node === undefined || isFolder(node)) throw notFound(`files/${account.name}/${path}`);
  return node;
}

function lockAnswer(status: number, node: TreeNode, held: FileLock | undefined): Answer {
  const properties = [
    ['d:getetag', `&quot;${node.etag}&quot;`],
    ['nc:lock', held === undefined ? '' : '1'],
    ['nc:lock-owner-type', held?.type],
    ['nc:lock-owner', held && escapeXml(held.id)],
    ['nc:lock-owner-displayname', held && escapeXml(held.displayName)],
    ['nc:lock-owner-editor', held && escapeXml(held.id)],
    ['nc:lock-time', held?.createdAt],
    ['nc:lock-timeout', held?.timeout],
    ['nc:lock-token', held?.token],
  ];
  const inner = properties.map(([tag, value]) => `<${tag}>${value ?? ''}</${tag}>`).join('');
  const namespaces =
    'xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns" ' +
    'xmlns:nc="http://nextcloud.org/ns"';
  return xmlAnswer(status, `<?xml version="1.0"?>\n<d:prop ${namespaces}>${inner}</d:prop>\n`);
}
