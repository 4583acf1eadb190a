/**
 * Requests that wait. Each is known by its `unique`, by every key it waits for and by its
 * deadline; it is in exactly one of two states, waiting or woken.
 */
import { assert } from '../assert.js';
import { PARKED_BYTES_MAX, PARKED_REQUESTS_MAX } from '../limits.js';
import type { Parked } from './filesystem.js';
import type { Request } from './request.js';

export interface Waiter {
  readonly unique: bigint;
  readonly request: Request;
  readonly keys: readonly string[];
  /** Monotonic clock. Never later than at the first parking: reruns do not prolong a wait. */
  readonly deadlineMs: number;
  readonly onDeadline: () => Error;
  /** The key that woke it; undefined while it waits. */
  wokenBy: string | undefined;
}

export class ParkedRequests {
  readonly #byUnique = new Map<bigint, Waiter>();
  /** Waiting ones only. */
  readonly #byKey = new Map<string, Set<Waiter>>();
  /** Woken ones, in order; one that was taken out by an interrupt is no longer in #byUnique. */
  #woken: Waiter[] = [];
  #bytes = 0;
  /** At or before the earliest deadline; exact after each `takeExpired` that found it passed. */
  #earliestMs = Infinity;

  get size(): number {
    return this.#byUnique.size;
  }

  hasRoomFor(request: Request): boolean {
    return (
      this.#byUnique.size < PARKED_REQUESTS_MAX && this.#bytes + request.length <= PARKED_BYTES_MAX
    );
  }

  /** @param before the waiter that this request was when it was woken; it keeps its deadline. */
  add(request: Request, parked: Parked, before: Waiter | undefined): void {
    const waiter: Waiter = {
      unique: request.unique,
      request: before === undefined ? request.copy() : request,
      keys: parked.keys,
      deadlineMs: Math.min(parked.deadlineMs, before?.deadlineMs ?? Infinity),
      onDeadline: parked.onDeadline,
      wokenBy: undefined,
    };
    assert(!this.#byUnique.has(waiter.unique), 'a request is parked twice');
    this.#byUnique.set(waiter.unique, waiter);
    this.#bytes += request.length;
    this.#earliestMs = Math.min(this.#earliestMs, waiter.deadlineMs);
    for (const key of waiter.keys) {
      const waiters = this.#byKey.get(key);
      if (waiters === undefined) this.#byKey.set(key, new Set([waiter]));
      else waiters.add(waiter);
    }
  }

  isAwaited(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** @returns how many were waiting for it. They stay until they are taken. */
  wake(key: string): number {
    const waiters = this.#byKey.get(key);
    if (waiters === undefined) return 0;
    const woken = [...waiters];
    for (const waiter of woken) {
      this.#unindex(waiter);
      waiter.wokenBy = key;
      this.#woken.push(waiter);
    }
    return woken.length;
  }

  get hasWoken(): boolean {
    return this.#woken.length > 0;
  }

  /** All that were woken so far, in the order of waking. They are no longer parked. */
  takeWoken(): readonly Waiter[] {
    const woken = this.#woken.filter((waiter) => this.#byUnique.get(waiter.unique) === waiter);
    this.#woken = [];
    for (const waiter of woken) this.#forget(waiter);
    return woken;
  }

  /** The one request, waiting or woken, which is then no longer parked. */
  take(unique: bigint): Waiter | undefined {
    const waiter = this.#byUnique.get(unique);
    if (waiter !== undefined) this.#forget(waiter);
    return waiter;
  }

  takeExpired(nowMs: number): readonly Waiter[] {
    if (nowMs < this.#earliestMs) return [];
    const waiters = [...this.#byUnique.values()];
    const expired = waiters.filter((waiter) => waiter.deadlineMs <= nowMs);
    for (const waiter of expired) this.#forget(waiter);
    this.#earliestMs = Infinity;
    for (const { deadlineMs } of this.#byUnique.values()) {
      this.#earliestMs = Math.min(this.#earliestMs, deadlineMs);
    }
    return expired;
  }

  takeAll(): readonly Waiter[] {
    const waiters = [...this.#byUnique.values()];
    for (const waiter of waiters) this.#forget(waiter);
    this.#woken = [];
    return waiters;
  }

  /** On the monotonic clock; never too late, Infinity when nobody waits. */
  get earliestDeadlineMs(): number {
    return this.#byUnique.size === 0 ? Infinity : this.#earliestMs;
  }

  #forget(waiter: Waiter): void {
    this.#byUnique.delete(waiter.unique);
    this.#bytes -= waiter.request.length;
    this.#unindex(waiter);
  }

  #unindex(waiter: Waiter): void {
    for (const key of waiter.keys) {
      const waiters = this.#byKey.get(key);
      if (waiters?.delete(waiter) === true && waiters.size === 0) this.#byKey.delete(key);
    }
  }
}
