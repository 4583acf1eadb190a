/**
 * `/remote.php/dav/versions/USER/versions/FILEID`: one row per version, named by its time; the
 * newest is the current content. A MOVE of a version to `restore/…` brings it back.
 */
import { copyFileSync, rmSync, utimesSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { header, type Answer, type DavExchange } from './answer.js';
import { notFound, refuse } from './dav-error.js';
import { encodeName } from './names.js';
import { demand } from './permissions.js';
import { answerRows, depthOf, requestedProperties } from './propfind.js';
import { serveBytes } from './read-file.js';
import { drain } from './request-body.js';
import { isFolder, newTreeNode, type TreeNode } from './tree-node.js';
import { keepVersion, versionsOf, type Version } from './versions.js';

export async function versions(exchange: DavExchange): Promise<Answer> {
  const { method } = exchange;
  const body = method === 'PROPFIND' ? await text(exchange.body) : '';
  await drain(exchange.body);
  const [top, id = '', time, ...rest] = exchange.path.split('/');
  const { tree } = exchange.account;
  const node = tree.byId(Number(id));
  const known = node !== undefined && tree.isBelow(node, tree.files) && !isFolder(node);
  if (top !== 'versions' || rest.length > 0 || !known) throw versionNotFound(exchange);
  const all = [...versionsOf(exchange.account, node.id), currentOf(exchange, node)];
  const one = time === undefined ? undefined : all.find((each) => String(each.time) === time);
  if (time !== undefined && one === undefined) throw versionNotFound(exchange);
  if (method === 'PROPFIND') return list(exchange, one === undefined ? all : [one], body);
  if (one === undefined) throw refuse('Forbidden', '');
  if (method === 'GET' || method === 'HEAD') {
    return serveBytes(exchange, versionNode(one), { file: one.file, release: () => undefined });
  }
  if (method === 'DELETE') return deleteVersion(one, node);
  if (method === 'MOVE') return restore(exchange, node, one);
  throw refuse('MethodNotAllowed', '');
}

function versionNotFound({ account, path }: DavExchange): Error {
  return notFound(`versions/${account.name}/${path}`);
}

function currentOf({ account }: DavExchange, node: TreeNode): Version {
  return { time: node.mtime, size: node.size, file: account.tree.diskPath(node) };
}

/** The etag of a version is its time. */
function versionNode({ time, size }: Version): TreeNode {
  const name = String(time);
  return Object.assign(newTreeNode(0, name, false), { size, mtime: time, etag: name });
}

function list(exchange: DavExchange, shown: readonly Version[], body: string): Answer {
  const names = requestedProperties(body);
  const [, id = '', time] = exchange.path.split('/');
  const base = `/remote.php/dav/versions/${encodeName(exchange.account.name)}/versions/${id}/`;
  const rows = shown.map((version) => {
    return { href: `${base}${version.time}`, node: versionNode(version) };
  });
  if (time !== undefined) return answerRows(exchange, rows, names);
  const self = { href: base, node: newTreeNode(0, id, true) };
  return answerRows(exchange, depthOf(exchange) > 0 ? [self, ...rows] : [self], names);
}

function deleteVersion(version: Version, node: TreeNode): Answer {
  if (version.time === node.mtime) throw refuse('Forbidden', '');
  rmSync(version.file);
  return { status: 204, headers: { 'content-length': '0' } };
}

/** The content that is replaced becomes a version itself; the time goes back. */
function restore(exchange: DavExchange, node: TreeNode, version: Version): Answer {
  const { account } = exchange;
  const destination = header(exchange, 'destination') ?? '';
  if (!/\/remote\.php\/dav\/versions\/[^/]+\/restore\/[^/]+$/.test(destination)) {
    throw refuse('Forbidden', '');
  }
  demand(node, 'W', account.shares);
  account.demandSpace(node.name, version.size);
  keepVersion(account, node);
  const file = account.tree.diskPath(node);
  copyFileSync(version.file, file);
  utimesSync(file, version.time, version.time);
  const grown = account.tree.rescan(node);
  if (node.parent !== undefined) account.tree.changed(node.parent, grown);
  return { status: 201, headers: { 'content-length': '0' } };
}
