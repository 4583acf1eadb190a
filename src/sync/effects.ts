/**
 * The engine's side of the effects: starts them, remembers who asked, hands each event to them.
 * An effect ends exactly once, by `done` or `failed`, also when it is aborted.
 */
import { assert } from '../assert.js';
import { fromErrorRecord, type NuageError } from '../errors.js';
import type {
  Effect,
  EffectEvent,
  EffectId,
  EffectRequest,
  EffectResults,
} from '../remote/messages.js';
import type { RemoteEntry } from '../remote/remote.js';

export interface EffectObserver<Op extends Effect['op']> {
  done(result: EffectResults[Op]): void;
  failed(error: NuageError): void;
  entries?(entries: readonly RemoteEntry[]): void;
  fetched?(upTo: number): void;
  sent?(bytes: number): void;
}

type AnyObserver = EffectObserver<'list'>;

/** Told of every outcome, before the observer: who decides on online and offline. */
export type OutcomeListener = (error: NuageError | undefined) => void;

export class EffectClient {
  readonly #post: (request: EffectRequest) => void;
  readonly #observers = new Map<EffectId, AnyObserver>();
  #outcome: OutcomeListener = () => undefined;
  #lastId: EffectId = 0;

  constructor(post: (request: EffectRequest) => void) {
    this.#post = post;
  }

  onOutcome(listener: OutcomeListener): void {
    this.#outcome = listener;
  }

  get running(): number {
    return this.#observers.size;
  }

  start<Op extends Effect['op']>(
    effect: Effect & { readonly op: Op },
    observer: EffectObserver<Op>,
  ): EffectId {
    const id = ++this.#lastId;
    // The result type follows from `op`, which only the sender of the event can break.
    this.#observers.set(id, observer as unknown as AnyObserver);
    this.#post({ type: 'start', id, effect });
    return id;
  }

  /**
   * Asks the effect to end early. The observer is told all the same, by `failed` of kind `aborted`
   * or by what came first: from then on the main thread touches nothing of it any more.
   */
  abort(id: EffectId): void {
    if (this.#observers.has(id)) this.#post({ type: 'cancel', id });
  }

  deliver(event: EffectEvent): void {
    const observer = this.#observers.get(event.id);
    if (observer === undefined) return;
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
      case 'done':
        this.#observers.delete(event.id);
        this.#outcome(undefined);
        observer.done(event.result as undefined);
        return;
      case 'failed': {
        this.#observers.delete(event.id);
        const error = fromErrorRecord(event.error);
        this.#outcome(error);
        observer.failed(error);
        return;
      }
    }
    assert(false, 'unknown effect event');
  }
}
