/**
 * One answer of the server: status, headers, and a body that is read at most once, under a minimum
 * rate, so that a drip of bytes cannot hold a waiter for ever.
 */
import { DISCARD_BYTES_MAX } from '../limits.js';
import type { Dispatcher } from 'undici';
import { NuageError, type ErrorDetails } from '../errors.js';
import type { Bandwidth } from './bandwidth.js';
import { bufferPassed } from './buffer-garbage.js';
import { fromNetworkError } from './network-error.js';
import type { RequestCounters } from './request-counters.js';

export interface BodyRate {
  /** A window in which fewer than `bytesMin` arrive while we wait ends the answer. */
  readonly windowMs: number;
  readonly bytesMin: number;
}

export interface AnswerContext {
  readonly details: ErrorDetails;
  readonly signal: AbortSignal | undefined;
  readonly rate: BodyRate;
  readonly bandwidth: Bandwidth;
  readonly counters: RequestCounters;
}

export class HttpAnswer {
  readonly status: number;
  readonly #data: Dispatcher.ResponseData;
  readonly #context: AnswerContext;

  constructor(data: Dispatcher.ResponseData, context: AnswerContext) {
    this.status = data.statusCode;
    this.#data = data;
    this.#context = context;
  }

  /** First value of a header. @param name in lower case. */
  header(name: string): string | undefined {
    const value = this.#data.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  /**
   * A web page where DAV or JSON was expected: a portal or a proxy answers in the server's place.
   */
  get isWebPage(): boolean {
    return /^\s*text\/html\b/i.test(this.header('content-type') ?? '');
  }

  get contentLength(): number | undefined {
    const text = this.header('content-length');
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** @throws kinds `offline` for a cut body, `timeout` for a drip, `aborted`. */
  async *body(): AsyncGenerator<Buffer, void, undefined> {
    const { body } = this.#data;
    const { rate, signal, details, bandwidth, counters } = this.#context;
    let received = 0;
    let isWaiting = true;
    const watch = setInterval(() => {
      if (isWaiting && received < rate.bytesMin) {
        body.destroy(new NuageError('timeout', 'the server sends too slowly', details));
      }
      received = 0;
    }, rate.windowMs);
    try {
      for await (const chunk of body) {
        isWaiting = false;
        const bytes = chunk as Buffer;
        received += bytes.length;
        counters.bytesDown += bytes.length;
        bufferPassed(bytes.length);
        await bandwidth.incoming(bytes.length, signal);
        yield bytes;
        isWaiting = true;
      }
    } catch (error) {
      throw fromNetworkError(error, signal, details);
    } finally {
      clearInterval(watch);
    }
  }

  /** The whole body as text. @throws kind `protocol` beyond `bytesMax`. */
  async text(bytesMax: number): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of this.body()) {
      size += piece.length;
      if (size > bytesMax) {
        throw new NuageError('protocol', 'the answer is larger than any sane one', {
          ...this.#context.details,
        });
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Reads past a body that nobody wants, or drops the connection where it is long. */
  async discard(): Promise<void> {
    try {
      await this.#data.body.dump({ limit: DISCARD_BYTES_MAX });
    } catch {
      // The answer's head is all that was wanted, and we have it.
    }
  }
}
