/**
 * The final MOVE of a chunked upload. Everything is checked before the first byte is written, and
 * a client that hangs up does not stop it. An existing file keeps its id: its content is replaced
 * in place under the exclusive lock.
 */
import { open, rm } from 'node:fs/promises';
import { DEMO_GET_PIECE_BYTES } from '../limits.js';
import { header, type Answer, type DavExchange } from './answer.js';
import { chunksOf, type Chunk } from './chunks.js';
import { checkIfHeader } from './conditions.js';
import { notFound, refuse } from './dav-error.js';
import { destinationOf, nodeOfUri } from './destination.js';
import { baseName, checkNewPath, parentPath } from './names.js';
import { demand } from './permissions.js';
import { BodyHashes } from './request-body.js';
import { placeNewFile, takeInOverwrite, writtenAnswer } from './stored-file.js';
import { isFolder, type FolderNode, type TreeNode } from './tree-node.js';
import { keepVersion } from './versions.js';

interface Assembly {
  readonly target: string;
  readonly parent: FolderNode;
  readonly existing: TreeNode | undefined;
  readonly chunks: readonly Chunk[];
}

export async function assemble(exchange: DavExchange, folder: string): Promise<Answer> {
  const assembly = prepare(exchange, folder);
  const { target, existing } = assembly;
  const { locks } = exchange.account;
  const release = locks.exclusive(target);
  // A second MOVE of the same upload meets this one.
  const releaseUpload = locks.exclusive(`${folder}/.file`);
  try {
    const hashes = new BodyHashes(exchange);
    const node =
      existing === undefined
        ? await createFrom(exchange, assembly, hashes)
        : await overwriteFrom(exchange, { ...assembly, existing }, hashes);
    await rm(folder, { recursive: true, force: true });
    const status = existing === undefined ? 201 : 204;
    return writtenAnswer(exchange, node, { status, hashHeaders: hashes.headers() });
  } finally {
    releaseUpload();
    release();
  }
}

/** In the order of the server: what the headers ask for, then names, rights, sizes, space. */
function prepare(exchange: DavExchange, folder: string): Assembly {
  const { account } = exchange;
  const { tree } = account;
  checkIfHeader(header(exchange, 'if'), (uri) => nodeOfUri(exchange, uri));
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
  checkNewPath(target);
  const chunks = chunksOf(folder);
  const total = chunks.reduce((sum, { size }) => sum + size, 0);
  checkTotal(exchange, total);
  if (existing !== undefined && isFolder(existing)) {
    throw refuse('Conflict', 'PUT is not allowed on non-files.');
  }
  if (existing === undefined) demand(parent, 'C', account.shares);
  else demand(existing, 'W', account.shares);
  account.fileLocks.demandFree(existing, target, account.name);
  account.demandSpace(target, total);
  return { target, parent, existing, chunks };
}

/** Without the header even an upload without chunks passes, and empties its target. */
function checkTotal(exchange: DavExchange, total: number): void {
  const announced = header(exchange, 'oc-total-length');
  if (announced === undefined || Number(announced) === total) return;
  const text = `Chunks on server do not sum up to ${announced} but to ${total} bytes`;
  throw refuse('BadRequest', text);
}

async function createFrom(
  exchange: DavExchange,
  { target, parent, chunks }: Assembly,
  hashes: BodyHashes,
): Promise<TreeNode> {
  const { account } = exchange;
  const part = account.newPartPath();
  try {
    await concatenate(chunks, part, hashes);
    if (account.tree.byId(parent.id) !== parent) throw notFound(parentPath(target));
    return placeNewFile(exchange, { parent, name: baseName(target), part });
  } finally {
    await rm(part, { force: true });
  }
}

async function overwriteFrom(
  exchange: DavExchange,
  { existing, chunks }: Assembly & { readonly existing: TreeNode },
  hashes: BodyHashes,
): Promise<TreeNode> {
  keepVersion(exchange.account, existing);
  existing.torn = true;
  await concatenate(chunks, exchange.account.tree.diskPath(existing), hashes);
  takeInOverwrite(exchange, existing);
  return existing;
}

async function concatenate(
  chunks: readonly Chunk[],
  file: string,
  hashes: BodyHashes,
): Promise<void> {
  const target = await open(file, 'w');
  try {
    const buffer = Buffer.allocUnsafe(DEMO_GET_PIECE_BYTES);
    for (const chunk of chunks) {
      const source = await open(chunk.file, 'r');
      try {
        for (;;) {
          const { bytesRead } = await source.read(buffer, 0, buffer.length);
          if (bytesRead === 0) break;
          const piece = buffer.subarray(0, bytesRead);
          hashes.update(piece);
          await target.writev([piece]);
        }
      } finally {
        await source.close();
      }
    }
  } finally {
    await target.close();
  }
}
