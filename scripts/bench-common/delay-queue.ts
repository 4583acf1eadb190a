/** Actions that happen in the order in which they came, none before its time. */
interface Entry {
  readonly atMs: number;
  readonly action: () => void;
}

export class DelayQueue {
  #entries: Entry[] = [];

  /** @param atMs on the clock of `performance.now()`. */
  at(atMs: number, action: () => void): void {
    this.#entries.push({ atMs, action });
    if (this.#entries.length === 1) this.#waitFor(atMs);
  }

  #waitFor(atMs: number): void {
    setTimeout(() => this.#run(), Math.max(0, atMs - performance.now()));
  }

  #run(): void {
    const now = performance.now();
    const later = this.#entries.findIndex(({ atMs }) => atMs > now);
    const due = later < 0 ? this.#entries : this.#entries.slice(0, later);
    this.#entries = later < 0 ? [] : this.#entries.slice(later);
    const [next] = this.#entries;
    if (next !== undefined) this.#waitFor(next.atMs);
    for (const { action } of due) action();
  }
}
