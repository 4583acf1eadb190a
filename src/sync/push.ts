/**
 * Listens to the server where it offers to tell of changes (`notify_push`). It promises nothing: it
 * may be away, or silent while something changes, so the poll goes on, less often.
 */
import type { NuageError } from '../errors.js';
import { PUSH_RETRY_FIRST_MS, PUSH_RETRY_MS_MAX } from '../limits.js';
import type { EffectId } from '../remote/messages.js';
import type { PushNews } from '../remote/remote.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';

export interface PushHooks {
  /** 0 to 1. */
  readonly random: () => number;
  /** Something has changed, or may have while nobody listened. */
  readonly changed: () => void;
}

export class Push {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #hooks: PushHooks;
  #url: string | undefined;
  #effect: EffectId | undefined;
  #isReady = false;
  #retryMs = PUSH_RETRY_FIRST_MS;

  constructor(context: SyncContext, connection: Connection, hooks: PushHooks) {
    this.#context = context;
    this.#connection = connection;
    this.#hooks = hooks;
    connection.onChange((online) => {
      // A line that has silently gone is noticed by others first.
      if (!online && this.#effect !== undefined) context.effects.abort(this.#effect);
      if (online) this.#listenIn(0);
    });
  }

  /** The server tells of changes by itself. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** @param url where the server offers it; undefined where it does not. */
  learn(url: string | undefined): void {
    if (url === this.#url && this.#effect !== undefined) return;
    this.#url = url;
    if (this.#effect !== undefined) this.#context.effects.abort(this.#effect);
    this.#retryMs = PUSH_RETRY_FIRST_MS;
    this.#listenIn(0);
  }

  /** A line that leads nowhere any more would stay silent for ever. */
  renew(): void {
    if (this.#effect !== undefined) this.#context.effects.abort(this.#effect);
    this.#retryMs = PUSH_RETRY_FIRST_MS;
  }

  #listenIn(delayMs: number): void {
    this.#context.timers.set('push', delayMs, () => this.#listen());
  }

  #listen(): void {
    const url = this.#url;
    if (url === undefined || this.#effect !== undefined || !this.#connection.online) return;
    this.#effect = this.#context.effects.start(
      { op: 'listen', url },
      {
        pushed: (news) => this.#heard(news),
        done: () => undefined,
        failed: (error) => this.#ended(error),
      },
    );
  }

  #heard(news: PushNews): void {
    if (news === 'ready') {
      this.#isReady = true;
      this.#retryMs = PUSH_RETRY_FIRST_MS;
      this.#context.logger.info('the server tells of changes by itself');
    }
    this.#hooks.changed();
  }

  #ended({ kind, message }: NuageError): void {
    this.#effect = undefined;
    if (this.#isReady) this.#context.logger.info('the server tells nothing now', { kind, message });
    this.#isReady = false;
    // A refused login is never tried again by itself: the server locks out whoever guesses.
    if (kind === 'unauthenticated') return;
    const jitter = 0.5 + this.#hooks.random();
    this.#listenIn(this.#retryMs * jitter);
    this.#retryMs = Math.min(this.#retryMs * 2, PUSH_RETRY_MS_MAX);
  }
}
