/**
 * /dev/fuse: one read gives one whole request, one write takes one whole reply. Non-blocking, so
 * that a request which was withdrawn between poll and read does not hold the thread.
 */
import {
  CONNECTION_ABORTED,
  INTERRUPTED,
  NOT_FOUND,
  NO_DEVICE,
  TRY_AGAIN,
} from './protocol-errno.js';
import type { FixedMemory, SystemCalls } from './system.js';
import { checked, lastErrno, setNonBlocking, systemCalls } from './system.js';

/** `read` found nothing to do. */
export const NOTHING = 0;
/** The mount is gone. */
export const GONE = -1;

/** Outcome of a write. `withdrawn`: nobody waits for this reply any more. */
export type Sent = 'sent' | 'withdrawn' | 'gone';

export class Device {
  readonly fd: number;
  readonly #system: SystemCalls;

  constructor(fd: number) {
    this.fd = fd;
    this.#system = systemCalls();
    setNonBlocking(fd);
  }

  /** @returns the bytes of one request, {@link NOTHING} or {@link GONE}. */
  read(into: FixedMemory): number {
    const length = this.#system.read(this.fd, into.address, into.bytes.length);
    if (length > 0) return length;
    // A socket in a test ends with 0, the device never does.
    if (length === 0) return GONE;
    switch (lastErrno()) {
      case TRY_AGAIN:
      case INTERRUPTED:
      case NOT_FOUND:
        return NOTHING;
      case NO_DEVICE:
      case CONNECTION_ABORTED:
        return GONE;
      default:
        return checked('read from /dev/fuse', length);
    }
  }

  write(address: number, length: number): Sent {
    if (this.#system.write(this.fd, address, length) >= 0) return 'sent';
    switch (lastErrno()) {
      case NOT_FOUND:
        return 'withdrawn';
      case NO_DEVICE:
      case CONNECTION_ABORTED:
        return 'gone';
      default:
        checked('write to /dev/fuse', -1);
        return 'gone';
    }
  }
}
