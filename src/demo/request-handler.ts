/** One request from its first byte to its last: faults, routing, the answer, the log. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Exchange } from './answer.js';
import { dav } from './dav-router.js';
import { DavError, errorBody } from './dav-error.js';
import type { FaultAction, Faults } from './faults.js';
import { loginFlow } from './login-flow.js';
import { ocs, statusPhp } from './ocs.js';
import { requestBody } from './paced-body.js';
import { drain } from './request-body.js';
import { LOGGED_HEADERS, type RequestLog } from './request-log.js';
import { breakAt, ConnectionGone, faultOf, respond } from './respond.js';
import type { NuageState } from './state.js';

export class RequestHandler {
  readonly #state: NuageState;
  readonly #faults: Faults;
  readonly #log: RequestLog;

  constructor(state: NuageState, faults: Faults, log: RequestLog) {
    this.#state = state;
    this.#faults = faults;
    this.#log = log;
  }

  /** Never rejects: what goes wrong is an answer, or the end of the connection. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = this.#state.clock.monotonic();
    const url = new URL(request.url ?? '/', 'http://localhost');
    const shownPath = decoded(url.pathname);
    const actions = this.#faults.match(request.method ?? 'GET', shownPath);
    const before = { in: request.socket.bytesRead, out: request.socket.bytesWritten };
    response.on('error', () => undefined);
    try {
      await this.#serve({ request, response, url, actions });
    } catch (error) {
      if (!(error instanceof ConnectionGone)) request.socket.destroy();
    }
    this.#log.add({
      method: request.method ?? '',
      path: shownPath,
      headers: loggedHeaders(request),
      status: response.headersSent ? response.statusCode : 0,
      receivedBytes: request.socket.bytesRead - before.in,
      sentBytes: request.socket.bytesWritten - before.out,
      ms: this.#state.clock.monotonic() - startedAt,
    });
  }

  async #serve({ request, response, url, actions }: Serving): Promise<void> {
    const { latencyMs } = this.#faults.network;
    const delay = latencyMs + (faultOf(actions, 'delay')?.ms ?? 0);
    if (delay > 0) await pause(delay);
    breakAt(actions, 'before', response);
    const body = requestBody(request, actions, this.#faults.network);
    const rewrites = faultOf(actions, 'rewrite') !== undefined;
    const headers = rewrites ? { ...request.headers, 'accept-encoding': '' } : request.headers;
    const exchange: Exchange = {
      state: this.#state,
      request,
      method: request.method ?? 'GET',
      headers,
      rawPath: rawPathOf(request),
      query: url.searchParams,
      body,
      origin: `http://${request.headers.host ?? 'localhost'}`,
    };
    const answer = await this.#answer(exchange, actions);
    try {
      breakAt(actions, 'answer', response);
      await respond(response, answer, actions, this.#faults.network);
    } finally {
      answer.release?.();
    }
  }

  async #answer(exchange: Exchange, actions: readonly FaultAction[]): Promise<Answer> {
    const made = faultOf(actions, 'respond');
    if (made !== undefined) {
      await drain(exchange.body);
      const body =
        made.bodyBase64 === undefined ? (made.body ?? '') : Buffer.from(made.bodyBase64, 'base64');
      return { status: made.status, headers: made.headers, body };
    }
    try {
      return await route(exchange);
    } catch (error) {
      return errorAnswer(exchange, error);
    }
  }
}

interface Serving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly actions: readonly FaultAction[];
}

async function route(exchange: Exchange): Promise<Answer> {
  for (const account of exchange.state.accounts.values()) account.watch.applyChanges();
  const length = Number(exchange.headers['content-length'] ?? 0);
  if (length > exchange.state.settings.bodyBytesMax) return tooLarge();
  const path = exchange.rawPath.replace(/^\/index\.php/, '');
  if (path.startsWith('/remote.php/')) return dav(exchange, path.slice('/remote.php'.length));
  if (path === '/status.php') return statusPhp(exchange);
  const ocsPath = /^\/ocs\/v[12]\.php(\/.*)$/.exec(path)?.[1];
  if (ocsPath !== undefined) return ocs(exchange, ocsPath);
  const login = await loginFlow(exchange, path);
  if (login !== undefined) return login;
  await drain(exchange.body);
  if (path === '/core/preview') return { status: 404, body: '[]' };
  return htmlPage(404, 'Page introuvable');
}

/** nginx answers before the body and closes. */
function tooLarge(): Answer {
  const page = htmlPage(413, '413 Request Entity Too Large');
  return { ...page, headers: { ...page.headers, connection: 'close' } };
}

function htmlPage(status: number, title: string): Answer {
  const headers = { 'content-type': 'text/html; charset=UTF-8' };
  return { status, headers, body: `<html><head><title>${title}</title></head></html>` };
}

async function errorAnswer(exchange: Exchange, error: unknown): Promise<Answer> {
  // A broken connection has nobody to answer.
  if (exchange.request.socket.destroyed) throw new ConnectionGone('aborted');
  await drain(exchange.body);
  const dav = error instanceof DavError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const headers = { 'content-type': 'application/xml; charset=utf-8', ...dav?.headers };
  const body = errorBody(dav?.exception ?? 'Exception', dav?.message ?? message);
  return { status: dav?.status ?? 500, headers, body };
}

/** Not through `URL`, which would resolve `%2e%2e`. */
function rawPathOf(request: IncomingMessage): string {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/]*/i, '');
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function loggedHeaders(request: IncomingMessage): Record<string, string> {
  const logged: Record<string, string> = {};
  for (const name of LOGGED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') logged[name] = value;
  }
  return logged;
}
