/**
 * HTTP to one origin: keep-alive connections, deadlines for connecting, for the first byte and for
 * each stretch of a body, credentials and cookies that never leave the origin, and a second try
 * where a request is safe to repeat. Everything that fails, fails as a `NuageError`.
 */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Pool, WebSocket, type Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import { NuageError, type ErrorDetails } from '../errors.js';
import {
  ANSWER_TIMEOUT_MS,
  CONNECTIONS_MAX,
  CONNECT_TIMEOUT_MS,
  ERROR_BODY_BYTES_MAX,
  KEEP_ALIVE_MS,
  RATE_WINDOW_BYTES_MIN,
  RATE_WINDOW_MS,
  REDIRECTS_MAX,
} from '../limits.js';
import type { Logger } from '../log.js';
import { HttpAnswer, type BodyRate } from './answer.js';
import { Bandwidth, type BandwidthLimits, UNLIMITED } from './bandwidth.js';
import { CookieJar } from './cookies.js';
import { parseDavError } from './error-body.js';
import { abortedError, fromNetworkError } from './network-error.js';
import { parseRetryAfter, pause, retryPauseMs } from './retry.js';
import { RequestCounters } from './request-counters.js';
import type { ServerAddress } from './server-address.js';
import { errorOfRefusal } from './status.js';
import { Tunnel } from './tunnel.js';

/**
 * Bytes, or pieces made anew for each try. The length is always sent: of a body without one, a
 * Nextcloud behind nginx stores 0 bytes.
 */
export interface RequestBody {
  readonly length: number;
  readonly pieces: () => Uint8Array | Iterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: string;
  /** Path-absolute, with its query. */
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Undefined for what must not be cut short. */
  readonly signal: AbortSignal | undefined;
  /** Gives it up while nothing of its body has left, where `signal` must not. */
  readonly unsentSignal?: AbortSignal;
  /** First byte of the answer, after the body has left. */
  readonly answerTimeoutMs?: number;
  /** Doing it twice is as good as once: tried again when the line breaks. */
  readonly isRepeatable: boolean;
  /** Neither password nor session goes with it: nobody knows yet who answers. */
  readonly isAnonymous?: boolean;
  /** Any other status is an error. */
  readonly expected: readonly number[];
  /** Path of the account, for error texts. */
  readonly path?: string | undefined;
}

export interface HttpOptions {
  readonly server: ServerAddress;
  readonly user: string;
  readonly password: string;
  /** PEM file of certificate authorities, in addition to those that Node trusts. */
  readonly caFile?: string | undefined;
  /** The server is reached through this HTTP proxy. */
  readonly proxy?: URL | undefined;
  /** None where it is left out. */
  readonly limits?: BandwidthLimits | undefined;
  readonly counters?: RequestCounters | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Shorter ones, for tests. */
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
}

export interface HttpTimeouts {
  readonly connectMs: number;
  /** In place of the answer time-out of every request. */
  readonly answerMs: number | undefined;
  readonly rate: BodyRate;
}

const USER_AGENT = 'nuage-mount';

const TIMEOUTS: HttpTimeouts = {
  connectMs: CONNECT_TIMEOUT_MS,
  answerMs: undefined,
  rate: { windowMs: RATE_WINDOW_MS, bytesMin: RATE_WINDOW_BYTES_MIN },
};

export class HttpClient {
  readonly server: ServerAddress;
  readonly #openPool: () => Pool;
  #pool: Pool;
  readonly #tunnel: Tunnel | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #timeouts: HttpTimeouts;
  readonly #bandwidth: Bandwidth;
  readonly #counters: RequestCounters;
  #login: readonly [user: string, password: string];
  readonly #jar: CookieJar;

  constructor(options: HttpOptions) {
    this.server = options.server;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#bandwidth = new Bandwidth(options.limits ?? UNLIMITED, options.clock);
    this.#counters = options.counters ?? new RequestCounters();
    this.#login = [options.user, options.password];
    const { origin } = options.server;
    this.#jar = new CookieJar(options.clock, origin.protocol === 'https:');
    const { caFile, proxy } = options;
    const tls = caFile === undefined ? {} : { ca: withCertificates(caFile) };
    const timeoutMs = this.#timeouts.connectMs;
    this.#tunnel = proxy === undefined ? undefined : new Tunnel({ proxy, timeoutMs, tls });
    const poolOptions = {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      connect: this.#tunnel?.connect ?? { timeout: timeoutMs, ...tls },
    };
    this.#openPool = () => new Pool(origin.origin, poolOptions);
    this.#pool = this.#openPool();
  }

  /** @returns the answer, of one of the expected statuses; its body is the caller's to read. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#attempt(request);
      } catch (error) {
        if (!(error instanceof NuageError) || !request.isRepeatable) throw error;
        const pauseMs = retryPauseMs(error, tries, this.#random);
        if (pauseMs === undefined) throw error;
        const { method, path } = request;
        this.#logger.debug('request goes again', { method, path, kind: error.kind, pauseMs });
        await pause(pauseMs, request.signal);
      }
    }
  }

  /** User name and password, for who may not send them as a header. */
  get login(): readonly [user: string, password: string] {
    return this.#login;
  }

  /** @throws kind `not-permitted` for any other server than ours. */
  openSocket(url: string): WebSocket {
    const { host, protocol } = new URL(url);
    const { origin } = this.server;
    if (host !== origin.host || protocol !== origin.protocol.replace('http', 'ws')) {
      throw new NuageError('not-permitted', 'a password goes to its own server only', {
        path: host,
      });
    }
    return new WebSocket(url, { dispatcher: this.#pool });
  }

  /** From the next request on; sessions of the old one are forgotten. */
  usePassword(user: string, password: string): void {
    this.#login = [user, password];
    this.#jar.clear();
  }

  /**
   * The line is another one: what is under way fails, or goes again where that is safe, without
   * waiting for connections that lead nowhere.
   */
  renewConnections(): void {
    const old = this.#pool;
    this.#pool = this.#openPool();
    old.destroy(new NuageError('offline', 'the network has changed')).catch(() => undefined);
  }

  /** What is under way fails; connections are closed. */
  async close(): Promise<void> {
    await this.#pool.destroy();
    await this.#tunnel?.close();
  }

  async #attempt(request: HttpRequest): Promise<HttpAnswer> {
    let { address } = request;
    let mayDropSession = true;
    for (let redirects = 0; ;) {
      const cookie = request.isAnonymous === true ? undefined : this.#jar.header(address);
      const answer = await this.#exchange(request, address, cookie);
      if (request.expected.includes(answer.status)) return answer;
      if (answer.status === 401 && cookie !== undefined && mayDropSession) {
        // The session may have ended; the password decides. Only once: servers count failures.
        mayDropSession = false;
        this.#jar.clear();
        await answer.discard();
      } else if (isRedirect(answer.status)) {
        redirects += 1;
        address = this.#redirectTarget(request, answer, redirects);
        await answer.discard();
      } else {
        throw await this.#refusal(request, answer);
      }
    }
  }

  async #exchange(
    request: HttpRequest,
    address: string,
    cookie: string | undefined,
  ): Promise<HttpAnswer> {
    const { method, body, signal, path } = request;
    const details: ErrorDetails = { op: method, path };
    if (signal?.aborted === true) throw abortedError(details);
    const headersTimeout = this.#timeouts.answerMs ?? request.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    const outgoing = await this.#bandwidth.outgoing(body, signal ?? request.unsentSignal);
    const options: Dispatcher.RequestOptions = {
      method,
      path: address,
      headers: this.#headers(request, cookie),
      body: outgoing,
      headersTimeout,
      bodyTimeout: this.#timeouts.answerMs ?? ANSWER_TIMEOUT_MS,
      signal: signal ?? null,
    };
    const counters = this.#counters;
    const begun = this.#clock.monotonic();
    try {
      const data = await this.#pool.request(options);
      counters.answered({
        method,
        status: data.statusCode,
        ms: this.#clock.monotonic() - begun,
        bytesUp: body?.length ?? 0,
      });
      const setCookie = data.headers['set-cookie'];
      if (setCookie !== undefined) {
        this.#jar.store(typeof setCookie === 'string' ? [setCookie] : setCookie);
      }
      const bandwidth = this.#bandwidth;
      const { rate } = this.#timeouts;
      return new HttpAnswer(data, { details, signal, rate, bandwidth, counters });
    } catch (error) {
      counters.failed(method);
      throw fromNetworkError(error, signal, details);
    }
  }

  #headers(request: HttpRequest, cookie: string | undefined): Record<string, string> {
    return {
      'user-agent': USER_AGENT,
      ...(request.isAnonymous === true ? {} : { authorization: basic(this.#login) }),
      // With a session cookie, a Nextcloud asks for this as a proof against forged requests.
      'ocs-apirequest': 'true',
      ...(cookie === undefined ? {} : { cookie }),
      ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
      ...request.headers,
    };
  }

  /** Only the path of a redirect is followed: host, port and scheme stay what the user typed. */
  #redirectTarget(request: HttpRequest, answer: HttpAnswer, redirects: number): string {
    const { origin } = this.server;
    const details = { op: request.method, path: request.path };
    const target = parseLocation(answer.header('location'), origin);
    if (target === undefined || target.hostname !== origin.hostname) {
      throw new NuageError('offline', 'something answers in place of the server', {
        ...details,
        hint:
          `It leads to ${target?.origin ?? 'nowhere'}: ` +
          'log in to this network, or use that address.',
      });
    }
    if (target.protocol === 'https:' && origin.protocol === 'http:') {
      throw new NuageError('protocol', 'the server wants https', {
        ...details,
        hint: `Use ${target.origin} as the address.`,
      });
    }
    if (redirects > REDIRECTS_MAX || !request.isRepeatable) {
      throw new NuageError('protocol', 'the server redirects without end or reason', details);
    }
    return target.pathname + target.search;
  }

  async #refusal(request: HttpRequest, answer: HttpAnswer): Promise<NuageError> {
    const { method, path } = request;
    if (answer.status < 300) {
      await answer.discard();
      return unexpectedAnswer(answer, { op: method, path });
    }
    let text = '';
    try {
      text = await answer.text(ERROR_BODY_BYTES_MAX);
    } catch (error) {
      // The status has been said; only an abort changes what the caller wants to know.
      if (error instanceof NuageError && error.kind === 'aborted') return error;
    }
    return errorOfRefusal({
      method,
      path,
      status: answer.status,
      error: parseDavError(text),
      isMaintenance: answer.header('x-nextcloud-maintenance-mode') === '1',
      retryAfterMs: parseRetryAfter(answer.header('retry-after'), this.#clock),
    });
  }
}

/** An answer that claims success but is not of the form that this request has. */
export function unexpectedAnswer(answer: HttpAnswer, details: ErrorDetails): NuageError {
  if (answer.isWebPage) {
    return new NuageError('offline', 'a web page came in place of an answer', {
      ...details,
      hint: 'Log in to this network first, or check the address of the server.',
    });
  }
  return new NuageError('protocol', `the answer (${answer.status}) is not what was asked`, details);
}

export function bytesBody(bytes: Uint8Array): RequestBody {
  return { length: bytes.length, pieces: () => bytes };
}

export function textBody(text: string): RequestBody {
  return bytesBody(Buffer.from(text, 'utf8'));
}

function basic([user, password]: readonly [user: string, password: string]): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function parseLocation(location: string | undefined, base: URL): URL | undefined {
  if (location === undefined) return undefined;
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

function withCertificates(file: string): string[] {
  const details = { op: 'read certificates', path: file };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = 'the file of certificates cannot be read';
    throw new NuageError('invalid-argument', message, { ...details, cause: error });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new NuageError('invalid-argument', 'there is no certificate in this file', details);
  }
  return [...rootCertificates, text];
}
