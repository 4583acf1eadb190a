/** Who asks: Basic credentials (login or app password) or the cookies of a session. */
import { DavError } from './dav-error.js';
import { header, type Exchange } from './answer.js';
import type { Account } from './account.js';

/** After so many wrong passwords the right one is refused as well. */
const WRONG_PASSWORDS_MAX = 11;

export interface Identity {
  readonly account: Account;
  readonly password: string;
  /** Cookies to hand out with the answer. */
  readonly setCookies: readonly string[];
}

/** Throws 401, or 429 where brute force protection is on. */
export function authenticate(exchange: Exchange): Identity {
  const { state } = exchange;
  const session = state.sessions.find(exchange);
  const credentials = basicCredentials(header(exchange, 'authorization'));
  if (credentials === undefined) {
    if (session === undefined) throw unauthenticated('No public access to this resource.');
    return { ...session, setCookies: [] };
  }
  if (state.settings.bruteForceProtection && state.failedLogins >= WRONG_PASSWORDS_MAX) {
    throw new DavError(429, 'OCA\\DAV\\Connector\\Sabre\\Exception\\TooManyRequests', '');
  }
  const { name, password } = credentials;
  const account = state.accounts.get(name.toLowerCase());
  if (account?.acceptsPassword(password) !== true) {
    state.failedLogins += 1;
    throw unauthenticated('Username or password was incorrect');
  }
  if (session?.account === account) return { account, password, setCookies: [] };
  return { account, password, setCookies: state.sessions.start({ account, password }) };
}

function basicCredentials(
  value: string | undefined,
): { readonly name: string; readonly password: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return { name: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function unauthenticated(message: string): DavError {
  return new DavError(401, 'Sabre\\DAV\\Exception\\NotAuthenticated', message, {
    'www-authenticate': 'Basic realm="Nextcloud", charset="UTF-8"',
  });
}
