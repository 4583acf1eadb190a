/**
 * PATCH with `X-Recalculate-Hash: md5|sha1|sha256…`: the server reads what it holds, notes the hash
 * as the file's checksum and answers it. ETag and times stay. Announced in the DAV header as
 * `nextcloud-checksum-update`; behaviour as seen on a Nextcloud 32 (ChecksumUpdatePlugin).
 */
import { createHash, getHashes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { header, type Answer, type DavExchange } from './answer.js';
import { checkConditions } from './conditions.js';
import { DavError, notFound, refuse } from './dav-error.js';
import { takeInCutWrite } from './read-file.js';
import { drain } from './request-body.js';
import { isFolder } from './tree-node.js';

export async function recalculateHash(exchange: DavExchange): Promise<Answer> {
  await drain(exchange.body);
  const { account, path } = exchange;
  const node = account.tree.find(account.tree.files, path);
  checkConditions(exchange, node);
  if (node === undefined) throw notFound(`/${path}`);
  if (isFolder(node)) {
    const text = 'There was no plugin in the system that was willing to handle this PATCH method.';
    throw refuse('NotImplemented', text);
  }
  const algorithm = (header(exchange, 'x-recalculate-hash') ?? '').toLowerCase();
  const hex = await hashOf(account.tree.diskPath(node), algorithm);
  takeInCutWrite(exchange, node);
  node.checksum = `${algorithm.toUpperCase()}:${hex}`;
  account.tree.save(node);
  return { status: 204, headers: { 'content-length': '0', 'oc-checksum': node.checksum } };
}

async function hashOf(file: string, algorithm: string): Promise<string> {
  if (!getHashes().includes(algorithm)) {
    const text = 'hash_file(): Argument #1 ($algo) must be a valid hashing algorithm';
    throw new DavError(500, 'ValueError', text);
  }
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
