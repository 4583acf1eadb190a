/**
 * Watches the server by the root's ETag: a change anywhere below changes it (D7). A changed root is
 * listed again, and the merge descends into the folders whose ETag differs; at a start a survey
 * goes before. A mount that nobody uses is asked about less and less often; its next use asks at
 * once. Where the server tells of changes by itself, the poll is only a safety net.
 */
import { ROOT_INO } from '../cache/node.js';
import { POLL_IDLE_MS_MAX, POLL_JITTER_SHARE, PUSH_POLL_PAUSE_MS } from '../limits.js';
import type { RootState } from '../remote/remote.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { Lister } from './lister.js';
import type { Missing } from './missing.js';
import { pollDelayMs } from './poll-delay.js';
import type { Survey } from './survey.js';

export interface PollerParts {
  readonly connection: Connection;
  readonly lister: Lister;
  readonly missing: Missing;
  readonly survey: Survey;
  /** The server tells of changes by itself. */
  readonly isTold: () => boolean;
  /** The root is as it was last seen. */
  readonly agreed: () => void;
}

/** Of the server's data, as last seen. */
const FINGERPRINT_KEY = 'server.fingerprint';

export class Poller {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #parts: PollerParts;
  readonly #intervalMs: number;
  readonly #random: () => number;
  #isAsking = false;
  #usedAt: number;
  #askedAt: number;

  constructor(
    context: SyncContext,
    parts: PollerParts,
    options: { intervalMs: number; random: () => number },
  ) {
    this.#context = context;
    this.#connection = parts.connection;
    this.#parts = parts;
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
    if (this.#parts.isTold()) return;
    const now = clock.monotonic();
    this.#usedAt = now;
    const latest = this.#askedAt + this.#intervalMs * (1 + POLL_JITTER_SHARE);
    timers.setIfSooner('poll', Math.max(0, latest - now), () => this.pollNow());
  }

  /** The server says that something has changed: once more after a moment, if it says so often. */
  told(): void {
    const { clock, timers } = this.#context;
    const earliest = this.#askedAt + PUSH_POLL_PAUSE_MS;
    timers.setIfSooner('poll', Math.max(0, earliest - clock.monotonic()), () => this.pollNow());
  }

  pollNow(): void {
    this.#askedAt = this.#context.clock.monotonic();
    this.#schedule();
    if (this.#isAsking || !this.#connection.online) return;
    this.#isAsking = true;
    this.#context.effects.start(
      { op: 'root-state' },
      {
        done: (state) => {
          this.#isAsking = false;
          this.#compare(state);
        },
        failed: () => {
          this.#isAsking = false;
        },
      },
    );
  }

  #compare({ etag, fingerprint }: RootState): void {
    const { tree } = this.#context;
    const { lister, survey } = this.#parts;
    const isRestored = this.#isOtherData(fingerprint);
    const known = tree.get(ROOT_INO)?.listedEtag;
    if (known === etag && !isRestored) {
      survey.isNotNeeded();
      this.#parts.agreed();
      return;
    }
    const listRoot = (): void => lister.refresh(ROOT_INO);
    if (known === undefined || !survey.begin(listRoot)) listRoot();
  }

  /** The server was restored from a backup: what it lacks is not believed at once. */
  #isOtherData(fingerprint: string): boolean {
    const { tree, logger } = this.#context;
    const known = tree.getMeta(FINGERPRINT_KEY);
    if (known === fingerprint) return false;
    tree.setMeta(FINGERPRINT_KEY, fingerprint);
    if (known === undefined) return false;
    logger.warn('the server was restored from a backup; all of it is compared');
    this.#parts.missing.confirmNext();
    return true;
  }

  /** With jitter, so that a class of computers started together does not ask together. */
  #schedule(): void {
    const jitter = 1 + POLL_JITTER_SHARE * (2 * this.#random() - 1);
    const quietMs = this.#askedAt - this.#usedAt;
    const intervalMs = this.#parts.isTold() ? POLL_IDLE_MS_MAX : this.#intervalMs;
    const delayMs = pollDelayMs(intervalMs, quietMs) * jitter;
    this.#context.timers.set('poll', delayMs, () => this.pollNow());
  }
}
