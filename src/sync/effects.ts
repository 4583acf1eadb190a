/**
 * The engine's side of the effects: starts them, remembers who asked, hands each event to them.
 * An effect ends exactly once, by `done` or `failed`, also when it is aborted.
 */
import { assert } from '../assert.js';
import type { Clock } from '../clock.js';
import { type ErrorKind, fromErrorRecord, NuageError } from '../errors.js';
import type {
  Effect,
  EffectEvent,
  EffectId,
  EffectRequest,
  EffectResults,
} from '../remote/messages.js';
import type { PushNews, RemoteEntry } from '../remote/remote.js';

export interface EffectObserver<Op extends Effect['op']> {
  done(result: EffectResults[Op]): void;
  failed(error: NuageError): void;
  entries?(entries: readonly RemoteEntry[]): void;
  fetched?(upTo: number): void;
  sent?(bytes: number): void;
  /** The bytes are sent when this has returned. */
  hashed?(checksum: string): void;
  pushed?(news: PushNews): void;
}

type AnyObserver = EffectObserver<'list'>;

interface Running {
  readonly effect: Effect;
  readonly observer: AnyObserver;
  /** Monotonic: when it was started, or when something of its answer came last. */
  heardAt: number;
}

/**
 * Told of every outcome of the server, before the observer: who decides on online and offline.
 * @param heardAt monotonic: when something of this effect was heard before, or it was started.
 */
export type OutcomeListener = (error: NuageError | undefined, heardAt: number) => void;

/** Too large a tree makes a healthy server fail: an ordinary request will tell how it is. */
const SIZE_FAILURES: ReadonlySet<ErrorKind> = new Set(['timeout', 'offline', 'server']);

/** Go no further than the disk of this machine. */
const LOCAL: ReadonlySet<Effect['op']> = new Set(['sync-files', 'check-blocks', 'hash-file']);

function speaksOfServer(effect: Effect, error: NuageError | undefined): boolean {
  if (LOCAL.has(effect.op) || effect.op === 'listen') return false;
  const isLarge =
    effect.op === 'list-folders' || (effect.op === 'list' && effect.depth === 'infinity');
  return !isLarge || error === undefined || !SIZE_FAILURES.has(error.kind);
}

/** Bytes that are hashed or sent leave this machine, and no more is known of them. */
function isFromServer({ type }: EffectEvent, { op }: Effect): boolean {
  return type !== 'sent' && type !== 'hashed' && type !== 'failed' && !LOCAL.has(op);
}

/** What operations wait for, and ask for again when it was given up. */
function isAwaitedRead(effect: Effect): boolean {
  if (effect.op === 'list') return effect.depth !== 'infinity';
  return effect.op === 'fetch' || effect.op === 'fetch-bytes';
}

export class EffectClient {
  readonly #post: (request: EffectRequest) => void;
  readonly #clock: Clock;
  readonly #running = new Map<EffectId, Running>();
  #heardAt = -Infinity;
  #awaited: () => void = () => undefined;
  #outcome: OutcomeListener = () => undefined;
  #lastId: EffectId = 0;

  constructor(post: (request: EffectRequest) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  onOutcome(listener: OutcomeListener): void {
    this.#outcome = listener;
  }

  /** Told of every read that somebody may wait for, when it begins. */
  onAwaitedRead(listener: () => void): void {
    this.#awaited = listener;
  }

  get running(): number {
    return this.#running.size;
  }

  start<Op extends Effect['op']>(
    effect: Effect & { readonly op: Op },
    observer: EffectObserver<Op>,
  ): EffectId {
    const id = ++this.#lastId;
    // The result type follows from `op`, which only the sender of the event can break.
    const heardAt = this.#clock.monotonic();
    this.#running.set(id, { effect, observer: observer as unknown as AnyObserver, heardAt });
    this.#post({ type: 'start', id, effect });
    if (isAwaitedRead(effect)) this.#awaited();
    return id;
  }

  /**
   * Asks the effect to end early. The observer is told all the same, by `failed` of kind `aborted`
   * or by what came first: from then on the main thread touches nothing of it any more.
   */
  abort(id: EffectId): void {
    if (this.#running.has(id)) this.#post({ type: 'cancel', id });
  }

  /** See `EffectRequest`. */
  allow(id: EffectId, upTo: number): void {
    if (this.#running.has(id)) this.#post({ type: 'allow', id, upTo });
  }

  /** Monotonic: when the server brought something last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** For how long nothing came of the read that has waited longest; undefined where none runs. */
  get longestSilenceMs(): number | undefined {
    let since: number | undefined;
    for (const { effect, heardAt } of this.#running.values()) {
      if (isAwaitedRead(effect)) since = Math.min(since ?? Infinity, heardAt);
    }
    return since === undefined ? undefined : this.#clock.monotonic() - since;
  }

  /** Asks all reads to end of which nothing came for so long: the line is known to be down. */
  abortSilentReads(silentMs: number): void {
    const before = this.#clock.monotonic() - silentMs;
    for (const [id, { effect, heardAt }] of this.#running) {
      if (isAwaitedRead(effect) && heardAt <= before) this.abort(id);
    }
  }

  deliver(event: EffectEvent): void {
    const running = this.#running.get(event.id);
    if (running === undefined) return;
    const { effect, observer, heardAt } = running;
    running.heardAt = this.#clock.monotonic();
    if (isFromServer(event, effect)) this.#heardAt = running.heardAt;
    switch (event.type) {
      case 'entries':
        observer.entries?.(event.entries);
        return;
      case 'fetched':
        observer.fetched?.(event.upTo);
        return;
      case 'sent':
        observer.sent?.(event.bytes);
        return;
      case 'hashed':
        try {
          observer.hashed?.(event.checksum);
        } finally {
          // What could not be noted goes all the same: at worst it is not known for our own.
          this.allow(event.id, 1);
        }
        return;
      case 'pushed':
        observer.pushed?.(event.news);
        return;
      case 'done':
        this.#running.delete(event.id);
        if (speaksOfServer(effect, undefined)) this.#outcome(undefined, heardAt);
        this.#tell(observer, () => observer.done(event.result as undefined));
        return;
      case 'failed': {
        this.#running.delete(event.id);
        const error = fromErrorRecord(event.error);
        if (speaksOfServer(effect, error)) this.#outcome(error, heardAt);
        observer.failed(error);
        return;
      }
    }
    assert(false, 'unknown effect event');
  }

  /** What came but could not be kept (the disk is full) has failed for who waits for it. */
  #tell(observer: AnyObserver, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
      observer.failed(error);
    }
  }
}
