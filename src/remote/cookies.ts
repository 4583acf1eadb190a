/**
 * The session cookies of one account: sending them back saves a Nextcloud a third of each request.
 * The jar belongs to one origin and is never shown to another, so domains play no part. RFC 6265.
 */
import type { Clock } from '../clock.js';
import { COOKIES_MAX, COOKIE_BYTES_MAX } from '../limits.js';

interface Cookie {
  readonly value: string;
  readonly path: string;
  readonly isSecure: boolean;
  /** Milliseconds since the epoch; undefined lasts as long as the jar. */
  readonly expiresMs: number | undefined;
}

// RFC 6265 §4.1.1: a token, and octets without controls, quotes, commas, semicolons, backslash.
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^"?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"?$/;

export class CookieJar {
  readonly #clock: Clock;
  readonly #isSecureOrigin: boolean;
  readonly #cookies = new Map<string, Cookie>();

  constructor(clock: Clock, isSecureOrigin: boolean) {
    this.#clock = clock;
    this.#isSecureOrigin = isSecureOrigin;
  }

  get size(): number {
    return this.#cookies.size;
  }

  clear(): void {
    this.#cookies.clear();
  }

  /** Takes in the `Set-Cookie` lines of one answer; what is malformed is dropped. */
  store(lines: readonly string[]): void {
    for (const line of lines) this.#storeLine(line);
  }

  /** The `Cookie` header for a request to this path, or undefined. */
  header(path: string): string | undefined {
    const pairs: string[] = [];
    for (const [name, cookie] of this.#cookies) {
      if (this.#isExpired(cookie)) this.#cookies.delete(name);
      else if (isBelow(path, cookie.path) && (!cookie.isSecure || this.#isSecureOrigin)) {
        pairs.push(`${name}=${cookie.value}`);
      }
    }
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }

  #storeLine(line: string): void {
    if (line.length > COOKIE_BYTES_MAX) return;
    const [pair = '', ...attributes] = line.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    const value = pair.slice(equals + 1).trim();
    if (!NAME.test(name) || !VALUE.test(value)) return;
    const cookie = this.#parse(value, attributes);
    this.#cookies.delete(name);
    if (this.#isExpired(cookie)) return;
    if (this.#cookies.size < COOKIES_MAX) this.#cookies.set(name, cookie);
  }

  #parse(value: string, attributes: readonly string[]): Cookie {
    let path = '/';
    let isSecure = false;
    let expiresMs: number | undefined;
    let maxAgeMs: number | undefined;
    for (const attribute of attributes) {
      const [key = '', ...rest] = attribute.split('=');
      const text = rest.join('=').trim();
      const lower = key.trim().toLowerCase();
      if (lower === 'path' && text.startsWith('/')) path = text;
      else if (lower === 'secure') isSecure = true;
      else if (lower === 'max-age' && /^-?\d{1,10}$/.test(text)) maxAgeMs = Number(text) * 1000;
      else if (lower === 'expires') expiresMs = dateOrUndefined(text);
    }
    // RFC 6265 §5.3: Max-Age wins over Expires.
    if (maxAgeMs !== undefined) expiresMs = this.#clock.now() + maxAgeMs;
    return { value, path, isSecure, expiresMs };
  }

  #isExpired(cookie: Cookie): boolean {
    return cookie.expiresMs !== undefined && cookie.expiresMs <= this.#clock.now();
  }
}

function dateOrUndefined(text: string): number | undefined {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** RFC 6265 §5.1.4. */
function isBelow(path: string, cookiePath: string): boolean {
  if (cookiePath === '/' || path === cookiePath) return true;
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}
