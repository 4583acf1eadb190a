/**
 * One request of the kernel, decoded where it lies in its buffer. The session reuses one for all
 * requests; a parked one is copied first.
 */
import { LITTLE, getI64, getU32, getU64 } from './integers.js';
import type { Caller, Timestamp } from './filesystem.js';
import { IN_HEADER } from './structs-in.js';
import type { FixedMemory } from './system.js';

const { at: HEADER } = IN_HEADER;

/** Where the operation's own struct begins. */
export const BODY = IN_HEADER.size;

export class Request {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Bytes of the whole message. */
  length = 0;
  /** Monotonic. */
  arrivedAtMs = 0;
  /** It was parked: there was no answer at once. */
  hasWaited = false;

  constructor(memory: Pick<FixedMemory, 'bytes' | 'view'>) {
    this.bytes = memory.bytes;
    this.view = memory.view;
  }

  get opcode(): number {
    return getU32(this.view, HEADER.opcode);
  }

  /** The length that the message gives itself. */
  get statedLength(): number {
    return getU32(this.view, HEADER.len);
  }

  get unique(): bigint {
    return this.view.getBigUint64(HEADER.unique, LITTLE);
  }

  get ino(): number {
    return getU64(this.view, HEADER.nodeid);
  }

  caller(): Caller {
    return {
      unique: this.unique,
      uid: getU32(this.view, HEADER.uid),
      gid: getU32(this.view, HEADER.gid),
      pid: getU32(this.view, HEADER.pid),
    };
  }

  /** @param at offset behind the header, as are those below. */
  u32(at: number): number {
    return getU32(this.view, BODY + at);
  }

  u64(at: number): number {
    return getU64(this.view, BODY + at);
  }

  u64Exact(at: number): bigint {
    return this.view.getBigUint64(BODY + at, LITTLE);
  }

  timestamp(secondsAt: number, nanosecondsAt: number): Timestamp {
    return { sec: getI64(this.view, BODY + secondsAt), nsec: this.u32(nanosecondsAt) };
  }

  /** Bytes from `at` to the end of the message. */
  tail(at: number): Buffer {
    return this.bytes.subarray(BODY + at, this.length);
  }

  get bodyLength(): number {
    return this.length - BODY;
  }

  /** To be parked: a copy that outlives the next read from the device. */
  copy(): Request {
    const memory = new ArrayBuffer(this.length);
    const bytes = Buffer.from(memory);
    this.bytes.copy(bytes, 0, 0, this.length);
    const copied = new Request({ bytes, view: new DataView(memory) });
    copied.length = this.length;
    copied.arrivedAtMs = this.arrivedAtMs;
    copied.hasWaited = true;
    return copied;
  }
}
