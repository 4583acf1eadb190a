/** What goes wrong with the requests to a simulated server. */
import type { ErrorKind } from '../../src/errors.js';
import type { Effect } from '../../src/remote/messages.js';

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
  /** So many of the next fetches end after their first piece. */
  cutFetches = 0;
  #failAt: { left: number; readonly kind: ErrorKind; readonly met: () => void } | undefined;

  /** The request after `n - 1` others is answered with this, doing nothing. */
  failAt(n: number, kind: ErrorKind, met: () => void): void {
    this.#failAt = { left: n, kind, met };
  }

  /** Counts the request. A `put` takes its refusal itself, after it has looked at the bytes. */
  protected faultFor(op: Op): ErrorKind | undefined {
    if (op === 'sync-files' || op === 'check-blocks') return undefined;
    if (this.#failAt !== undefined && --this.#failAt.left === 0) {
      this.#failAt.met();
      return this.#failAt.kind;
    }
    const passing = this.failure ?? this.failuresOf.get(op) ?? this.failures.shift();
    if (passing !== undefined) return passing;
    return WRITES.has(op) && op !== 'put' ? this.refusals.shift() : undefined;
  }
}
