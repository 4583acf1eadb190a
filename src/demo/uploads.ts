/**
 * Chunked upload, version 2: `/remote.php/dav/uploads/USER/ID`. MKCOL opens it, PUT brings chunks
 * in any order, MOVE of `.file` assembles them, DELETE gives up. What a failed MOVE leaves can be
 * moved again; after success the folder is gone.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { assemble } from './assemble.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { chunksOf, type Chunk } from './chunks.js';
import { checkConditions } from './conditions.js';
import { notFound, refuse } from './dav-error.js';
import { encodeName } from './names.js';
import { answerRows, depthOf, requestedProperties } from './propfind.js';
import { drain, receiveInto } from './request-body.js';
import type { Row } from './multistatus.js';
import { newTreeNode, type TreeNode } from './tree-node.js';

/** What stands for all chunks together. */
const WHOLE = '.file';

export async function uploads(exchange: DavExchange): Promise<Answer> {
  const [id = '', chunk, ...rest] = exchange.path.split('/');
  if (rest.length > 0 || exchange.path.includes('\\')) {
    await drain(exchange.body);
    throw uploadNotFound(exchange);
  }
  const folder = path.join(exchange.account.uploadsFolder, id);
  const { method } = exchange;
  if (method === 'PROPFIND') return list(exchange, id, folder);
  if (method === 'PUT' && chunk !== undefined) return putChunk(exchange, folder, chunk);
  await drain(exchange.body);
  if (method === 'MKCOL' && chunk === undefined) return open(exchange, folder);
  if (method === 'MOVE' && chunk === WHOLE) return moveWhole(exchange, folder);
  if (method === 'DELETE' && id !== '') return giveUp(exchange, folder, chunk);
  throw refuse('MethodNotAllowed', '');
}

function uploadNotFound(exchange: DavExchange): Error {
  return notFound(`uploads/${exchange.account.name}/${exchange.path}`);
}

function isOpen(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function open(exchange: DavExchange, folder: string): Answer {
  checkConditions(exchange, undefined);
  if (exchange.path === '' || isOpen(folder)) {
    throw refuse('MethodNotAllowed', 'The resource you tried to create already exists');
  }
  mkdirSync(folder);
  return { status: 201, headers: { 'content-length': '0' } };
}

/** A cut chunk leaves no trace: the one that was there before stays whole. */
async function putChunk(exchange: DavExchange, folder: string, name: string): Promise<Answer> {
  if (!isOpen(folder)) {
    await drain(exchange.body);
    throw uploadNotFound(exchange);
  }
  const total = Number(header(exchange, 'oc-total-length') ?? 0);
  try {
    exchange.account.demandSpace(name, total);
  } catch (error) {
    await drain(exchange.body);
    throw error;
  }
  const part = exchange.account.newPartPath();
  try {
    await receiveInto(exchange, part);
    if (!isOpen(folder)) throw uploadNotFound(exchange);
    const file = path.join(folder, name);
    const known = statSync(file, { throwIfNoEntry: false }) !== undefined;
    renameSync(part, file);
    return { status: known ? 204 : 201, headers: { 'content-length': '0' } };
  } finally {
    rmSync(part, { force: true });
  }
}

async function list(exchange: DavExchange, id: string, folder: string): Promise<Answer> {
  const names = requestedProperties(await text(exchange.body));
  const base = `/remote.php/dav/uploads/${encodeName(exchange.account.name)}/`;
  if (!isOpen(folder)) throw uploadNotFound(exchange);
  const [, chunk] = exchange.path.split('/');
  const own = id === '' ? base : `${base}${encodeName(id)}/`;
  const below = id === '' ? openUploads(folder, own) : chunkRows(folder, own);
  if (chunk !== undefined) {
    const row = below.find(({ node }) => node.name === chunk);
    if (row === undefined) throw uploadNotFound(exchange);
    return answerRows(exchange, [row], names);
  }
  const self = { href: own, node: newTreeNode(0, id, true) };
  return answerRows(exchange, depthOf(exchange) > 0 ? [self, ...below] : [self], names);
}

function openUploads(folder: string, base: string): Row[] {
  return readdirSync(folder).map((id) => {
    return { href: `${base}${encodeName(id)}/`, node: newTreeNode(0, id, true) };
  });
}

function chunkRows(folder: string, base: string): Row[] {
  const chunks = chunksOf(folder);
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  const mtime = Math.max(0, ...chunks.map((chunk) => chunk.mtime));
  return [{ name: WHOLE, size, mtime }, ...chunks].map((chunk) => {
    return { href: base + encodeName(chunk.name), node: chunkNode(chunk) };
  });
}

function chunkNode({ name, size, mtime }: Omit<Chunk, 'file'>): TreeNode {
  return Object.assign(newTreeNode(0, name, false), { size, mtime });
}

async function moveWhole(exchange: DavExchange, folder: string): Promise<Answer> {
  // `.file` has no etag: every If-Match fails, the condition belongs into the If header.
  checkConditions(exchange, isOpen(folder) ? newTreeNode(0, WHOLE, false) : undefined);
  if (!isOpen(folder)) throw uploadNotFound(exchange);
  return assemble(exchange, folder);
}

function giveUp(exchange: DavExchange, folder: string, chunk: string | undefined): Answer {
  const target = chunk === undefined ? folder : path.join(folder, chunk);
  if (statSync(target, { throwIfNoEntry: false }) === undefined) throw uploadNotFound(exchange);
  rmSync(target, { recursive: true });
  return { status: 204, headers: { 'content-length': '0' } };
}
