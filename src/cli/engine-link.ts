/** The main thread's end of the engine thread: carries messages both ways, and effects out. */
import type { Worker } from 'node:worker_threads';
import { systemClock } from '../clock.js';
import { fromErrorRecord, NuageError } from '../errors.js';
import type { Notice } from '../fs/engine.js';
import { OperationCounters } from '../fuse/operation-counters.js';
import { closeDescriptor, createWakeup, signalWakeup } from '../fuse/system.js';
import { startWorker } from '../fuse/worker-entry.js';
import { NURSERY_MIB } from '../limits.js';
import type { Logger, LogSink } from '../log.js';
import { EffectExecutor } from '../remote/executor.js';
import type { EffectRequest } from '../remote/messages.js';
import type { LockRequest, Remote, ServerInfo } from '../remote/remote.js';
import type { EngineOptions, EngineStatus, FromEngine, ToEngine } from './engine-messages.js';
import { TransferTable } from './transfers.js';
import type { EngineAnswer, EngineAnswers, EngineQuestion } from './engine-questions.js';

export interface EngineLinkParts {
  readonly options: Omit<EngineOptions, 'wakeupFd' | 'counters'>;
  readonly logger: Logger;
  /** Takes the engine's own records. */
  readonly sink: LogSink;
  readonly onNotice: (notice: Notice) => void;
}

interface Asked {
  readonly answered: (answer: EngineAnswer) => void;
  readonly refused: (error: NuageError) => void;
}

export class EngineLink {
  /** The kernel has begun to talk to the engine. */
  readonly mounted: Promise<void>;
  /** The engine has left its loop and closed its files; with the error that ended it, if any. */
  readonly ended: Promise<NuageError | undefined>;
  /** Written by the engine, read here. */
  readonly operations: Pick<OperationCounters, 'read'>;
  readonly transfers = new TransferTable(systemClock);
  readonly #worker: Worker;
  readonly #logger: Logger;
  #executor: EffectExecutor | undefined;
  /** Asked for before there was a way to the server, in order. */
  readonly #early: EffectRequest[] = [];
  readonly #wakeupFd: number;
  readonly #sink: LogSink;
  readonly #onNotice: (notice: Notice) => void;
  /** With undefined where the engine ended first. */
  readonly #statusWaiters = new Map<number, (status: EngineStatus | undefined) => void>();
  readonly #questions = new Map<number, Asked>();
  readonly #flushWaiters = new Map<number, () => void>();
  #lastRequest = 0;
  #locksLeft: readonly LockRequest[] = [];
  #isEnded = false;
  #resolveMounted: () => void = () => undefined;
  #resolveEnded: (error: NuageError | undefined) => void = () => undefined;

  constructor({ options, logger, sink, onNotice }: EngineLinkParts) {
    this.#onNotice = onNotice;
    this.#sink = sink;
    this.#logger = logger;
    this.#wakeupFd = createWakeup();
    this.mounted = new Promise((resolve) => (this.#resolveMounted = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    const counters = OperationCounters.newMemory();
    this.operations = new OperationCounters(counters);
    const workerData: EngineOptions = { ...options, wakeupFd: this.#wakeupFd, counters };
    this.#worker = startWorker('engine-thread', import.meta.url, {
      workerData,
      // A loader given by name would be looked for in the current folder, which is `/` by now.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 3 * NURSERY_MIB },
    });
    this.#worker.on('message', (message: FromEngine) => this.#take(message));
    this.#worker.on('error', (error) => {
      logger.error('the engine thread failed', { error });
      this.#end(fromErrorRecord({ kind: 'assertion', message: error.message }));
    });
    this.#worker.on('exit', () => this.#end(undefined));
  }

  /** From now on effects are carried out; until then they wait. */
  serve(remote: Remote): void {
    if (this.#executor !== undefined) return;
    const executor = new EffectExecutor({
      remote,
      post: (event) => {
        this.transfers.told(event);
        this.#post(event);
      },
      clock: systemClock,
      logger: this.#logger,
    });
    this.#executor = executor;
    for (const request of this.#early.splice(0)) executor.handle(request);
  }

  /** What the server says of itself, where the engine began with what it said the last time. */
  learn(server: ServerInfo): void {
    this.#post({ type: 'server', server });
  }

  /** Locks of the server that the engine has left when it ended: to be given back. */
  get locksLeft(): readonly LockRequest[] {
    return this.#locksLeft;
  }

  /** @throws kind `aborted` where the engine has ended. */
  async status(): Promise<EngineStatus> {
    const id = ++this.#lastRequest;
    const status = await new Promise<EngineStatus | undefined>((resolve) => {
      this.#statusWaiters.set(id, resolve);
      this.#post({ type: 'status', id });
    });
    if (status !== undefined) return status;
    throw hasEnded();
  }

  /** @throws what the engine refuses; kind `aborted` where it has ended. */
  ask<Op extends EngineQuestion['op']>(
    question: EngineQuestion & { readonly op: Op },
  ): Promise<EngineAnswers[Op]> {
    const id = ++this.#lastRequest;
    return new Promise((resolve, reject) => {
      // The type of the answer follows from `op`, which only the engine could break.
      const answered = (answer: EngineAnswer): void => resolve(answer as EngineAnswers[Op]);
      this.#questions.set(id, { answered, refused: reject });
      this.#post({ type: 'question', id, question });
    });
  }

  /** Resolves once everything has been sent, the server has refused what is left, or at the end. */
  flush(): Promise<void> {
    const id = ++this.#lastRequest;
    return new Promise((resolve) => {
      this.#flushWaiters.set(id, resolve);
      this.#post({ type: 'flush', id });
    });
  }

  /**
   * Runs what would wait for operations that themselves wait for the server: those end first, and
   * new ones do not wait.
   */
  withoutWaits(run: () => void): void {
    this.#post({ type: 'patience', isPatient: false });
    try {
      run();
    } finally {
      this.#post({ type: 'patience', isPatient: true });
    }
  }

  /** Offline: asks now whether the server is back. */
  askAgain(): void {
    this.#post({ type: 'ask-again' });
  }

  /** What waited for the old line is asked for again at once. */
  lineChanged(): void {
    this.#post({ type: 'line-changed' });
  }

  /** The engine leaves its loop, whether or not the mount is still there. */
  shutdown(): void {
    this.#post({ type: 'shutdown' });
  }

  async close(): Promise<void> {
    await this.#executor?.close();
    await this.#worker.terminate();
    closeDescriptor(this.#wakeupFd);
  }

  #post(message: ToEngine): void {
    if (this.#isEnded) {
      this.#letGo();
      return;
    }
    this.#worker.postMessage(message);
    signalWakeup(this.#wakeupFd);
  }

  #take(message: FromEngine): void {
    switch (message.type) {
      case 'start':
      case 'cancel':
      case 'allow':
        this.transfers.asked(message);
        if (this.#executor === undefined) this.#early.push(message);
        else this.#executor.handle(message);
        return;
      case 'log':
        this.#sink(message.record);
        return;
      case 'notice':
        this.#onNotice(message.notice);
        return;
      case 'mounted':
        this.#resolveMounted();
        return;
      case 'status':
        this.#statusWaiters.get(message.id)?.(message.status);
        this.#statusWaiters.delete(message.id);
        return;
      case 'answer':
        this.#questions.get(message.id)?.answered(message.answer);
        this.#questions.delete(message.id);
        return;
      case 'refusal':
        this.#questions.get(message.id)?.refused(fromErrorRecord(message.error));
        this.#questions.delete(message.id);
        return;
      case 'flushed':
        this.#flushWaiters.get(message.id)?.();
        this.#flushWaiters.delete(message.id);
        return;
      case 'ended':
        this.#locksLeft = message.locks;
        this.#end(message.error === undefined ? undefined : fromErrorRecord(message.error));
        return;
    }
  }

  #end(error: NuageError | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#letGo();
    this.#resolveEnded(error);
  }

  /** Nobody waits for an engine that has ended. */
  #letGo(): void {
    for (const resolve of this.#statusWaiters.values()) resolve(undefined);
    for (const resolve of this.#flushWaiters.values()) resolve();
    for (const { refused } of this.#questions.values()) refused(hasEnded());
    this.#questions.clear();
    this.#statusWaiters.clear();
    this.#flushWaiters.clear();
  }
}

function hasEnded(): NuageError {
  return new NuageError('aborted', 'the mount has just ended');
}
