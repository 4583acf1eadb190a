/**
 * Every folder of the account with its ETag, by `SEARCH` (RFC 5323): for a server with a thousand
 * folders a quarter of a second, where listing them one by one takes half a minute. Its rows are
 * not compressed, and a folder that holds a mount shows another ETag than in a listing.
 */
import {
  DEEP_LISTING_ANSWER_TIMEOUT_MS,
  ENTRIES_PER_PIECE_MAX,
  LISTING_BYTES_MAX,
  LISTING_ENTRIES_MAX,
  SEARCH_PAGE_ROWS,
} from '../limits.js';
import type { DavContext } from './dav-context.js';
import { textBody } from './http.js';
import { readMultistatus } from './listing.js';
import { entryOf, FOLDER_PROPERTIES, NAMESPACES } from './properties.js';
import type { EntrySink, RemoteEntry } from './remote.js';

export async function listFolders(
  context: DavContext,
  sink: EntrySink,
  signal: AbortSignal,
): Promise<void> {
  for (let first = 0; first < LISTING_ENTRIES_MAX; first += SEARCH_PAGE_ROWS) {
    // The server drops the root after it has counted: a page may be one row short.
    if ((await searchPage(context, first, sink, signal)) < SEARCH_PAGE_ROWS - 1) return;
  }
}

/** @returns the rows of this page. */
async function searchPage(
  context: DavContext,
  first: number,
  sink: EntrySink,
  signal: AbortSignal,
): Promise<number> {
  const details = { op: 'SEARCH', path: '' };
  const answer = await context.http.send({
    method: 'SEARCH',
    address: context.dav.address(''),
    headers: { 'content-type': 'text/xml; charset=utf-8', prefer: 'return=minimal' },
    body: textBody(queryOf(context, first)),
    signal,
    answerTimeoutMs: DEEP_LISTING_ANSWER_TIMEOUT_MS,
    isRepeatable: false,
    expected: [207, 200],
    path: '',
  });
  let rows = 0;
  let piece: RemoteEntry[] = [];
  const flush = (): void => {
    if (piece.length > 0) sink.take(piece);
    piece = [];
  };
  await readMultistatus(answer, {
    onRow: (row) => {
      rows += 1;
      const place = context.files.pathOf(row.href);
      const entry = 'path' in place ? entryOf(row, place.path) : undefined;
      if (entry?.isFolder === true) piece.push(entry);
      if (piece.length >= ENTRIES_PER_PIECE_MAX) flush();
    },
    room: sink.room,
    details,
    bytesMax: LISTING_BYTES_MAX,
    rowsMax: SEARCH_PAGE_ROWS,
  });
  flush();
  return rows;
}

/**
 * In the order of names, since a server cannot sort by ids: pages may overlap or leave a gap where
 * many folders have one name. What is left out is found by the listing of the folder above.
 */
function queryOf({ files, dav }: DavContext, first: number): string {
  const scope = files.address('').slice(dav.address('').length - 1, -1);
  return (
    `<?xml version="1.0"?><d:searchrequest ${NAMESPACES} ` +
    'xmlns:s="https://github.com/icewind1991/SearchDAV/ns"><d:basicsearch>' +
    `<d:select>${FOLDER_PROPERTIES}</d:select>` +
    `<d:from><d:scope><d:href>${scope}</d:href><d:depth>infinity</d:depth></d:scope></d:from>` +
    '<d:where><d:is-collection/></d:where>' +
    '<d:orderby><d:order><d:prop><d:displayname/></d:prop><d:ascending/></d:order></d:orderby>' +
    `<d:limit><d:nresults>${SEARCH_PAGE_ROWS}</d:nresults>` +
    `<s:firstresult>${first}</s:firstresult></d:limit>` +
    '</d:basicsearch></d:searchrequest>'
  );
}
