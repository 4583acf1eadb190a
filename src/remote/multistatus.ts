/**
 * A streaming parser of `207 Multi-Status` (RFC 4918 §13, §14.16). What comes in is hostile until
 * shown otherwise: no DTD and so no entities of its own, bounded depth, size, tokens and rows. A
 * body that ends early or has another form is an error, never a short listing.
 */
import { StringDecoder } from 'node:string_decoder';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { NuageError, type ErrorDetails } from '../errors.js';
import { XML_DEPTH_MAX, XML_PIECE_BYTES, XML_TOKEN_BYTES_MAX } from '../limits.js';

/** One `response`. Names are `d:getetag`, `oc:fileid`, `nc:upload_time`. */
export interface MultistatusRow {
  readonly href: string;
  /** Of the resource as a whole; undefined where only its properties have one. */
  readonly status: number | undefined;
  /** Text of those with a 2xx; of `d:resourcetype` and `oc:checksums` that of the first child. */
  readonly values: ReadonlyMap<string, string>;
  /** Status of each of the others. */
  readonly failures: ReadonlyMap<string, number>;
}

export interface MultistatusOptions {
  readonly onRow: (row: MultistatusRow) => void;
  readonly bytesMax: number;
  readonly rowsMax: number;
  readonly details: ErrorDetails;
}

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['DAV:', 'd:'],
  ['http://owncloud.org/ns', 'oc:'],
  ['http://nextcloud.org/ns', 'nc:'],
]);

/** Depths below `multistatus` (1) `response` (2) `propstat` (3) `prop` (4). */
const RESPONSE = 2;
const PROPSTAT = 3;
const PROP = 4;
const PROPERTY = 5;
const PROPERTY_CHILD = 6;

/** What a `d:resourcetype` of a folder has as its value. */
export const COLLECTION = 'collection';

export class MultistatusParser {
  readonly #options: MultistatusOptions;
  readonly #xml = new SaxesParser({ xmlns: true });
  readonly #decoder = new StringDecoder('utf8');
  /** Names of the open elements. */
  readonly #open: string[] = [];
  #bytes = 0;
  #rows = 0;
  /** Bytes since the parser last told of anything: one token. */
  #tokenBytes = 0;
  #hasRoot = false;

  #text = '';
  #href: string | undefined;
  #status: number | undefined;
  #values = new Map<string, string>();
  #failures = new Map<string, number>();
  #pending = new Map<string, string>();
  #pendingStatus: number | undefined;
  #childValue: string | undefined;

  constructor(options: MultistatusOptions) {
    this.#options = options;
    const xml = this.#xml;
    // Two handlers more would make the parser's object a dictionary, and parsing four times slower;
    // so comments count as part of the token before them.
    xml.on('doctype', () => this.#refuse('a document type'));
    xml.on('opentag', (tag) => this.#opened(tag));
    xml.on('closetag', () => this.#closed());
    xml.on('text', (text) => this.#append(text));
    xml.on('cdata', (text) => this.#append(text));
  }

  get rows(): number {
    return this.#rows;
  }

  /** @throws kind `protocol`. */
  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.bytesMax) this.#refuse('more bytes than any sane one');
    for (let start = 0; start < chunk.length; start += XML_PIECE_BYTES) {
      const piece = chunk.subarray(start, start + XML_PIECE_BYTES);
      this.#tokenBytes += piece.length;
      this.#feed(this.#decoder.write(piece));
      if (this.#tokenBytes > XML_TOKEN_BYTES_MAX) this.#refuse('an endless token');
    }
  }

  /** The body is over. @throws kind `protocol` where it stops in the middle. */
  end(): void {
    this.#feed(this.#decoder.end());
    this.#parse(() => this.#xml.close());
    if (!this.#hasRoot) this.#refuse('nothing');
  }

  /** The decoder's replacement character stands for broken bytes; real names are escaped. */
  #feed(text: string): void {
    if (text.includes('\ufffd')) this.#refuse('bytes that are no UTF-8');
    this.#parse(() => this.#xml.write(text));
  }

  #parse(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof NuageError) throw error;
      throw this.#error('what is no XML', error);
    }
  }

  #refuse(what: string): never {
    throw this.#error(what);
  }

  #error(what: string, cause?: unknown): NuageError {
    const { details } = this.#options;
    return new NuageError('protocol', `the listing holds ${what}`, { ...details, cause });
  }

  #told(): void {
    this.#tokenBytes = 0;
  }

  #append(text: string): void {
    this.#told();
    if (this.#open.length < PROPSTAT) return;
    this.#text += text;
    if (this.#text.length > XML_TOKEN_BYTES_MAX) this.#refuse('an endless text');
  }

  #opened(tag: SaxesTagNS): void {
    this.#told();
    const name = (PREFIXES.get(tag.uri) ?? '?:') + tag.local;
    this.#open.push(name);
    const depth = this.#open.length;
    if (depth > XML_DEPTH_MAX) this.#refuse('elements without end');
    if (depth === 1) {
      if (name !== 'd:multistatus') this.#refuse('another document');
      this.#hasRoot = true;
    } else if (depth === RESPONSE) this.#startResponse();
    else if (depth === PROPSTAT) this.#startPropstat();
    else if (depth === PROPERTY) this.#childValue = undefined;
    else if (depth === PROPERTY_CHILD && name === 'd:collection') this.#childValue = COLLECTION;
    if (depth <= PROPERTY_CHILD) this.#text = '';
  }

  #closed(): void {
    this.#told();
    const depth = this.#open.length;
    const name = this.#open.pop() ?? '';
    const parent = this.#open.at(-1);
    if (depth === RESPONSE && name === 'd:response') this.#endResponse();
    else if (depth === PROPSTAT) this.#endPartOfResponse(name);
    else if (depth === PROP && name === 'd:status' && parent === 'd:propstat') {
      this.#pendingStatus = statusOf(this.#text);
    } else if (depth === PROPERTY && parent === 'd:prop') {
      this.#pending.set(name, this.#childValue ?? this.#text.trim());
    } else if (depth === PROPERTY_CHILD && name === 'oc:checksum') {
      this.#childValue ??= this.#text.trim();
    }
    if (depth <= PROPERTY) this.#text = '';
  }

  #startResponse(): void {
    this.#href = undefined;
    this.#status = undefined;
    this.#values = new Map();
    this.#failures = new Map();
  }

  #startPropstat(): void {
    this.#pending = new Map();
    this.#pendingStatus = undefined;
  }

  #endPartOfResponse(name: string): void {
    if (name === 'd:href') this.#href ??= this.#text.trim();
    else if (name === 'd:status') this.#status = statusOf(this.#text);
    else if (name === 'd:propstat') this.#endPropstat();
  }

  /** The status stands behind the properties that it speaks of. */
  #endPropstat(): void {
    const status = this.#pendingStatus ?? 500;
    const isGood = status >= 200 && status < 300;
    for (const [name, value] of this.#pending) {
      if (isGood) this.#values.set(name, value);
      else this.#failures.set(name, status);
    }
  }

  #endResponse(): void {
    if (this.#href === undefined) this.#refuse('a row without a name');
    this.#rows += 1;
    if (this.#rows > this.#options.rowsMax) this.#refuse('more rows than any sane one');
    this.#options.onRow({
      href: this.#href,
      status: this.#status,
      values: this.#values,
      failures: this.#failures,
    });
  }
}

/** `HTTP/1.1 200 OK`; nonsense counts as a failure. */
function statusOf(text: string): number {
  return Number(/^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})\b/i.exec(text)?.[1] ?? 500);
}
