/** Names and sizes in a folder, at a third of what a full listing costs the server. */
import { propfind } from './listing.js';
import type { DavContext } from './dav-context.js';
import type { DavRoot } from './paths.js';
import { PLAIN_PROPFIND, sizeOf } from './properties.js';

export interface PlainListing {
  /** Which of the server's trees, and where in it. */
  readonly root: DavRoot;
  readonly folder: string;
  /** The file that it is done for, to be told in errors. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * @param take told the place of each entry in its tree, and its bytes; undefined for a folder. The
 * folder itself is among them, and what has no place of its own there is left out.
 */
export async function listPlainly(
  { http }: DavContext,
  { root, folder, path, signal }: PlainListing,
  take: (place: string, size: number | undefined) => void,
): Promise<void> {
  const address = folder === '' ? root.address('') : `${root.address(folder)}/`;
  const request = { address, depth: '1', body: PLAIN_PROPFIND, path, signal } as const;
  await propfind(http, request, (row) => {
    const place = root.pathOf(row.href);
    if ('refused' in place) return;
    take(place.path, sizeOf(row.values.get('d:getcontentlength')));
  });
}
