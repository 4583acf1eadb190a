/** How much room there is: the account's quota less what is queued, told before bytes are taken. */
import { NuageError } from '../errors.js';
import type { Quota } from '../remote/remote.js';

export class Space {
  #quota: Quota | undefined;
  /** Bytes by which files here have grown since the quota was asked for. */
  #grown = 0;

  get quota(): Quota | undefined {
    return this.#quota;
  }

  /** @param queuedBytes what waits to be sent and the server does not count yet. */
  learn(quota: Quota, queuedBytes: number): void {
    this.#quota = quota;
    this.#grown = queuedBytes;
  }

  /** @throws kind `quota` when the server would not take it. */
  grow(bytes: number): void {
    const available = this.available();
    if (bytes > 0 && available !== undefined && bytes > available) {
      throw new NuageError('quota', 'your storage on the server is full');
    }
    this.#grown += bytes;
  }

  /** Undefined where it is unlimited or unknown. */
  available(): number | undefined {
    const available = this.#quota?.available;
    return available === undefined ? undefined : Math.max(0, available - this.#grown);
  }

  used(): number {
    return Math.max(0, (this.#quota?.used ?? 0) + this.#grown);
  }
}
