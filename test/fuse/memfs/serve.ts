/** The thread that serves: session, notifier and the in-memory file system. See main.ts. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { systemClock } from '../../../src/clock.js';
import { Logger } from '../../../src/log.js';
import { runLoop } from '../../../src/fuse/loop.js';
import { WorkerNotifier } from '../../../src/fuse/notifier.js';
import { FuseSession } from '../../../src/fuse/session.js';
import { createWakeup } from '../../../src/fuse/system.js';
import { ControlledFileSystem } from './controlled-file-system.js';
import { memoryErrnoOf } from './fs-error.js';
import type { ServeWorkerData } from './main.js';

const { deviceFd, validMs, writebackCache } = workerData as ServeWorkerData;

function tell(event: string, detail: Readonly<Record<string, unknown>> = {}): void {
  writeSync(1, `${JSON.stringify({ event, ...detail })}\n`);
}

const logger = new Logger('memfs', ({ level, message, fields }) => {
  if (level === 'error') tell('error', { message, cause: String(fields?.['error']) });
});
const notifier = new WorkerNotifier({ deviceFd, logger });
const fileSystem = new ControlledFileSystem(
  { validMs, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  notifier,
  tell,
);
const session = new FuseSession({
  deviceFd,
  fileSystem,
  errnoOf: memoryErrnoOf,
  logger,
  clock: systemClock,
  features: { writebackCache },
});
fileSystem.wake = (key) => session.wake(key);
runLoop({
  session,
  wakeupFd: createWakeup(),
  onWakeup: () => undefined,
  nextTimerMs: () => Infinity,
  onTimer: () => undefined,
});
tell('end', {
  inodes: fileSystem.inodeCount,
  lookups: fileSystem.lookupCount,
  failedNotifications: notifier.failedCount,
});
notifier.close();
