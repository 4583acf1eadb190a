/**
 * Online or offline, learned from the outcome of every effect. Where somebody waits and nothing
 * comes, the root's ETag is asked for, so that all others learn soon of a server that says nothing.
 * While offline, one probe at a time asks for it, with growing pauses; its success resumes all.
 */
import { type ErrorKind, LINE_FAILURES, NuageError } from '../errors.js';
import {
  OFFLINE_PROBE_FIRST_MS,
  OFFLINE_PROBE_MS_MAX,
  SILENCE_ASK_MS,
  SILENT_READ_MS,
} from '../limits.js';
import type { SyncContext } from './context.js';

/** Of the line's failures, those that say nothing of it now when told of an outage that is over. */
const LATE_FAILURES: ReadonlySet<ErrorKind> = new Set(['offline', 'timeout']);

export type ConnectionListener = (online: boolean) => void;

export class Connection {
  readonly #context: SyncContext;
  readonly #listeners: ConnectionListener[] = [];
  #reason: NuageError | undefined;
  #since: number;
  /** Monotonic: when the last outage was over. */
  #backAt = -Infinity;
  #probeDelayMs = OFFLINE_PROBE_FIRST_MS;
  #isAsking = false;

  constructor(context: SyncContext) {
    this.#context = context;
    this.#since = context.clock.now();
    context.effects.onOutcome((error, heardAt) => this.#learn(error, heardAt));
    context.effects.onAwaitedRead(() => this.#lookIn(SILENCE_ASK_MS));
  }

  get online(): boolean {
    return this.#reason === undefined;
  }

  /** Milliseconds since the epoch of the last change. */
  get since(): number {
    return this.#since;
  }

  get reason(): NuageError | undefined {
    return this.#reason;
  }

  onChange(listener: ConnectionListener): void {
    this.#listeners.push(listener);
  }

  /** @throws kind `offline` while the server is known to be away. */
  requireOnline(path: string | undefined): void {
    if (this.#reason === undefined) return;
    throw new NuageError('offline', 'the server cannot be reached and this is not cached', {
      path,
      cause: this.#reason,
    });
  }

  startOffline(reason: NuageError): void {
    this.#goOffline(reason);
  }

  /** Whatever stood in the way may be gone: a new password, a network. Asks now, and once. */
  askAgain(): void {
    if (this.#reason === undefined) return;
    this.#probeDelayMs = OFFLINE_PROBE_FIRST_MS;
    this.#context.timers.clear('probe');
    this.#probe();
  }

  #learn(error: NuageError | undefined, heardAt: number): void {
    if (error === undefined || !LINE_FAILURES.has(error.kind)) {
      // Any answer of the server, even a refusal, shows that it is there.
      if (error === undefined || error.kind !== 'aborted') this.#goOnline();
      return;
    }
    if (LATE_FAILURES.has(error.kind) && heardAt < this.#backAt) return;
    // One request is slow: the server has brought something else meanwhile.
    if (error.kind === 'timeout' && heardAt < this.#context.effects.heardAt) return;
    this.#goOffline(error);
  }

  #goOnline(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#backAt = this.#context.clock.monotonic();
    this.#since = this.#context.clock.now();
    this.#probeDelayMs = OFFLINE_PROBE_FIRST_MS;
    this.#context.timers.clear('probe');
    this.#context.logger.info('online again');
    for (const listener of this.#listeners) listener(true);
  }

  #goOffline(reason: NuageError): void {
    const wasOnline = this.#reason === undefined;
    this.#reason = reason;
    // A refused login is never tried again by itself: the server locks out whoever guesses.
    if (reason.kind !== 'unauthenticated') {
      this.#context.timers.setIfSooner('probe', this.#probeDelayMs, () => this.#probe());
    }
    if (!wasOnline) return;
    this.#since = this.#context.clock.now();
    this.#context.logger.warn('offline', { kind: reason.kind, reason: reason.message });
    this.#lookForSilence();
    for (const listener of this.#listeners) listener(false);
  }

  #probe(): void {
    this.#probeDelayMs = Math.min(this.#probeDelayMs * 2, OFFLINE_PROBE_MS_MAX);
    this.#ask();
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const ended = (): void => void (this.#isAsking = false);
    this.#context.effects.start({ op: 'root-state' }, { done: ended, failed: ended });
  }

  #lookIn(delayMs: number): void {
    this.#context.timers.setIfSooner('silence', delayMs, () => this.#lookForSilence());
  }

  /** As long as somebody waits. Who does, offline, asks again when it is given up, and is told. */
  #lookForSilence(): void {
    const { effects } = this.#context;
    const silentMs = effects.longestSilenceMs;
    if (silentMs === undefined) return;
    if (!this.online) effects.abortSilentReads(SILENT_READ_MS);
    else if (silentMs >= SILENCE_ASK_MS) this.#ask();
    this.#lookIn(this.online ? SILENCE_ASK_MS : SILENT_READ_MS);
  }
}
