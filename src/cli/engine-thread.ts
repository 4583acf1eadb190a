/**
 * Entry of the engine thread: one blocking loop over the kernel's device, the messages of the main
 * thread and the timers (D2). Nothing here may wait for an event loop, which this thread never
 * reaches: messages are taken out of their port by hand, and logging is a message.
 */
import { randomBytes } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../assert.js';
import { diskSpaceOf } from '../cache/disk-space.js';
import { systemClock } from '../clock.js';
import { NuageError, toErrorRecord } from '../errors.js';
import { conflicts } from '../fs/conflicts.js';
import { Engine } from '../fs/engine.js';
import { errnoOf, isExpected } from '../fs/errno.js';
import { lockedFiles, pendingNodes } from '../fs/status.js';
import { runLoop } from '../fuse/loop.js';
import { WorkerNotifier } from '../fuse/notifier.js';
import { OperationCounters } from '../fuse/operation-counters.js';
import { FuseSession } from '../fuse/session.js';
import { Logger } from '../log.js';
import type { LockRequest } from '../remote/remote.js';
import type { EngineOptions, EngineStatus, FromEngine, ToEngine } from './engine-messages.js';
import { answerQuestion } from './engine-questions.js';
import { processName } from './process-names.js';

assert(parentPort !== null, 'this file is the entry of a worker thread');
serve(workerData as EngineOptions, parentPort);

function serve(options: EngineOptions, port: MessagePort): void {
  const post = (message: FromEngine): void => port.postMessage(message);
  const logger = new Logger('engine', (record) => post({ type: 'log', record: plain(record) }));
  try {
    const locks = run(options, port, { post, logger });
    post({ type: 'ended', error: undefined, locks });
  } catch (error) {
    logger.error('the engine failed', { error });
    post({ type: 'ended', error: toErrorRecord(error), locks: [] });
  }
  // An open port would keep the thread alive.
  port.close();
}

interface Output {
  readonly post: (message: FromEngine) => void;
  readonly logger: Logger;
}

/** @returns the locks of the server that are left to be given back. */
function run(
  options: EngineOptions,
  port: MessagePort,
  { post, logger }: Output,
): readonly LockRequest[] {
  const notifier = new WorkerNotifier({
    deviceFd: options.deviceFd,
    logger: logger.scoped('fuse'),
  });
  const engine = new Engine(options, {
    post,
    notifier,
    wake: (key) => session.wake(key),
    mounted: () => post({ type: 'mounted' }),
    notice: (notice) => post({ type: 'notice', notice }),
    disk: () => diskSpaceOf(options.stateFolder),
    processOf: processName,
    clock: systemClock,
    logger,
    random: Math.random,
    randomId: () => randomBytes(16).toString('hex'),
  });
  const session: FuseSession = new FuseSession({
    deviceFd: options.deviceFd,
    fileSystem: engine.fileSystem,
    errnoOf: (error) => explained(error, logger),
    logger: logger.scoped('fuse'),
    clock: systemClock,
    counters: new OperationCounters(options.counters),
  });
  engine.start();
  try {
    runLoop({
      session,
      wakeupFd: options.wakeupFd,
      onWakeup: () => takeMessages(port, { engine, session, post, logger }),
      nextTimerMs: () => engine.timers.nextDelayMs(),
      onTimer: () => engine.runTimers(),
    });
    return engine.locksLeft();
  } finally {
    notifier.close();
    engine.close();
  }
}

/** What nobody expected is worth a line with its cause; a missing file is not. */
function explained(error: unknown, logger: Logger): number {
  if (!isExpected(error)) logger.warn('an operation failed', { error });
  return errnoOf(error);
}

interface Served {
  readonly logger: Logger;
  readonly engine: Engine;
  readonly session: FuseSession;
  readonly post: (message: FromEngine) => void;
}

function takeMessages(port: MessagePort, served: Served): void {
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: ToEngine } | undefined;
    if (received === undefined) return;
    try {
      take(received.message, served);
    } catch (error) {
      // A full disk above all. The mount goes on, and whoever waits asks again.
      served.logger.error('an answer could not be taken in', { error });
    }
  }
}

function take(message: ToEngine, { engine, session, post }: Served): void {
  switch (message.type) {
    case 'server':
      engine.learn(message.server);
      return;
    case 'status':
      post({ type: 'status', id: message.id, status: statusOf(engine) });
      return;
    case 'question':
      answer(message, engine, post);
      return;
    case 'flush':
      engine.flush(() => post({ type: 'flushed', id: message.id }));
      return;
    case 'patience':
      session.setPatient(message.isPatient);
      return;
    case 'ask-again':
      engine.context.sync.connection.askAgain();
      return;
    case 'line-changed':
      engine.lineChanged();
      return;
    case 'shutdown':
      session.stop();
      return;
    case 'entries':
    case 'fetched':
    case 'sent':
    case 'hashed':
    case 'pushed':
    case 'done':
    case 'failed':
      engine.deliver(message);
  }
}

function answer(
  { id, question }: Extract<ToEngine, { type: 'question' }>,
  engine: Engine,
  post: Served['post'],
): void {
  answerQuestion(engine, question, {
    done: (told) => post({ type: 'answer', id, answer: told }),
    failed: (error) => post({ type: 'refusal', id, error: toErrorRecord(error) }),
  });
}

function statusOf(engine: Engine): EngineStatus {
  const { sync, tree, contents, space, keeper, readers } = engine.context;
  const { online, since, reason } = sync.connection;
  return {
    online,
    since: Math.round(since),
    reason: reason === undefined ? undefined : toErrorRecord(reason),
    knownEntries: tree.count(),
    cacheBytes: contents.usedBytes(),
    cacheFull: keeper.full ?? null,
    quota: space.quota,
    conflictCopies: conflicts(engine.context).map(({ mine }) => mine.path),
    pendingCount: tree.pendingCount(),
    failedCount: tree.failedCount(),
    locks: lockedFiles(engine.context),
    heldDeletions: sync.removals.held() ?? null,
    pending: pendingNodes(engine.context),
    readers: readers.all(),
  };
}

/** Errors do not cross a port with all that they know, and must not stop the record. */
function plain<Rec extends { readonly fields?: Readonly<Record<string, unknown>> | undefined }>(
  record: Rec,
): Rec {
  if (record.fields === undefined) return record;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record.fields)) {
    fields[name] = value instanceof Error ? describe(value) : value;
    // For who must keep it out of the words of the error.
    if (value instanceof NuageError && value.path !== undefined) fields['path'] ??= value.path;
  }
  return { ...record, fields };
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}\n${error.stack ?? ''}`;
}
