/** MKCOL, MOVE, COPY and DELETE on the files of a user. */
import { constants, copyFileSync, lstatSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { checkConditions, checkIfHeader } from './conditions.js';
import { DavError, notFound, refuse } from './dav-error.js';
import { destinationOf, nodeOfUri } from './destination.js';
import { baseName, checkNewPath, parentPath } from './names.js';
import { demand, lettersOf, shareOf } from './permissions.js';
import { ocIdOf } from './properties.js';
import { drain } from './request-body.js';
import { moveToTrash } from './trash.js';
import { isFolder, type FolderNode, type TreeNode } from './tree-node.js';

export async function makeFolder(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  const { account, path: target } = exchange;
  const { tree } = account;
  const existing = tree.find(tree.files, target);
  checkConditions(exchange, existing);
  const parent = tree.find(tree.files, parentPath(target));
  if (parent === undefined) throw refuse('Conflict', 'Parent node does not exist');
  if (!isFolder(parent)) throw refuse('Conflict', 'Parent node is not a collection');
  if (existing !== undefined || target.endsWith('.part')) {
    throw refuse('MethodNotAllowed', 'The resource you tried to create already exists');
  }
  demand(parent, 'K', account.shares);
  checkNewPath(target);
  if ((account.freeBytes ?? 1) <= 0) account.demandSpace(target, 1);
  const node = createFolder(account, parent, baseName(target));
  const headers = { 'content-length': '0', 'oc-fileid': ocIdOf(node, exchange.state.instanceId) };
  return { status: 201, headers };
}

function createFolder(account: Account, parent: FolderNode, name: string): FolderNode {
  const folder = path.join(account.tree.diskPath(parent), name);
  mkdirSync(folder);
  const node = account.tree.add(parent, name, lstatSync(folder)) as FolderNode;
  account.tree.changed(parent, 0);
  return node;
}

/** For `X-NC-WebDAV-Auto-Mkcol`: creates what is missing of the folder's path. */
export function ensureFolder(account: Account, folderPath: string): void {
  let at = account.tree.files;
  for (const name of folderPath === '' ? [] : folderPath.split('/')) {
    const child = at.children.get(name);
    if (child !== undefined && !isFolder(child)) throw notFound(folderPath);
    at = child ?? createFolder(account, at, name);
  }
}

export async function remove(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  const { account, path: target } = exchange;
  const node = account.tree.find(account.tree.files, target);
  checkConditions(exchange, node);
  if (node === undefined) throw notFound(`files/${account.name}/${target}`);
  if (node.parent === undefined) throw refuse('Forbidden', '');
  demand(node, 'D', account.shares);
  account.locks.checkFree(target);
  account.fileLocks.demandFree(node, target, account.name);
  moveToTrash(account, node);
  return { status: 204, headers: { 'content-length': '0' } };
}

interface Transfer {
  readonly source: TreeNode;
  readonly parent: FolderNode;
  readonly target: string;
  readonly existing: TreeNode | undefined;
}

/** Checks that MOVE and COPY share, in the order of the server. */
function prepareTransfer(exchange: DavExchange): Transfer {
  const { account, path: from } = exchange;
  const { tree } = account;
  const source = tree.find(tree.files, from);
  checkConditions(exchange, source);
  checkIfHeader(header(exchange, 'if'), (uri) => nodeOfUri(exchange, uri));
  if (source === undefined) throw notFound(`files/${account.name}/${from}`);
  const target = destinationOf(exchange);
  const parent = tree.find(tree.files, parentPath(target));
  if (parent === undefined) throw refuse('Conflict', 'The destination node is not found');
  if (!isFolder(parent)) {
    throw refuse('UnsupportedMediaType', 'The destination node is not a collection');
  }
  const existing = tree.find(tree.files, target);
  if (existing !== undefined && header(exchange, 'overwrite')?.toUpperCase() === 'F') {
    const text = 'The destination node already exists, and the overwrite header is set to false';
    throw refuse('PreconditionFailed', text);
  }
  if (from === target) throw refuse('Forbidden', 'Source and destination uri are identical.');
  if (target.startsWith(`${from}/`)) {
    const text = 'The destination may not be part of the same subtree as the source path.';
    throw refuse('Conflict', text);
  }
  checkNewPath(target);
  return { source, parent, target, existing };
}

export async function move(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  const { account } = exchange;
  const { source, parent, target, existing } = prepareTransfer(exchange);
  if (source.parent === undefined) throw refuse('Forbidden', '');
  demandMoveRights(account, source, { parent, existing });
  account.fileLocks.demandFree(source, exchange.path, account.name);
  makeRoom(account, target, existing);
  refuseLocked(account, exchange.path, { renames: source.parent === parent });
  const { tree } = account;
  const oldParent = source.parent;
  const name = baseName(target);
  renameSync(tree.diskPath(source), path.join(tree.diskPath(parent), name));
  tree.relocate(source, parent, { name, diskName: name });
  tree.changed(oldParent, -source.size);
  tree.changed(parent, source.size);
  return transferAnswer(exchange, source, existing);
}

function demandMoveRights(
  account: Account,
  source: TreeNode,
  { parent, existing }: Pick<Transfer, 'parent' | 'existing'>,
): void {
  const letters = lettersOf(source, account.shares);
  const renames = source.parent === parent;
  const isShareRoot = account.shares.has(source.id);
  // A rename needs N; leaving a folder needs V, and D when it leaves a share.
  if (!isShareRoot && !letters.includes(renames ? 'N' : 'V')) throw refuse('Forbidden', '');
  if (!isShareRoot && !renames) demand(source, 'D', account.shares);
  if (existing !== undefined) demand(existing, 'D', account.shares);
  else if (!renames) demand(parent, isFolder(source) ? 'K' : 'C', account.shares);
}

/** The trap: the target is gone, although the source may turn out to be locked. */
function makeRoom(account: Account, target: string, existing: TreeNode | undefined): void {
  if (existing === undefined) return;
  account.locks.checkFree(target);
  account.fileLocks.demandFree(existing, target, account.name);
  moveToTrash(account, existing);
}

/** Where all else answers 423, a rename within a folder lets the lock's exception through. */
function refuseLocked(account: Account, path: string, { renames }: { renames: boolean }): void {
  try {
    account.locks.checkFree(path);
  } catch (error) {
    if (!renames) throw error;
    const text = error instanceof Error ? error.message : '';
    throw new DavError(500, 'OCP\\Lock\\LockedException', text);
  }
}

export async function copy(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  const { account } = exchange;
  const { source, parent, target, existing } = prepareTransfer(exchange);
  demand(parent, isFolder(source) ? 'K' : 'C', account.shares);
  account.demandSpace(target, source.size);
  makeRoom(account, target, existing);
  account.locks.checkFree(exchange.path);
  const node = copyNode(account, source, { parent, name: baseName(target) });
  account.tree.changed(parent, node.size);
  if (source.parent !== undefined) account.tree.changed(source.parent, 0);
  return transferAnswer(exchange, node, existing);
}

/**
 * The copy has a new id and the time of its source and, the traps, its etag and no more rights than
 * the source had in its share.
 */
function copyNode(
  account: Account,
  source: TreeNode,
  to: { readonly parent: FolderNode; readonly name: string },
): TreeNode {
  const { tree } = account;
  const file = path.join(tree.diskPath(to.parent), to.name);
  if (isFolder(source)) {
    mkdirSync(file);
  } else {
    copyFileSync(tree.diskPath(source), file, constants.COPYFILE_FICLONE);
    utimesSync(file, source.mtime, source.mtime);
  }
  const node = tree.add(to.parent, to.name, lstatSync(file));
  node.grants = shareOf(source, account.shares)?.share.permissions ?? source.grants;
  if (!isFolder(source) || !isFolder(node)) {
    node.etag = source.etag;
    tree.save(node);
    return node;
  }
  for (const child of source.children.values()) {
    node.size += copyNode(account, child, { parent: node, name: child.name }).size;
  }
  return node;
}

function transferAnswer(
  exchange: DavExchange,
  node: TreeNode,
  existing: TreeNode | undefined,
): Answer {
  const headers: Record<string, string> = { 'content-length': '0' };
  if (exchange.method === 'MOVE') headers['oc-fileid'] = ocIdOf(node, exchange.state.instanceId);
  return { status: existing === undefined ? 201 : 204, headers };
}
