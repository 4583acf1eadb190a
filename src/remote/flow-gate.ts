/**
 * How far a running fetch, or a listing of a tree, may go. Where it stands still nothing more is
 * taken from the connection, so that the server soon stands still as well (TCP's flow control): one
 * long request serves a reader without bringing what nobody reads, and a tree of any size does not
 * fill the memory.
 */
export class FlowGate {
  #limit: number;
  #isOpen = false;
  #go: (() => void) | undefined;

  /** @param limit bytes or entries before it may come. What crosses it still comes as a whole. */
  constructor(limit: number, signal: AbortSignal) {
    this.#limit = limit;
    signal.addEventListener('abort', () => this.#release(), { once: true });
  }

  allow(upTo: number): void {
    if (upTo <= this.#limit) return;
    this.#limit = upTo;
    this.#go?.();
  }

  /** @returns undefined where it may go on at once. Resolves as well when the fetch is aborted. */
  wait(position: number): Promise<void> | undefined {
    if (position < this.#limit || this.#isOpen) return undefined;
    return new Promise((resolve) => (this.#go = resolve));
  }

  /** Whoever waits goes on, and meets the end of the request. */
  #release(): void {
    this.#isOpen = true;
    this.#go?.();
  }
}
