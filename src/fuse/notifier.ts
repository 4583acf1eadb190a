/**
 * Tells the kernel what changed, from a thread of its own. The kernel may hold a lock that only
 * our reply to a pending request releases, so whoever writes a notification may have to wait for
 * the thread that serves; that thread must never wait for it. Hence: post and forget.
 */
import type { Worker } from 'node:worker_threads';
import type { Logger } from '../log.js';
import { NOTIFICATIONS_QUEUED_MAX, NOTIFICATION_BYTES_QUEUED_MAX } from '../limits.js';
import type { KernelNotifier } from './filesystem.js';
import {
  encodeDeleteEntry,
  encodeInvalidateEntry,
  encodeInvalidateInode,
  encodeStore,
} from './notification.js';
import type { NotifierWorkerData } from './notifier-counters.js';
import { COUNTERS, DONE_BYTES, DONE_COUNT, FAILED_COUNT } from './notifier-counters.js';
import { startWorker } from './worker-entry.js';

export interface WorkerNotifierOptions {
  readonly deviceFd: number;
  readonly logger: Logger;
}

export class WorkerNotifier implements KernelNotifier {
  readonly #worker: Worker;
  readonly #logger: Logger;
  readonly #counters: BigInt64Array;
  #postedCount = 0;
  #postedBytes = 0;
  #droppedCount = 0;

  constructor(options: WorkerNotifierOptions) {
    this.#logger = options.logger;
    const counters = new SharedArrayBuffer(COUNTERS * BigInt64Array.BYTES_PER_ELEMENT);
    this.#counters = new BigInt64Array(counters);
    const workerData: NotifierWorkerData = { deviceFd: options.deviceFd, counters };
    this.#worker = startWorker('notifier-worker', import.meta.url, { workerData });
    this.#worker.on('error', (error) => this.#logger.error('the notifier failed', { error }));
    // It only serves this thread, which therefore need not wait for its end.
    this.#worker.unref();
  }

  /** Notifications that were thrown away because too many waited. Caches may be stale then. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Notifications that the kernel has not taken yet. */
  get pendingCount(): number {
    return this.#postedCount - Number(Atomics.load(this.#counters, DONE_COUNT));
  }

  /** Answers other than success, and than "I do not have that in my caches". */
  get failedCount(): number {
    return Number(Atomics.load(this.#counters, FAILED_COUNT));
  }

  invalidateInode(ino: number, offset: number, length: number): void {
    this.#post(encodeInvalidateInode(ino, offset, length));
  }

  invalidateEntry(parent: number, name: string): void {
    this.#post(encodeInvalidateEntry(parent, name));
  }

  deleteEntry(parent: number, child: number, name: string): void {
    this.#post(encodeDeleteEntry(parent, child, name));
  }

  store(ino: number, offset: number, data: Uint8Array): void {
    this.#post(encodeStore(ino, offset, data));
  }

  /** The thread ends once it has written what was posted before. */
  close(): void {
    this.#worker.postMessage(undefined);
  }

  #post(message: Uint8Array): void {
    const bytes = this.#postedBytes - Number(Atomics.load(this.#counters, DONE_BYTES));
    if (
      this.pendingCount >= NOTIFICATIONS_QUEUED_MAX ||
      bytes + message.length > NOTIFICATION_BYTES_QUEUED_MAX
    ) {
      // Once per overflow would hide its extent, once per message would flood: powers of two.
      this.#droppedCount += 1;
      if (Number.isInteger(Math.log2(this.#droppedCount))) {
        this.#logger.warn('notifications to the kernel dropped', { count: this.#droppedCount });
      }
      return;
    }
    this.#postedCount += 1;
    this.#postedBytes += message.length;
    this.#worker.postMessage(message, [message.buffer as ArrayBuffer]);
  }
}
