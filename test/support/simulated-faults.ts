/** What goes wrong with the requests to a simulated server. */
import type { ErrorKind } from '../../src/errors.js';
import type { Effect, EffectEvent } from '../../src/remote/messages.js';
import { isOfTheDisk } from './simulated-disk.js';

type Op = Effect['op'];

export const WRITES: ReadonlySet<Op> = new Set([
  'put',
  'create-folder',
  'copy',
  'move',
  'remove',
  'set-modified',
]);

export class SimulatedFaults {
  /** Answers every effect with this, doing nothing. */
  failure: ErrorKind | undefined;
  /** As {@link failure}, of one kind of effect. */
  readonly failuresOf = new Map<Op, ErrorKind>();
  /** The next effects fail with these, one each, doing nothing. */
  readonly failures: ErrorKind[] = [];
  /** The next writes of the client are refused so, one each. */
  readonly refusals: ErrorKind[] = [];
  /** Carries out the next writes of the client but loses their answers. */
  lostAnswers = 0;
  /** Carries out the next writes of the client and answers them later than what is asked meanwhile. */
  lateAnswers = 0;
  /** None of the {@link lateAnswers} is given for now. */
  holdsAnswers = false;
  /** So many of the next new files are sent in half, which stays there. */
  cutUploads = 0;
  /** So many of the next fetches end after their first piece. */
  cutFetches = 0;
  /** Of what has been carried out. */
  readonly #lateAnswers: EffectEvent[] = [];
  #failAt: { left: number; readonly kind: ErrorKind; readonly met: () => void } | undefined;

  /** The request after `n - 1` others is answered with this, doing nothing. */
  failAt(n: number, kind: ErrorKind, met: () => void): void {
    this.#failAt = { left: n, kind, met };
  }

  /** Counts the request. A `put` takes its refusal itself, after it has looked at the bytes. */
  protected faultFor(op: Op): ErrorKind | undefined {
    if (isOfTheDisk({ op })) return undefined;
    if (this.#failAt !== undefined && --this.#failAt.left === 0) {
      this.#failAt.met();
      return this.#failAt.kind;
    }
    const passing = this.failure ?? this.failuresOf.get(op) ?? this.failures.shift();
    if (passing !== undefined) return passing;
    return WRITES.has(op) && op !== 'put' ? this.refusals.shift() : undefined;
  }

  protected cutsShort(existing: unknown): boolean {
    if (existing !== undefined || this.cutUploads === 0) return false;
    this.cutUploads -= 1;
    return true;
  }

  protected get waitingAnswers(): number {
    return this.#lateAnswers.length;
  }

  protected get readyAnswers(): number {
    return this.holdsAnswers ? 0 : this.#lateAnswers.length;
  }

  /** @returns whether this answer is one of the {@link lateAnswers}. */
  protected isLate(event: EffectEvent): boolean {
    if (this.lateAnswers === 0) return false;
    this.lateAnswers -= 1;
    this.#lateAnswers.push(event);
    return true;
  }

  /** @returns whether there was one. */
  protected answerLate(index: number, deliver: (event: EffectEvent) => void): boolean {
    const [event] = this.holdsAnswers ? [] : this.#lateAnswers.splice(index, 1);
    if (event !== undefined) deliver(event);
    return event !== undefined;
  }

  protected forgetAnswers(): void {
    this.#lateAnswers.length = 0;
  }
}
