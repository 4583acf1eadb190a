/**
 * One mount's conversation with the kernel: takes requests one at a time, calls the file system,
 * replies, and holds the requests that wait. Synchronous; only `serve` waits, in poll, bounded.
 * One thread uses it; `wake` and `stop` may be called from inside a handler.
 */
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { FUSE_MESSAGE_BYTES_MAX } from '../limits.js';
import { OPCODE } from './constants.js';
import { Device, GONE, NOTHING } from './device.js';
import type { Sent } from './device.js';
import { PlainDirectoryPacker, PlusDirectoryPacker } from './directory-writer.js';
import type { FuseFileSystem, Result, SessionInfo } from './filesystem.js';
import { Parked } from './filesystem.js';
import type { InitOffer } from './init.js';
import { negotiate, putInit, readOffer } from './init.js';
import { INIT } from './init-flags.js';
import { ProtocolRefusal } from './names.js';
import type { Exchange, Operation } from './operation.js';
import { NO_REPLY } from './operation.js';
import { OperationCounters } from './operation-counters.js';
import type { TableEntry } from './operation-table.js';
import { operationTable } from './operation-table.js';
import type { Waiter } from './parked.js';
import { ParkedRequests } from './parked.js';
import { PollSet } from './pollset.js';
import {
  ERRNO_END,
  INPUT_OUTPUT,
  INTERRUPTED,
  NOT_IMPLEMENTED,
  NO_MEMORY,
} from './protocol-errno.js';
import { BODY, Request } from './request.js';
import { Reply } from './reply.js';
import { INTERRUPT_IN } from './structs-in.js';
import type { FixedMemory } from './system.js';
import { allocateFixed, pageSizeBytes } from './system.js';
import { undoUnseen } from './undo-unseen.js';

export interface FuseSessionOptions {
  readonly deviceFd: number;
  readonly fileSystem: FuseFileSystem;
  /** Positive errno of what a handler threw. */
  readonly errnoOf: (error: unknown) => number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters?: OperationCounters;
  readonly features?: { readonly writebackCache?: boolean } | undefined;
}

export class FuseSession {
  readonly #device: Device;
  readonly #fileSystem: FuseFileSystem;
  readonly #errnoOf: (error: unknown) => number;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counters: OperationCounters;
  readonly #writebackCache: boolean;
  readonly #incoming: FixedMemory;
  readonly #request: Request;
  readonly #reply: Reply;
  readonly #parked = new ParkedRequests();
  readonly #poll: PollSet;
  /** Replaced by INIT, which decides `killsPrivileges`. */
  #exchange: Exchange;
  #operations: readonly (TableEntry | undefined)[] = operationTable(0n);
  #info: SessionInfo | undefined;
  #stopped = false;
  #isPatient = true;
  #gone = false;
  #destroyed = false;

  constructor(options: FuseSessionOptions) {
    this.#device = new Device(options.deviceFd);
    this.#fileSystem = options.fileSystem;
    this.#errnoOf = options.errnoOf;
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#counters = options.counters ?? new OperationCounters();
    this.#writebackCache = options.features?.writebackCache ?? false;
    this.#incoming = allocateFixed(FUSE_MESSAGE_BYTES_MAX);
    this.#request = new Request(this.#incoming);
    this.#reply = new Reply(allocateFixed(FUSE_MESSAGE_BYTES_MAX));
    this.#poll = new PollSet([options.deviceFd]);
    this.#exchange = this.#newExchange(false);
  }

  get deviceFd(): number {
    return this.#device.fd;
  }

  /** Undefined until INIT was answered. */
  get info(): SessionInfo | undefined {
    return this.#info;
  }

  /** True once the mount is gone or `stop` was called: no request is served any more. */
  get ended(): boolean {
    return this.#stopped || this.#gone;
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  /** Runs whoever waits for this key again, at the next `runWoken`. Returns how many wait. */
  wake(key: string): number {
    return this.#parked.wake(key);
  }

  /**
   * While an unmount is under way nobody may wait: the unmount itself would wait for them, without
   * end. Who waits or is about to gets EINTR.
   */
  setPatient(isPatient: boolean): void {
    this.#isPatient = isPatient;
    if (!isPatient) this.#interruptAll();
  }

  /** Leaves the loop after the present request. The mount stays until it is unmounted. */
  stop(): void {
    this.#stopped = true;
  }

  /** Milliseconds until the next deadline, 0 when somebody is woken, Infinity when none waits. */
  nextDeadlineMs(): number {
    if (this.#parked.size === 0) return Infinity;
    if (this.#parked.hasWoken) return 0;
    return Math.max(0, this.#parked.earliestDeadlineMs - this.#clock.monotonic());
  }

  /** One step: waits for a request at most `timeoutMs`, serves it, then what is woken or due. */
  serve(timeoutMs: number): void {
    this.runWoken();
    const wait = Math.min(timeoutMs, this.nextDeadlineMs());
    if (!this.ended && this.#poll.wait(Math.ceil(wait)) > 0) this.receive();
    this.runWoken();
  }

  /** Serves one request if there is one. Returns whether there was. */
  receive(): boolean {
    if (this.ended) return false;
    const length = this.#device.read(this.#incoming);
    if (length === NOTHING) return false;
    if (length === GONE) {
      this.#leave();
      return false;
    }
    this.#request.length = length;
    this.#request.arrivedAtMs = this.#clock.monotonic();
    if (length < BODY || this.#request.statedLength !== length) {
      this.#refuseLength(length);
      return true;
    }
    this.#handle(this.#request, undefined);
    return true;
  }

  /** Runs the woken again and ends those whose deadline has passed. */
  runWoken(): void {
    if (this.#parked.size === 0) return;
    // A handler may wake others, even itself after parking again: they wait for the next round.
    for (const waiter of this.#parked.takeWoken()) {
      this.#handle(waiter.request, waiter);
      this.#releaseKeys(waiter, waiter.wokenBy);
    }
    for (const waiter of this.#parked.takeExpired(this.#clock.monotonic())) {
      this.#send(waiter.request, this.#errnoFor(waiter.onDeadline()), 0);
      this.#releaseKeys(waiter, undefined);
    }
  }

  /** Ends the session: every request that waits is answered with EINTR, once. */
  close(): void {
    this.#stopped = true;
    this.#interruptAll();
    this.#destroy();
  }

  #interruptAll(): void {
    for (const waiter of this.#parked.takeAll()) {
      if (!this.#gone) this.#send(waiter.request, INTERRUPTED, 0);
      this.#releaseKeys(waiter, undefined);
    }
  }

  #handle(request: Request, before: Waiter | undefined): void {
    const { opcode } = request;
    const operation = this.#operations[opcode];
    if (operation === undefined || this.#info === undefined) {
      this.#handleSessionOpcode(request, opcode);
      return;
    }
    if (request.bodyLength < operation.bodyBytesMin) {
      this.#refuseLength(request.length);
      return;
    }
    const result = this.#call(operation.run, request, before);
    if (result instanceof Parked) this.#park(request, result, before);
    else if (result >= 0) this.#sendResult(request, result);
    else if (result !== NO_REPLY) this.#send(request, -result, 0);
  }

  /** Whoever waits for it must not wait for ever. */
  #refuseLength(length: number): void {
    const { opcode } = this.#request;
    this.#logger.error('a request of the kernel has a wrong length', { opcode, length });
    const answers = opcode !== OPCODE.FORGET && opcode !== OPCODE.BATCH_FORGET;
    if (length >= BODY && answers) this.#send(this.#request, INPUT_OUTPUT, 0);
  }

  #call(operation: Operation, request: Request, before: Waiter | undefined): Result<number> {
    try {
      // The exchange of the common case is made once; a copied request brings its own.
      const exchange = before === undefined ? this.#exchange : { ...this.#exchange, request };
      return operation(exchange);
    } catch (error) {
      const { opcode } = request;
      if (opcode === OPCODE.FORGET || opcode === OPCODE.BATCH_FORGET) {
        this.#logger.error('forget failed', { error });
        return NO_REPLY;
      }
      return -this.#errnoFor(error);
    }
  }

  #park(request: Request, parked: Parked, before: Waiter | undefined): void {
    if (!this.#isPatient) {
      this.#send(request, INTERRUPTED, 0);
      return;
    }
    if (!this.#parked.hasRoomFor(request)) {
      this.#logger.error('too many requests wait', { waiting: this.#parked.size });
      this.#send(request, NO_MEMORY, 0);
      return;
    }
    this.#parked.add(request, parked, before);
  }

  /** What belongs to the session itself, and what nobody knows. */
  #handleSessionOpcode(request: Request, opcode: number): void {
    switch (opcode) {
      case OPCODE.INIT:
        this.#init(request);
        return;
      case OPCODE.INTERRUPT:
        this.#interrupt(request.u64Exact(INTERRUPT_IN.at.unique));
        return;
      case OPCODE.DESTROY:
        this.#destroy();
        this.#send(request, 0, 0);
        return;
      case OPCODE.NOTIFY_REPLY:
      case OPCODE.FORGET:
      case OPCODE.BATCH_FORGET:
        return;
      default:
        this.#send(request, this.#info === undefined ? INPUT_OUTPUT : NOT_IMPLEMENTED, 0);
    }
  }

  #init(request: Request): void {
    const offer: InitOffer = readOffer(request);
    const features = {
      writebackCache: this.#writebackCache,
      killPrivileges: this.#fileSystem.killPrivileges !== undefined,
      readdirplus: this.#fileSystem.readdirplus !== undefined,
      opendir: this.#fileSystem.opendir !== undefined,
    };
    const answer = negotiate(offer, features, pageSizeBytes());
    if (typeof answer === 'number') {
      const version = `${offer.major}.${offer.minor}`;
      this.#logger.error('the kernel speaks a FUSE protocol that is too old', { version });
      this.#send(request, -answer, 0);
      return;
    }
    const { info } = answer;
    if (info !== undefined) {
      this.#info = info;
      this.#exchange = this.#newExchange((info.flags & INIT.HANDLE_KILLPRIV_V2) !== 0n);
      this.#operations = operationTable(info.flags);
      this.#fileSystem.init?.(info);
      this.#logger.debug('session begins', { minor: info.protocolMinor, flags: info.flags });
    }
    this.#send(request, 0, putInit(this.#reply, answer));
  }

  /** A target that is not parked was answered before: the kernel expects nothing then. */
  #interrupt(unique: bigint): void {
    const waiter = this.#parked.take(unique);
    if (waiter === undefined) return;
    this.#send(waiter.request, INTERRUPTED, 0);
    this.#releaseKeys(waiter, undefined);
  }

  /** Tells the file system which of a former waiter's keys nobody waits for; not `except`. */
  #releaseKeys(waiter: Waiter, except: string | undefined): void {
    if (this.#fileSystem.unwaited === undefined) return;
    for (const key of waiter.keys) {
      if (key === except || this.#parked.isAwaited(key)) continue;
      this.#guarded('unwaited', () => this.#fileSystem.unwaited?.(key));
    }
  }

  #sendResult(request: Request, length: number): void {
    if (this.#send(request, 0, length) !== 'withdrawn') return;
    this.#guarded('undo', () =>
      undoUnseen(this.#fileSystem, request, { reply: this.#reply, length }),
    );
  }

  #send(request: Request, errno: number, length: number): Sent {
    if (this.#gone) return 'gone';
    const total = this.#reply.writeHeader(request, errno, length);
    try {
      const sent = this.#device.write(this.#reply.address, total);
      this.#counters.answered(request, errno, length, this.#clock.monotonic());
      if (sent === 'gone') this.#leave();
      return sent;
    } catch (error) {
      this.#logger.error('the kernel refused a reply', { opcode: request.opcode, errno, error });
      // What the refused reply handed out was not seen, whatever becomes of this one.
      if (errno === 0) this.#send(request, INPUT_OUTPUT, 0);
      return 'withdrawn';
    }
  }

  #errnoFor(error: unknown): number {
    if (error instanceof ProtocolRefusal) return error.errno;
    const errno = this.#errnoOf(error);
    return Number.isInteger(errno) && errno > 0 && errno < ERRNO_END ? errno : INPUT_OUTPUT;
  }

  #newExchange(killsPrivileges: boolean): Exchange {
    return {
      fileSystem: this.#fileSystem,
      request: this.#request,
      reply: this.#reply,
      plainPacker: new PlainDirectoryPacker(this.#reply),
      plusPacker: new PlusDirectoryPacker(this.#reply),
      killsPrivileges,
    };
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.close();
  }

  #destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#guarded('destroy', () => this.#fileSystem.destroy?.());
  }

  /** For calls that nobody waits for: their errors are logged. */
  #guarded(op: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#logger.error(`${op} failed`, { error });
    }
  }
}
