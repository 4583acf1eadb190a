/**
 * PROPFIND: a folder with its children or its whole tree, and the one entry. Rows are handed on
 * while they arrive. A row whose name is hostile, or that says too little, is hidden and counted;
 * a row by which the server says that it failed makes the whole listing fail, since what is absent
 * from a complete listing is taken for deleted.
 */
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NuageError } from '../errors.js';
import {
  ANSWER_TIMEOUT_MS,
  DEEP_LISTING_ANSWER_TIMEOUT_MS,
  ENTRIES_PER_PIECE_MAX,
  LISTING_BYTES_MAX,
  LISTING_ENTRIES_MAX,
  REMOTE_TOKEN_CHARS_MAX,
  ROOT_ANSWER_TIMEOUT_MS,
  SINGLE_ANSWER_BYTES_MAX,
} from '../limits.js';
import type { HttpAnswer } from './answer.js';
import type { DavContext } from './dav-context.js';
import { textBody, unexpectedAnswer, type HttpClient } from './http.js';
import { MultistatusParser, type MultistatusOptions, type MultistatusRow } from './multistatus.js';
import { entryOf, entryPropfind, ROOT_PROPFIND, unquoteEtag } from './properties.js';
import type { EntrySink, ListDepth, RemoteEntry, RootState } from './remote.js';

export interface PropfindRequest {
  readonly address: string;
  readonly depth: ListDepth;
  readonly body: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly answerTimeoutMs?: number;
  /** The answer is read on when this resolves. */
  readonly room?: EntrySink['room'];
}

/** Sends one PROPFIND and parses its answer as it comes. */
export async function propfind(
  http: HttpClient,
  request: PropfindRequest,
  onRow: (row: MultistatusRow) => void,
): Promise<void> {
  const { depth, path, room } = request;
  const answer = await http.send({
    method: 'PROPFIND',
    address: request.address,
    headers: {
      depth,
      'content-type': 'application/xml; charset=utf-8',
      // Halves the answer: no second propstat with what an entry does not have.
      prefer: 'return=minimal',
      ...(depth === '0' ? {} : { 'accept-encoding': 'gzip' }),
    },
    body: textBody(request.body),
    signal: request.signal,
    answerTimeoutMs: request.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    // One that failed by its size would fail again, at the same cost for the server.
    isRepeatable: depth !== 'infinity',
    // 200 is what a portal answers: it must not pass for a listing.
    expected: [207, 200],
    path,
  });
  await readMultistatus(answer, {
    onRow,
    room,
    details: { op: 'PROPFIND', path },
    bytesMax: depth === '0' ? SINGLE_ANSWER_BYTES_MAX : LISTING_BYTES_MAX,
    rowsMax: depth === '0' ? 1 : LISTING_ENTRIES_MAX,
  });
}

interface Reading extends MultistatusOptions {
  readonly room: EntrySink['room'];
}

/** @throws kind `protocol`, or `offline` where a web page came in its place. */
export async function readMultistatus(answer: HttpAnswer, reading: Reading): Promise<void> {
  const isXml = /\bxml\b/i.test(answer.header('content-type') ?? '');
  if (answer.status !== 207 || !isXml) {
    await answer.discard();
    throw unexpectedAnswer(answer, reading.details);
  }
  await parse(answer, reading);
}

async function parse(answer: HttpAnswer, reading: Reading): Promise<void> {
  const parser = new MultistatusParser(reading);
  const coding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding === 'gzip') {
    await parseGzip(answer, parser, reading);
  } else if (coding === 'identity' || coding === '') {
    for await (const chunk of answer.body()) {
      parser.write(chunk);
      await reading.room?.();
    }
  } else {
    await answer.discard();
    throw new NuageError('protocol', 'the listing comes in a coding nobody asked for', {
      ...reading.details,
    });
  }
  parser.end();
}

/** What a gzip bomb unfolds to is bounded by the parser, piece by piece. */
async function parseGzip(
  answer: HttpAnswer,
  parser: MultistatusParser,
  { room, details }: Reading,
): Promise<void> {
  try {
    await pipeline(Readable.from(answer.body()), createGunzip(), async (unfolded) => {
      for await (const chunk of unfolded) {
        parser.write(chunk as Buffer);
        await room?.();
      }
    });
  } catch (error) {
    if (error instanceof NuageError) throw error;
    throw new NuageError('protocol', 'the listing is no gzip', { ...details, cause: error });
  }
}

export async function list(
  context: DavContext,
  target: { readonly path: string; readonly depth: ListDepth },
  sink: EntrySink,
  signal: AbortSignal,
): Promise<void> {
  const { path, depth } = target;
  const collector = new Collector(context, target, sink.take);
  const request = {
    address: context.files.address(path),
    depth,
    body: entryPropfind(context),
    path,
    signal,
    answerTimeoutMs: depth === 'infinity' ? DEEP_LISTING_ANSWER_TIMEOUT_MS : ANSWER_TIMEOUT_MS,
    room: sink.room,
  };
  await propfind(context.http, request, (row) => collector.add(row));
  collector.end();
}

export async function stat(
  context: DavContext,
  path: string,
  signal: AbortSignal | undefined,
): Promise<RemoteEntry> {
  const found: RemoteEntry[] = [];
  const collector = new Collector(context, { path, depth: '0' }, (entries) => {
    found.push(...entries);
  });
  const address = context.files.address(path);
  const request = { address, depth: '0', body: entryPropfind(context), path, signal } as const;
  await propfind(context.http, request, (row) => collector.add(row));
  collector.end();
  const [entry] = found;
  if (entry === undefined) throw rowless(path);
  return entry;
}

export async function rootState(context: DavContext, signal: AbortSignal): Promise<RootState> {
  let etag: string | undefined;
  let fingerprint = '';
  const address = context.files.address('');
  const request = { address, depth: '0', body: ROOT_PROPFIND, path: '', signal } as const;
  const answerTimeoutMs = ROOT_ANSWER_TIMEOUT_MS;
  await propfind(context.http, { ...request, answerTimeoutMs }, (row) => {
    etag = unquoteEtag(row.values.get('d:getetag'));
    fingerprint = (row.values.get('oc:data-fingerprint') ?? '').slice(0, REMOTE_TOKEN_CHARS_MAX);
  });
  if (etag === undefined) throw rowless('');
  return { etag, fingerprint };
}

/** A Nextcloud lists what cannot exist, such as `x.part`, as a file without id and ETag. */
function isPhantom({ values }: MultistatusRow): boolean {
  return values.get('oc:fileid') === undefined && values.get('d:getetag') === '""';
}

function absent(path: string): NuageError {
  return new NuageError('not-found', 'the server has nothing there', { op: 'PROPFIND', path });
}

function rowless(path: string): NuageError {
  return new NuageError('protocol', 'the listing does not speak of what was asked', {
    op: 'PROPFIND',
    path,
    hint: 'Check the address of the server: its own may have another path.',
  });
}

/** Checks rows against what was asked for and hands them on in bounded pieces. */
class Collector {
  readonly #context: DavContext;
  readonly #path: string;
  readonly #depth: ListDepth;
  readonly #onEntries: (entries: readonly RemoteEntry[]) => void;
  /** Paths of the present folder and of those above it, by depth: the rest is closed. */
  readonly #seen: Set<string>[] = [];
  #piece: RemoteEntry[] = [];
  #isFirst = true;
  readonly #hidden = new Map<string, number>();

  constructor(
    context: DavContext,
    target: { readonly path: string; readonly depth: ListDepth },
    onEntries: (entries: readonly RemoteEntry[]) => void,
  ) {
    this.#context = context;
    this.#path = target.path;
    this.#depth = target.depth;
    this.#onEntries = onEntries;
  }

  add(row: MultistatusRow): void {
    const entry = this.#entryOf(row);
    if (this.#isFirst) {
      // Without the folder itself the rest cannot be told from another folder's listing.
      if (entry?.path !== this.#path)
        throw isPhantom(row) ? absent(this.#path) : rowless(this.#path);
      this.#isFirst = false;
    }
    if (entry === undefined) return;
    this.#piece.push(entry);
    if (this.#piece.length >= ENTRIES_PER_PIECE_MAX) this.#flush();
  }

  end(): void {
    if (this.#isFirst) throw rowless(this.#path);
    this.#flush();
    if (this.#hidden.size === 0) return;
    this.#context.logger.warn('entries of a listing are hidden', {
      path: this.#path,
      reasons: Object.fromEntries(this.#hidden),
    });
  }

  #flush(): void {
    if (this.#piece.length > 0) this.#onEntries(this.#piece);
    this.#piece = [];
  }

  #entryOf(row: MultistatusRow): RemoteEntry | undefined {
    this.#throwFailure(row);
    const place = this.#context.files.pathOf(row.href);
    if ('refused' in place) return this.#hide(place.refused);
    const { path } = place;
    if (!this.#isWithin(path)) return this.#hide('outside the listed folder');
    const siblings = this.#siblingsOf(path);
    if (siblings.has(path)) return this.#hide('listed twice');
    const entry = entryOf(row, path);
    if (entry === undefined) return this.#hide('incomplete');
    siblings.add(path);
    return entry;
  }

  /** A tree comes folder by folder, so that memory is that of the open ones. */
  #siblingsOf(path: string): Set<string> {
    const depth = path === this.#path ? 0 : path.split('/').length;
    this.#seen.length = Math.min(this.#seen.length, depth + 1);
    return (this.#seen[depth] ??= new Set());
  }

  /** RFC 4918 §9.1: a row may carry the status of its resource. Gone and forbidden are absent. */
  #throwFailure(row: MultistatusRow): void {
    const { status } = row;
    if (status === undefined || status < 400 || [403, 404, 410].includes(status)) return;
    throw new NuageError('server', `the server could not list all of it (${status})`, {
      op: 'PROPFIND',
      path: this.#path,
    });
  }

  #isWithin(path: string): boolean {
    if (path === this.#path) return true;
    const prefix = this.#path === '' ? '' : `${this.#path}/`;
    if (this.#depth === '0' || !path.startsWith(prefix)) return false;
    return this.#depth === 'infinity' || !path.includes('/', prefix.length);
  }

  #hide(reason: string): RemoteEntry | undefined {
    this.#hidden.set(reason, (this.#hidden.get(reason) ?? 0) + 1);
    return undefined;
  }
}
