/**
 * The kernel's side of a FuseSession over a socket pair that keeps message boundaries, as
 * /dev/fuse does: for requests that a real kernel does not send. All in one thread: send, let the
 * session receive, take the reply. A socket takes messages up to about 200 KiB.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import type { Clock } from '../../src/clock.js';
import { Logger } from '../../src/log.js';
import type { LogRecord } from '../../src/log.js';
import { OPCODE } from '../../src/fuse/constants.js';
import type { FuseFileSystem } from '../../src/fuse/filesystem.js';
import { OperationCounters } from '../../src/fuse/operation-counters.js';
import { FuseSession } from '../../src/fuse/session.js';
import { IN_HEADER, INIT_IN } from '../../src/fuse/structs-in.js';
import { OUT_HEADER } from '../../src/fuse/structs-out.js';
import { createSocketPair, setNonBlocking } from '../../src/fuse/system.js';

/** Of the machine that runs the tests; the code itself asks `os.endianness()`. */
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** `fuse_init_in` since 7.36. */
export const INIT_IN_BYTES = 64;

export class SettableClock implements Clock {
  ms = 1_000;

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }
}

export interface Answer {
  readonly unique: bigint;
  /** As on the wire: 0 or negative. */
  readonly error: number;
  readonly payload: Buffer;
}

export interface Message {
  readonly opcode: number;
  readonly nodeid?: number;
  readonly body?: Uint8Array;
  readonly unique?: bigint;
  /** The length that the header claims; the true one by default. */
  readonly statedLength?: number;
}

export class KernelStandIn {
  readonly clock = new SettableClock();
  readonly logged: LogRecord[] = [];
  readonly counters = new OperationCounters();
  readonly session: FuseSession;
  readonly #ours: number;
  readonly #theirs: number;
  readonly #buffer = Buffer.alloc(2 * 1024 * 1024);
  #nextUnique = 2n;
  #closed = false;

  constructor(fileSystem: FuseFileSystem, errnoOf: (error: unknown) => number = () => 5) {
    [this.#ours, this.#theirs] = createSocketPair('packet');
    setNonBlocking(this.#ours);
    this.session = new FuseSession({
      deviceFd: this.#theirs,
      fileSystem,
      errnoOf,
      logger: new Logger('test', (record) => this.logged.push(record)),
      clock: this.clock,
      counters: this.counters,
    });
  }

  /** INIT as this kernel sends it. @returns the session's answer. */
  init(minor = 45, flags = 0n, bodyBytes = INIT_IN_BYTES): Answer {
    const body = struct(bodyBytes, (view) => {
      view.setUint32(INIT_IN.at.major, 7, LITTLE);
      view.setUint32(INIT_IN.at.minor, minor, LITTLE);
      view.setUint32(INIT_IN.at.max_readahead, 128 * 1024, LITTLE);
      view.setUint32(INIT_IN.at.flags, Number(flags & 0xffff_ffffn), LITTLE);
      if (bodyBytes >= INIT_IN.size) {
        view.setUint32(INIT_IN.at.flags2, Number(flags >> 32n), LITTLE);
      }
    });
    return this.ask({ opcode: OPCODE.INIT, body });
  }

  /** Sends a request and lets the session serve it. @returns its `unique`. */
  send(message: Message): bigint {
    const unique = this.sendOnly(message);
    this.session.receive();
    return unique;
  }

  /** Leaves the request to whoever serves the session. @returns its `unique`. */
  sendOnly(message: Message): bigint {
    const { body = new Uint8Array(0), unique = this.#nextUnique } = message;
    this.#nextUnique += 2n;
    const bytes = Buffer.alloc(IN_HEADER.size + body.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(IN_HEADER.at.len, message.statedLength ?? bytes.length, LITTLE);
    view.setUint32(IN_HEADER.at.opcode, message.opcode, LITTLE);
    view.setBigUint64(IN_HEADER.at.unique, unique, LITTLE);
    view.setBigUint64(IN_HEADER.at.nodeid, BigInt(message.nodeid ?? 1), LITTLE);
    bytes.set(body, IN_HEADER.size);
    writeSync(this.#ours, bytes);
    return unique;
  }

  sendRaw(bytes: Uint8Array): void {
    writeSync(this.#ours, bytes);
    this.session.receive();
  }

  ask(message: Message): Answer {
    const unique = this.send(message);
    const answer = this.answer();
    if (answer?.unique !== unique) throw new Error('no answer to the request');
    return answer;
  }

  /** The next reply, undefined when there is none. */
  answer(): Answer | undefined {
    let length: number;
    try {
      length = readSync(this.#ours, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
      throw error;
    }
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset);
    if (view.getUint32(OUT_HEADER.at.len, LITTLE) !== length) throw new Error('a wrong length');
    return {
      unique: view.getBigUint64(OUT_HEADER.at.unique, LITTLE),
      error: view.getInt32(OUT_HEADER.at.error, LITTLE),
      payload: Buffer.from(this.#buffer.subarray(OUT_HEADER.size, length)),
    };
  }

  /** The device is gone: what an unmount looks like from here. */
  hangUp(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#ours);
  }

  close(): void {
    this.hangUp();
    closeSync(this.#theirs);
  }
}

export function struct(bytes: number, fill: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  fill(view);
  return new Uint8Array(view.buffer);
}

export function u32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

export function u64(...values: readonly (number | bigint)[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values.map((value) => BigInt(value))).buffer);
}

export function text(value: string): Uint8Array {
  return Buffer.from(`${value}\0`);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
