/**
 * Work on many rows is done in slices of some milliseconds, one per turn of the loop, so that the
 * kernel is served in between. What somebody waits for goes before what nobody does.
 */
import type { Timers } from './timers.js';

export interface SlicedWork {
  /** @returns whether there is more to do at once. */
  slice(): boolean;
}

const TIMER = 'slices';

export class Slices {
  readonly #timers: Timers;
  readonly #urgent = new Set<SlicedWork>();
  readonly #patient = new Set<SlicedWork>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  add(work: SlicedWork): void {
    if (!this.#urgent.has(work)) this.#patient.add(work);
    this.#timers.setIfSooner(TIMER, 0, () => this.#turn());
  }

  addUrgent(work: SlicedWork): void {
    this.#patient.delete(work);
    this.#urgent.add(work);
    this.#timers.setIfSooner(TIMER, 0, () => this.#turn());
  }

  #turn(): void {
    for (const works of [this.#urgent, this.#patient]) {
      for (const work of works) {
        // Out first: what throws is not tried for ever, and holds up nothing else.
        works.delete(work);
        try {
          if (work.slice()) works.add(work);
        } finally {
          this.#goOn();
        }
        return;
      }
    }
  }

  #goOn(): void {
    if (this.#urgent.size + this.#patient.size === 0) return;
    this.#timers.setIfSooner(TIMER, 0, () => this.#turn());
  }
}
