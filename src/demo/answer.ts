/** What a handler returns. Nothing is on the wire before respond.ts writes it. */
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Account } from './account.js';
import type { NuageState } from './state.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Runs once the body is sent or the connection is gone: releases locks and descriptors. */
  readonly release?: (() => void) | undefined;
}

/** One request, with its path already taken apart. */
export interface Exchange {
  readonly state: NuageState;
  readonly request: IncomingMessage;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent, without the query. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  /** The request body; paced when a bandwidth is set. */
  readonly body: Readable;
  /** Scheme, host and port as the client addressed this server. */
  readonly origin: string;
}

/** A request of a known user on one of the DAV trees. */
export interface DavExchange extends Exchange {
  readonly account: Account;
  /** Decoded, below the user's root of the tree at hand. */
  readonly path: string;
}

export type DavHandler = (exchange: DavExchange) => Promise<Answer> | Answer;

export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function xmlAnswer(status: number, body: string | Uint8Array): Answer {
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}

export function jsonAnswer(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(value).replaceAll('/', '\\/') };
}
