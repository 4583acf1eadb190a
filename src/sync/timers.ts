/** Named timers of the engine thread, which has no event loop: its poll sleeps until the next. */
import type { Clock } from '../clock.js';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class Timers {
  readonly #clock: Clock;
  readonly #failed: (name: string, error: unknown) => void;
  readonly #timers = new Map<string, Timer>();

  /** @param failed told of what a timer throws: the others run all the same. */
  constructor(clock: Clock, failed: (name: string, error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** One timer per name: setting it again replaces it. */
  set(name: string, delayMs: number, run: () => void): void {
    this.#timers.set(name, { at: this.#clock.monotonic() + delayMs, run });
  }

  /** As {@link set}, unless one of that name fires sooner. */
  setIfSooner(name: string, delayMs: number, run: () => void): void {
    const current = this.#timers.get(name);
    if (current !== undefined && current.at <= this.#clock.monotonic() + delayMs) return;
    this.set(name, delayMs, run);
  }

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  clear(name: string): void {
    this.#timers.delete(name);
  }

  /** Milliseconds until the next timer; Infinity without one. */
  nextDelayMs(): number {
    let next = Infinity;
    for (const timer of this.#timers.values()) next = Math.min(next, timer.at);
    return Math.max(0, next - this.#clock.monotonic());
  }

  /** Runs what is due. A timer that is set while running waits for the next call. */
  runDue(): void {
    const now = this.#clock.monotonic();
    const due = [...this.#timers].filter(([, timer]) => timer.at <= now);
    for (const [name, timer] of due) {
      if (this.#timers.get(name) !== timer) continue;
      this.#timers.delete(name);
      try {
        timer.run();
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }
}
