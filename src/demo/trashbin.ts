/**
 * `/remote.php/dav/trashbin/USER`: `trash` holds what was deleted, a MOVE of an item into
 * `restore` puts it back where it stood, whatever the name given.
 */
import { text } from 'node:stream/consumers';
import { header, type Answer, type DavExchange } from './answer.js';
import { notFound, refuse } from './dav-error.js';
import { decodePath, encodeName, encodePath } from './names.js';
import { answerRows, depthOf, folderHref, listing, requestedProperties } from './propfind.js';
import { serveBytes } from './read-file.js';
import { drain } from './request-body.js';
import { deleteForGood, restoreFromTrash } from './trash.js';
import { isFolder, newTreeNode, type TreeNode } from './tree-node.js';

const FOLDERS = ['trash', 'restore'];

export async function trashbin(exchange: DavExchange): Promise<Answer> {
  const { method, path } = exchange;
  if (method === 'PROPFIND') return list(exchange, await text(exchange.body));
  await drain(exchange.body);
  if (path !== 'trash' && !path.startsWith('trash/')) throw itemNotFound(exchange);
  const node = itemAt(exchange);
  if (method === 'GET' || method === 'HEAD') return read(exchange, node);
  if (method === 'DELETE') return deleteItems(exchange, node);
  if (method === 'MOVE') return restore(exchange, node);
  throw refuse('Forbidden', 'Permission denied to change the trash');
}

function itemNotFound({ account, path }: DavExchange): Error {
  return notFound(`trashbin/${account.name}/${path}`);
}

function itemAt(exchange: DavExchange): TreeNode {
  const { tree } = exchange.account;
  const node = tree.find(tree.trash, exchange.path.split('/').slice(1).join('/'));
  if (node === undefined) throw itemNotFound(exchange);
  return node;
}

function list(exchange: DavExchange, body: string): Answer {
  const { account, path } = exchange;
  const names = requestedProperties(body);
  const base = `/remote.php/dav/trashbin/${encodeName(account.name)}/`;
  if (path === '') {
    const rows = ['', ...FOLDERS].map((name) => {
      return { href: name === '' ? base : `${base}${name}/`, node: newTreeNode(0, name, true) };
    });
    return answerRows(exchange, depthOf(exchange) > 0 ? rows : rows.slice(0, 1), names);
  }
  if (path === 'restore') {
    const rows = [{ href: `${base}restore/`, node: newTreeNode(0, path, true) }];
    return answerRows(exchange, rows, names);
  }
  const node = itemAt(exchange);
  const rows = listing(
    { node, href: folderHref(base + encodePath(path), node) },
    depthOf(exchange),
  );
  return answerRows(exchange, rows, names);
}

function read(exchange: DavExchange, node: TreeNode): Answer {
  if (isFolder(node)) return { status: 200, body: '' };
  const file = exchange.account.tree.diskPath(node);
  return serveBytes(exchange, node, { file, release: () => undefined });
}

function deleteItems(exchange: DavExchange, node: TreeNode): Answer {
  const { account } = exchange;
  const { tree } = account;
  const targets = node === tree.trash ? [...tree.trash.children.values()] : [node];
  for (const target of targets) deleteForGood(account, target);
  if (node.parent !== undefined && node.parent !== tree.trash) tree.changed(node.parent, 0);
  return { status: 204, headers: { 'content-length': '0' } };
}

function restore(exchange: DavExchange, node: TreeNode): Answer {
  const { account } = exchange;
  const destination = (header(exchange, 'destination') ?? '').replace(/^[a-z]+:\/\/[^/]*/i, '');
  const target = /^\/remote\.php\/dav\/trashbin\/([^/]+)\/restore\/[^/]+$/.exec(destination);
  const [, user = ''] = target ?? [];
  if (decodePath(user).toLowerCase() !== account.name.toLowerCase()) {
    throw notFound(decodePath(destination));
  }
  if (!restoreFromTrash(account, node)) throw itemNotFound(exchange);
  return { status: 201, headers: { 'content-length': '0' } };
}
