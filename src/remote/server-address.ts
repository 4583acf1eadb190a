/**
 * The address that the user typed: which scheme, host and base path a mount speaks to. URLs that
 * the server gives are never followed elsewhere: a Nextcloud behind a proxy loses the port, and a
 * hostile one would like to see our password.
 */
import { NuageError } from '../errors.js';

export interface ServerAddress {
  /** Scheme, host and port; the path is `/`. */
  readonly origin: URL;
  /** Base path of the Nextcloud, decoded: `['nextcloud']`, mostly empty. */
  readonly segments: readonly string[];
}

/** Pages of a Nextcloud that people copy from their browser instead of its address. */
const PAGE_SEGMENTS: ReadonlySet<string> = new Set([
  'index.php',
  'remote.php',
  'status.php',
  'apps',
  'login',
  'ocs',
  'public.php',
  'settings',
  's',
  'f',
  'u',
  'call',
]);

/**
 * @param text what the user typed; `https://` is assumed where no scheme is given.
 * @throws kind `invalid-argument`.
 */
export function parseServerAddress(
  text: string,
  options: { readonly allowInsecure: boolean },
): ServerAddress {
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url === undefined) throw refused('this is not the address of a server');
  if (url.username !== '' || url.password !== '') {
    throw refused('the address must hold neither user name nor password');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused('the address must begin with https://');
  }
  if (url.protocol === 'http:' && !options.allowInsecure && !isLoopback(url.hostname)) {
    throw refused('http:// would send the password unprotected', 'Use https://.');
  }
  return { origin: new URL('/', url), segments: baseSegments(url.pathname) };
}

/** Path-absolute address of a page of this Nextcloud, such as `status.php`. */
export function pageAddress(server: ServerAddress, page: string): string {
  return `${server.segments.map((segment) => `/${encodeURIComponent(segment)}`).join('')}/${page}`;
}

/** A URL that the server gave, with the scheme's family kept but our own host and port. */
export function rebased(server: ServerAddress, given: string): URL | undefined {
  const url = parseUrl(given);
  if (url === undefined) return undefined;
  const isSecure = server.origin.protocol === 'https:';
  const isSocket = url.protocol === 'ws:' || url.protocol === 'wss:';
  const scheme = (isSocket ? 'ws' : 'http') + (isSecure ? 's' : '');
  return parseUrl(`${scheme}://${server.origin.host}${url.pathname}${url.search}`);
}

function baseSegments(pathname: string): string[] {
  const segments: string[] = [];
  for (const raw of pathname.split('/')) {
    if (raw === '') continue;
    const segment = decodeURIComponent(raw);
    if (PAGE_SEGMENTS.has(segment)) break;
    segments.push(segment);
  }
  return segments;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

function refused(message: string, hint?: string): NuageError {
  return new NuageError('invalid-argument', message, { op: 'server address', hint });
}
