/** poll(2) over a fixed set of descriptors, without an allocation per call. */
import { LITTLE } from './integers.js';
import { INTERRUPTED } from './protocol-errno.js';
import type { FixedMemory, SystemCalls } from './system.js';
import { allocateFixed, checked, lastErrno, systemCalls } from './system.js';

const POLLFD_BYTES = 8;
const EVENTS_AT = 4;
const REVENTS_AT = 6;
const POLLIN = 1;

export class PollSet {
  readonly #system: SystemCalls;
  readonly #memory: FixedMemory;
  readonly #count: number;

  /** A negative descriptor is never ready. */
  constructor(descriptors: readonly number[]) {
    this.#system = systemCalls();
    this.#count = descriptors.length;
    this.#memory = allocateFixed(descriptors.length * POLLFD_BYTES);
    descriptors.forEach((fd, index) => {
      this.#memory.view.setInt32(index * POLLFD_BYTES, fd, LITTLE);
      this.#memory.view.setInt16(index * POLLFD_BYTES + EVENTS_AT, POLLIN, LITTLE);
    });
  }

  /** @returns how many are ready; 0 as well when a signal ended the wait. */
  wait(timeoutMs: number): number {
    const ready = this.#system.poll(this.#memory.address, this.#count, timeoutMs);
    if (ready >= 0) return ready;
    if (lastErrno() !== INTERRUPTED) checked('poll', ready);
    for (let index = 0; index < this.#count; index += 1) {
      this.#memory.view.setInt16(index * POLLFD_BYTES + REVENTS_AT, 0, LITTLE);
    }
    return 0;
  }

  /** Readable, hung up or broken: a read tells which. */
  isReady(index: number): boolean {
    return this.#memory.view.getInt16(index * POLLFD_BYTES + REVENTS_AT, LITTLE) !== 0;
  }
}
