/** The tree of another account: everybody sees that its files are there, and nothing else of it. */
import { text } from 'node:stream/consumers';
import type { Answer, Exchange } from './answer.js';
import { refuse } from './dav-error.js';
import { multistatus, response, wantsMinimal } from './multistatus.js';
import { requestedProperties } from './propfind.js';
import { tagsOf } from './xml.js';

const RESOURCE_TYPE = '{DAV:}resourcetype';

const READING = new Set(['GET', 'HEAD', 'PROPFIND']);

/** @param below as sent, from the root of that account on. */
export async function strangersTree(
  exchange: Exchange,
  tree: string,
  below: string,
): Promise<Answer> {
  const body = await text(exchange.body);
  if (tree !== 'files' || !READING.has(exchange.method)) throw refuse('Forbidden', '');
  if (exchange.method !== 'PROPFIND' || below.length > 1) throw refuse('NotFound', '');
  const names = requestedProperties(body);
  const { open, close } = tagsOf(RESOURCE_TYPE);
  const found = names.includes(RESOURCE_TYPE) ? `${open}<d:collection/>${close}` : '';
  const others = names.filter((name) => name !== RESOURCE_TYPE).map((name) => tagsOf(name).empty);
  const missing = wantsMinimal(exchange) ? '' : others.join('');
  return multistatus(exchange, [response(exchange.rawPath, { found, missing })], {
    compressible: true,
  });
}
