/** What happens around a body that has arrived, by PUT or assembled from chunks. */
import { lstatSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { DEMO_MTIME_MIN_S, UPLOAD_MTIME_MAX_S } from '../limits.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { DavError } from './dav-error.js';
import { ocIdOf } from './properties.js';
import type { FolderNode, TreeNode } from './tree-node.js';

export interface NewFile {
  readonly parent: FolderNode;
  readonly name: string;
  /** The complete body, on the same file system as the data folder. */
  readonly part: string;
}

/** Moves a complete body to its name and tells the ancestors. */
export function placeNewFile(exchange: DavExchange, file: NewFile): TreeNode {
  const { tree } = exchange.account;
  const { parent } = file;
  const node = moveToPlace(exchange, file);
  const seconds = acceptedTime(exchange);
  if (seconds !== undefined) touch(exchange, node, seconds);
  noteHeaders(exchange, node);
  tree.changed(parent, node.size);
  refuseBadTime(exchange);
  return node;
}

/**
 * What has come of a body that was cut short: nothing is noted of it, and listings show the length
 * that was announced until it is read.
 */
export function placeCutFile(exchange: DavExchange, file: NewFile): void {
  const { tree } = exchange.account;
  const node = moveToPlace(exchange, file);
  node.size = Number(header(exchange, 'content-length') ?? node.size);
  node.torn = true;
  tree.save(node);
  tree.changed(file.parent, node.size);
}

function moveToPlace(exchange: DavExchange, { parent, name, part }: NewFile): TreeNode {
  const { tree } = exchange.account;
  const file = path.join(tree.diskPath(parent), name);
  renameSync(part, file);
  return tree.add(parent, name, lstatSync(file));
}

/** The disk already holds the new content of a file that was there. */
export function takeInOverwrite(exchange: DavExchange, node: TreeNode): void {
  const { tree } = exchange.account;
  const grown = tree.rescan(node);
  const seconds = acceptedTime(exchange);
  if (seconds !== undefined) touch(exchange, node, seconds);
  noteHeaders(exchange, node);
  if (node.parent !== undefined) tree.changed(node.parent, grown);
  refuseBadTime(exchange);
}

function touch(exchange: DavExchange, node: TreeNode, seconds: number): void {
  const { tree } = exchange.account;
  utimesSync(tree.diskPath(node), seconds, seconds);
  tree.rescan(node);
}

export function writtenAnswer(
  exchange: DavExchange,
  node: TreeNode,
  options: { readonly status: number; readonly hashHeaders: Readonly<Record<string, string>> },
): Answer {
  const etag = `"${node.etag}"`;
  const headers: Record<string, string> = {
    'content-length': '0',
    etag,
    'oc-etag': etag,
    'oc-fileid': ocIdOf(node, exchange.state.instanceId),
    ...options.hashHeaders,
  };
  if (acceptedTime(exchange) !== undefined) headers['x-oc-mtime'] = 'accepted';
  if (askedCreationTime(exchange) !== undefined) headers['x-oc-ctime'] = 'accepted';
  return { status: options.status, headers };
}

/**
 * `X-OC-MTime` in seconds, without its decimals; beyond the year 2446, where the time field of ext4
 * ends, it is clamped without a word. Throws what the server throws.
 */
export function checkedTime(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Math.trunc(Number(value)) : NaN;
  if (seconds > DEMO_MTIME_MIN_S) return Math.min(seconds, UPLOAD_MTIME_MAX_S);
  const text =
    'X-OC-MTime header must be a valid positive unix timestamp greater than one day, ' +
    `got "${value}".`;
  throw new DavError(500, 'InvalidArgumentException', text);
}

/** Undefined also for a time that will be refused once the content stands. */
function acceptedTime(exchange: DavExchange): number | undefined {
  try {
    return checkedTime(header(exchange, 'x-oc-mtime'));
  } catch {
    return undefined;
  }
}

/** The trap of the real server: the complaint comes when the content has been replaced. */
function refuseBadTime(exchange: DavExchange): void {
  checkedTime(header(exchange, 'x-oc-mtime'));
}

function askedCreationTime(exchange: DavExchange): number | undefined {
  const value = Number(header(exchange, 'x-oc-ctime') ?? NaN);
  return value > DEMO_MTIME_MIN_S ? Math.trunc(value) : undefined;
}

function noteHeaders(exchange: DavExchange, node: TreeNode): void {
  node.uploadTime = exchange.account.tree.now();
  node.checksum = header(exchange, 'oc-checksum') ?? '';
  node.creationTime = askedCreationTime(exchange) ?? node.creationTime;
  exchange.account.tree.save(node);
}
