/**
 * The four cookies that a Nextcloud hands out. Sending them back authenticates alone and spares
 * the server the creation of a session.
 */
import { randomBytes } from 'node:crypto';
import { DEMO_SESSIONS_MAX } from '../limits.js';
import { header, type Exchange } from './answer.js';
import type { Account } from './account.js';

const FOR_EVER = 'expires=Fri, 31-Dec-2100 23:59:59 GMT';

export interface Session {
  readonly account: Account;
  /** What authenticated first: revoking it ends the session. */
  readonly password: string;
}

export class Sessions {
  readonly #cookieName: string;
  readonly #sessions = new Map<string, Session>();

  constructor(instanceId: string) {
    this.#cookieName = instanceId;
  }

  /** The session that the request's cookies speak of. */
  find(exchange: Exchange): Session | undefined {
    const cookies = header(exchange, 'cookie') ?? '';
    const value = new RegExp(`(?:^|;\\s*)${this.#cookieName}=([^;]+)`).exec(cookies)?.[1];
    return value === undefined ? undefined : this.#sessions.get(value);
  }

  /** Returns the `Set-Cookie` headers of a new session. */
  start(session: Session): string[] {
    if (this.#sessions.size >= DEMO_SESSIONS_MAX) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    const id = randomBytes(13).toString('hex');
    this.#sessions.set(id, session);
    const phrase = encodeURIComponent(randomBytes(96).toString('base64'));
    return [
      `oc_sessionPassphrase=${phrase}; path=/; HttpOnly; SameSite=Lax`,
      `nc_sameSiteCookielax=true; path=/; httponly;${FOR_EVER}; SameSite=lax`,
      `nc_sameSiteCookiestrict=true; path=/; httponly;${FOR_EVER}; SameSite=strict`,
      `${this.#cookieName}=${id}; path=/; HttpOnly; SameSite=Lax`,
    ];
  }

  endAllOf(password: string): void {
    for (const [id, session] of this.#sessions) {
      if (session.password === password) this.#sessions.delete(id);
    }
  }
}
