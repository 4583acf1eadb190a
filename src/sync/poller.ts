/**
 * Watches the server by the root's ETag: a change anywhere below changes it (D7). A changed root
 * is listed again, and the merge descends into the folders whose ETag differs. A mount that nobody
 * uses is asked about less and less often; its next use asks at once.
 */
import { ROOT_INO } from '../cache/node.js';
import { POLL_JITTER_SHARE } from '../limits.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { Lister } from './lister.js';
import { pollDelayMs } from './poll-delay.js';

export class Poller {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #lister: Lister;
  readonly #intervalMs: number;
  readonly #random: () => number;
  #isAsking = false;
  #usedAt: number;
  #askedAt: number;

  constructor(
    context: SyncContext,
    parts: { connection: Connection; lister: Lister },
    options: { intervalMs: number; random: () => number },
  ) {
    this.#context = context;
    this.#connection = parts.connection;
    this.#lister = parts.lister;
    this.#intervalMs = options.intervalMs;
    this.#random = options.random;
    this.#usedAt = context.clock.monotonic();
    this.#askedAt = this.#usedAt;
    this.#connection.onChange((online) => {
      if (online) this.pollNow();
    });
  }

  start(): void {
    this.pollNow();
  }

  /** Somebody looks at the mount: what is shown must not be older than one interval. */
  used(): void {
    const { clock, timers } = this.#context;
    const now = clock.monotonic();
    this.#usedAt = now;
    const latest = this.#askedAt + this.#intervalMs * (1 + POLL_JITTER_SHARE);
    timers.setIfSooner('poll', Math.max(0, latest - now), () => this.pollNow());
  }

  pollNow(): void {
    this.#askedAt = this.#context.clock.monotonic();
    this.#schedule();
    if (this.#isAsking || !this.#connection.online) return;
    this.#isAsking = true;
    this.#context.effects.start(
      { op: 'root-etag' },
      {
        done: (etag) => {
          this.#isAsking = false;
          if (this.#context.tree.get(ROOT_INO)?.listedEtag !== etag) this.#lister.refresh(ROOT_INO);
        },
        failed: () => {
          this.#isAsking = false;
        },
      },
    );
  }

  /** With jitter, so that a class of computers started together does not ask together. */
  #schedule(): void {
    const jitter = 1 + POLL_JITTER_SHARE * (2 * this.#random() - 1);
    const quietMs = this.#askedAt - this.#usedAt;
    const delayMs = pollDelayMs(this.#intervalMs, quietMs) * jitter;
    this.#context.timers.set('poll', delayMs, () => this.pollNow());
  }
}
