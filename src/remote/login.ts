/**
 * How a client gets an app password, and gives it back: the login flow v2 of Nextcloud, in which
 * the user logs in on a page of the server, and never tells us the password of the account.
 */
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import { JSON_BODY_BYTES_MAX, LOGIN_TOKEN_CHARS_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import { checkServer } from './account.js';
import type { HttpAnswer } from './answer.js';
import { HttpClient, textBody, unexpectedAnswer } from './http.js';
import { objectAt, stringAt, type Json } from './json.js';
import { pageAddress, parseServerAddress, rebased } from './server-address.js';

export interface LoginOptions {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly proxy: URL | undefined;
  readonly allowInsecure: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface Granted {
  readonly user: string;
  readonly password: string;
}

export interface LoginFlow {
  /** For the browser. */
  readonly page: string;
  /** Undefined as long as the user has not answered there. Brings the password once. */
  poll(signal: AbortSignal): Promise<Granted | undefined>;
}

const FLOW = 'index.php/login/v2';
const OWN_PASSWORD = 'ocs/v2.php/core/apppassword';

export class LoginClient {
  readonly #http: HttpClient;

  /** @throws kind `invalid-argument` for an address or certificates that cannot be used. */
  constructor(options: LoginOptions) {
    this.#http = clientFor(options, { user: '', password: '' });
  }

  /**
   * @param client what the page, and later the list of app passwords, calls us.
   * @throws where no Nextcloud stands there, or it is not at work.
   */
  async begin(client: string, signal: AbortSignal): Promise<LoginFlow> {
    await checkServer(this.#http, signal);
    const answer = await this.#post(FLOW, '', { 'user-agent': client }, signal);
    const begun = await jsonOf(answer);
    const poll = objectAt(begun, 'poll') ?? {};
    const token = stringAt(poll, 'token');
    // The server may leave its port out of what it gives: ours is the one that is known to work.
    const page = rebased(this.#http.server, stringAt(begun, 'login') ?? '');
    const endpoint = rebased(this.#http.server, stringAt(poll, 'endpoint') ?? '');
    if (token === undefined || page === undefined || endpoint === undefined) {
      throw new NuageError('protocol', 'the server does not offer to log in', { op: 'login' });
    }
    const address = endpoint.pathname + endpoint.search;
    return { page: page.href, poll: (given) => this.#poll(address, token, given) };
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #poll(address: string, token: string, signal: AbortSignal): Promise<Granted | undefined> {
    const body = new URLSearchParams({ token }).toString();
    const answer = await this.#send(address, body, {}, signal);
    if (answer.status === 404) {
      await answer.discard();
      return undefined;
    }
    const granted = await jsonOf(answer);
    const user = stringAt(granted, 'loginName');
    const password = stringAt(granted, 'appPassword');
    if (!isToken(user) || !isToken(password)) {
      throw new NuageError('protocol', 'the server gives no password', { op: 'login' });
    }
    return { user, password };
  }

  #post(
    page: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    return this.#send(pageAddress(this.#http.server, page), body, headers, signal);
  }

  /** Not repeated by itself: a granted password is told once. */
  #send(
    address: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    return this.#http.send({
      method: 'POST',
      address,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: textBody(body),
      signal,
      isRepeatable: false,
      isAnonymous: true,
      expected: [200, 404],
    });
  }
}

/**
 * The server forgets this app password.
 * @throws kind `unauthenticated` where it knows it no longer, or it is that of the account itself.
 */
export async function revokeAppPassword(
  options: LoginOptions,
  { user, password }: Granted,
  signal: AbortSignal,
): Promise<void> {
  const http = clientFor(options, { user, password });
  try {
    const answer = await http.send({
      method: 'DELETE',
      address: pageAddress(http.server, OWN_PASSWORD),
      signal,
      isRepeatable: false,
      expected: [200],
    });
    await answer.discard();
  } finally {
    await http.close();
  }
}

function clientFor({ url, allowInsecure, ...rest }: LoginOptions, who: Granted): HttpClient {
  const server = parseServerAddress(url, { allowInsecure });
  return new HttpClient({ server, ...rest, ...who, random: Math.random });
}

async function jsonOf(answer: HttpAnswer): Promise<Json> {
  const details = { op: 'login' };
  if (answer.status !== 200 || answer.isWebPage) {
    await answer.discard();
    throw unexpectedAnswer(answer, details);
  }
  const text = await answer.text(JSON_BODY_BYTES_MAX);
  try {
    const parsed = objectAt({ parsed: JSON.parse(text) as unknown }, 'parsed');
    if (parsed !== undefined) return parsed;
  } catch {
    // Said below, without the text: it may hold a password.
  }
  throw new NuageError('protocol', 'the answer is no JSON', details);
}

function isToken(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= LOGIN_TOKEN_CHARS_MAX;
}
