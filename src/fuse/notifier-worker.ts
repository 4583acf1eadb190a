/**
 * The third thread: writes to the device what it is sent, one message after the other, and may
 * wait in the kernel as long as the kernel likes. `undefined` ends it.
 */
import { NOTIFICATION_BUFFER_FIRST_BYTES } from '../limits.js';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../assert.js';
import type { NotifierWorkerData } from './notifier-counters.js';
import { DONE_BYTES, DONE_COUNT, FAILED_COUNT } from './notifier-counters.js';
import { openNotifierDevice } from './notifier-device.js';
import { BUSY, NOT_A_FOLDER, NOT_EMPTY, NOT_FOUND } from './protocol-errno.js';
import type { FixedMemory } from './system.js';
import { allocateFixed, lastErrno, systemCalls } from './system.js';

/** The kernel does not have it, or it is in use: then there is nothing to drop. */
const HARMLESS: ReadonlySet<number> = new Set([NOT_FOUND, BUSY, NOT_A_FOLDER, NOT_EMPTY]);

assert(parentPort !== null, 'runs as a worker');
const port = parentPort;
const data = workerData as NotifierWorkerData;
const deviceFd = openNotifierDevice(data.deviceFd);
const done = new BigInt64Array(data.counters);
const system = systemCalls();
let memory: FixedMemory = allocateFixed(NOTIFICATION_BUFFER_FIRST_BYTES);

port.on('message', (message: Uint8Array | undefined) => {
  if (message === undefined) {
    port.close();
    return;
  }
  if (message.length > memory.bytes.length) memory = allocateFixed(message.length);
  memory.bytes.set(message);
  const written = system.write(deviceFd, memory.address, message.length);
  if (written < 0 && !HARMLESS.has(lastErrno())) Atomics.add(done, FAILED_COUNT, 1n);
  Atomics.add(done, DONE_BYTES, BigInt(message.length));
  Atomics.add(done, DONE_COUNT, 1n);
});
