/**
 * A rate in bytes per second that all who take from it keep together. What waits goes in its order,
 * except that small amounts go before large ones, so that a request is not held up by a transfer.
 * A take may go beyond what is there; the debt is paid off before the next one.
 */
import type { Clock } from '../clock.js';
import { RATE_SMALL_BYTES_MAX, RATE_SMALL_DEBT_BYTES_MIN } from '../limits.js';
import { abortedError } from './network-error.js';

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

export class TokenBucket {
  readonly #bytesPerSecond: number;
  readonly #clock: Clock;
  /** How far small amounts may run into debt. */
  readonly #smallDebt: number;
  readonly #small: Waiter[] = [];
  readonly #large: Waiter[] = [];
  /** Bytes that may pass; never more than a second of them, below zero while in debt. */
  #level: number;
  #filledAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
    this.#smallDebt = -Math.max(bytesPerSecond, RATE_SMALL_DEBT_BYTES_MIN);
    this.#level = bytesPerSecond;
    this.#filledAt = clock.monotonic();
  }

  /** Resolves when they may pass. @throws kind `aborted`, and takes nothing then. */
  take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const queue = bytes <= RATE_SMALL_BYTES_MAX ? this.#small : this.#large;
    return new Promise((resolve, reject) => {
      const waiter = { bytes, go: () => finish(resolve) };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        finish(() => reject(abortedError({ op: 'wait for bandwidth' })));
      };
      const finish = (settle: () => void): void => {
        signal?.removeEventListener('abort', giveUp);
        settle();
      };
      queue.push(waiter);
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener('abort', giveUp);
      this.#letGo();
    });
  }

  #letGo(): void {
    this.#fill();
    this.#drain(this.#small, this.#smallDebt);
    this.#drain(this.#large, 0);
    clearTimeout(this.#timer);
    const floor = this.#small.length > 0 ? this.#smallDebt : 0;
    if (this.#small.length + this.#large.length === 0) return;
    const waitMs = ((floor - this.#level) / this.#bytesPerSecond) * 1000;
    this.#timer = setTimeout(() => this.#letGo(), Math.ceil(Math.max(waitMs, 1)));
  }

  #drain(queue: Waiter[], floor: number): void {
    while (this.#level >= floor) {
      const waiter = queue.shift();
      if (waiter === undefined) return;
      this.#level -= waiter.bytes;
      waiter.go();
    }
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#filledAt) / 1000) * this.#bytesPerSecond;
    this.#level = Math.min(this.#bytesPerSecond, this.#level + gained);
    this.#filledAt = now;
  }
}
