/**
 * PUT. A new file is received beside and moved into place. An existing one is overwritten in
 * place, as the real server does: when the connection breaks, the file stays cut while listings go
 * on showing the old size and etag, and the old content survives as a version only.
 */
import { rmSync } from 'node:fs';
import { header, type Answer, type DavExchange } from './answer.js';
import { checkConditions } from './conditions.js';
import { notFound, refuse } from './dav-error.js';
import { baseName, checkNewPath, parentPath } from './names.js';
import { demand } from './permissions.js';
import { drain, receiveInto, type ReceivedBody } from './request-body.js';
import {
  type NewFile,
  placeCutFile,
  placeNewFile,
  takeInOverwrite,
  writtenAnswer,
} from './stored-file.js';
import { ensureFolder } from './structure.js';
import { isFolder, type FolderNode, type TreeNode } from './tree-node.js';
import { keepVersion } from './versions.js';

export async function writeFile(exchange: DavExchange): Promise<Answer> {
  let prepared: PreparedWrite;
  try {
    prepared = prepare(exchange);
  } catch (error) {
    await drain(exchange.body);
    throw error;
  }
  const { existing } = prepared;
  return existing === undefined
    ? createFile(exchange, prepared.parent)
    : overwriteFile(exchange, existing);
}

interface PreparedWrite {
  readonly parent: FolderNode;
  readonly existing: TreeNode | undefined;
}

/** Every reason to refuse is looked for before the first byte is written. */
function prepare(exchange: DavExchange): PreparedWrite {
  const { account, path } = exchange;
  const { tree } = account;
  const existing = tree.find(tree.files, path);
  checkConditions(exchange, existing);
  if (existing !== undefined && isFolder(existing)) {
    throw refuse('Conflict', 'PUT is not allowed on non-files.');
  }
  const parent = parentFor(exchange);
  if (existing === undefined) demand(parent, 'C', account.shares);
  else demand(existing, 'W', account.shares);
  account.fileLocks.demandFree(existing, path, account.name);
  checkNewPath(path);
  account.demandSpace(path, announcedBytes(exchange));
  return { parent, existing };
}

function parentFor(exchange: DavExchange): FolderNode {
  const { account, path } = exchange;
  if (header(exchange, 'x-nc-webdav-auto-mkcol') === '1') ensureFolder(account, parentPath(path));
  const parent = account.tree.find(account.tree.files, parentPath(path));
  if (parent === undefined || !isFolder(parent)) throw notFound(parentPath(path));
  return parent;
}

function announcedBytes(exchange: DavExchange): number {
  const value = header(exchange, 'oc-total-length') ?? header(exchange, 'content-length');
  return Number(value ?? 0) || 0;
}

async function createFile(exchange: DavExchange, parent: FolderNode): Promise<Answer> {
  const { account, path } = exchange;
  const { keepsCutUploads } = exchange.state.settings;
  const release = account.locks.exclusive(keepsCutUploads ? path : `${path}.upload.part`);
  const file: NewFile = { parent, name: baseName(path), part: account.newPartPath() };
  try {
    const received = await receiveNew(exchange, file);
    if (account.tree.byId(parent.id) !== parent) throw notFound(parentPath(path));
    const node = placeNewFile(exchange, file);
    return writtenAnswer(exchange, node, { status: 201, hashHeaders: received.hashHeaders });
  } finally {
    rmSync(file.part, { force: true });
    release();
  }
}

async function receiveNew(exchange: DavExchange, file: NewFile): Promise<ReceivedBody> {
  try {
    return await receiveInto(exchange, file.part);
  } catch (error) {
    if (exchange.state.settings.keepsCutUploads) placeCutFile(exchange, file);
    throw error;
  }
}

async function overwriteFile(exchange: DavExchange, node: TreeNode): Promise<Answer> {
  const { account, path } = exchange;
  const release = account.locks.exclusive(path);
  try {
    keepVersion(account, node);
    node.torn = true;
    const { hashHeaders } = await receiveInto(exchange, account.tree.diskPath(node));
    takeInOverwrite(exchange, node);
    return writtenAnswer(exchange, node, { status: 204, hashHeaders });
  } finally {
    release();
  }
}
