/**
 * Between the paths of the account and the addresses on the wire, in both directions. An href
 * comes from outside: whatever does not decode to a sane path below the account's own root has no
 * path at all. RFC 3986 §2.1 (percent-encoding), RFC 4918 §8.3 (hrefs in DAV).
 */
import { NuageError } from '../errors.js';
import { LISTED_NAME_BYTES_MAX } from '../limits.js';

/** Why an href of the server has no place in the tree. */
export type HrefRefusal =
  | 'foreign host'
  | 'outside the account'
  | 'malformed address'
  | 'bad escape'
  | 'dot segment'
  | 'empty name'
  | 'forbidden character'
  | 'name too long';

export type HrefResult = { readonly path: string } | { readonly refused: HrefRefusal };

/** Each segment percent-encoded; RFC 3986 unreserved characters stay as they are. */
function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
}

/** @throws kind `invalid-argument` for a path that could leave the root: a slip of the caller. */
function assertSafePath(path: string): void {
  if (path === '') return;
  for (const name of path.split('/')) {
    if (refusalOfName(name) !== undefined && refusalOfName(name) !== 'name too long') {
      throw new NuageError('invalid-argument', 'not a path of the account', { path });
    }
  }
}

/** What speaks against a decoded name, or undefined. */
export function refusalOfName(name: string): HrefRefusal | undefined {
  if (name === '') return 'empty name';
  if (name === '.' || name === '..') return 'dot segment';
  // eslint-disable-next-line no-control-regex -- no Nextcloud stores them; they rewrite a terminal
  if (/[\u0000-\u001f/]/.test(name)) return 'forbidden character';
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (name.length * 3 > LISTED_NAME_BYTES_MAX) {
    if (Buffer.byteLength(name) > LISTED_NAME_BYTES_MAX) return 'name too long';
  }
  return undefined;
}

/** The addresses below one root of the server, such as `/remote.php/dav/files/prof`. */
export class DavRoot {
  readonly #origin: URL;
  readonly #segments: readonly string[];
  /** Encoded, without a trailing slash. */
  readonly #prefix: string;
  /** The server's own spelling of the prefix with a slash, once it has been seen. */
  #seenPrefix: string;

  /** @param segments decoded, from the root of the host. */
  constructor(origin: URL, segments: readonly string[]) {
    this.#origin = origin;
    this.#segments = segments;
    this.#prefix = segments.map((segment) => `/${encodeSegment(segment)}`).join('');
    this.#seenPrefix = `${this.#prefix}/`;
  }

  /** Path-absolute address of a path of the account. */
  address(path: string): string {
    assertSafePath(path);
    return path === '' ? `${this.#prefix}/` : `${this.#prefix}/${encodePath(path)}`;
  }

  /** Absolute URL, as `Destination` and `If` want it. */
  url(path: string): string {
    return this.#origin.origin + this.address(path);
  }

  /** The path that an href of an answer speaks of. */
  pathOf(href: string): HrefResult {
    if (href.startsWith(this.#seenPrefix)) return decodeRest(href.slice(this.#seenPrefix.length));
    const path = this.#pathPart(href);
    if (typeof path !== 'string') return path;
    return this.#withoutRoot(path);
  }

  #pathPart(href: string): string | { readonly refused: HrefRefusal } {
    if (href.startsWith('/') && !href.startsWith('//')) return href;
    const match = /^(?:https?:)?\/\/([^/?#]*)(\/.*)$/is.exec(href);
    if (match === null) return { refused: 'malformed address' };
    // Servers behind a proxy lose the port, never the host name.
    const host = (match[1] ?? '').replace(/:\d*$/, '').toLowerCase();
    if (host !== this.#origin.hostname) return { refused: 'foreign host' };
    return match[2] ?? '/';
  }

  #withoutRoot(path: string): HrefResult {
    let position = 0;
    for (const segment of this.#segments) {
      const end = path.indexOf('/', position + 1);
      const raw = path.slice(position + 1, end < 0 ? path.length : end);
      if (decodeSegment(raw) !== segment) return { refused: 'outside the account' };
      position = end < 0 ? path.length : end;
    }
    if (position < path.length) this.#seenPrefix = path.slice(0, position + 1);
    return decodeRest(path.slice(position + 1));
  }
}

/** Decodes what follows the root's slash; a folder's trailing slash is dropped. */
function decodeRest(rest: string): HrefResult {
  const trimmed = rest.endsWith('/') ? rest.slice(0, -1) : rest;
  if (trimmed === '') return rest === '' || rest === '/' ? emptyRest(rest) : { path: '' };
  if (/[?#\\]/.test(trimmed)) return { refused: 'malformed address' };
  if (!trimmed.includes('%') && !trimmed.includes('/')) return named(trimmed);
  const names: string[] = [];
  for (const raw of trimmed.split('/')) {
    const name = decodeSegment(raw);
    if (name === undefined) return { refused: 'bad escape' };
    const refused = refusalOfName(name);
    if (refused !== undefined) return { refused };
    names.push(name);
  }
  return { path: names.join('/').normalize('NFC') };
}

function emptyRest(rest: string): HrefResult {
  return rest === '' ? { path: '' } : { refused: 'empty name' };
}

function named(name: string): HrefResult {
  const refused = refusalOfName(name);
  return refused === undefined ? { path: name.normalize('NFC') } : { refused };
}

/** undefined for a broken escape or for bytes that are no UTF-8. */
function decodeSegment(raw: string): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}
