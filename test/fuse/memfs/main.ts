/**
 * Serves the in-memory file system in a process of its own:
 * `node --import tsx test/fuse/memfs/main.ts '{"mountPoint": "/…", "validMs": 1000, …}'`.
 * Writes one JSON line per event to stdout: `mounted` once it serves, `unwaited`, `error`, `end`.
 * SIGTERM and SIGINT unmount it. The session has a thread of its own, as in production: a thread
 * that waits in poll hears no signal.
 */
import { writeSync } from 'node:fs';

import { mountFuse, unmountFuse } from '../../../src/fuse/mount.js';
import { startWorker } from '../../../src/fuse/worker-entry.js';

export interface ServerArguments {
  readonly mountPoint: string;
  /** How long the kernel may keep entries and attributes. */
  readonly validMs: number;
  readonly allowOther: boolean;
  readonly writebackCache: boolean;
}

export interface ServeWorkerData extends ServerArguments {
  readonly deviceFd: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as ServerArguments;
const deviceFd = mountFuse(options.mountPoint, {
  fsName: 'memory',
  subtype: 'nuage-memory',
  readOnly: false,
  allowOther: options.allowOther,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
});
const workerData: ServeWorkerData = { ...options, deviceFd };
const worker = startWorker('serve', import.meta.url, { workerData });
worker.on('error', (error) => {
  writeSync(1, `${JSON.stringify({ event: 'error', message: error.stack })}\n`);
  end();
  process.exitCode = 1;
});

function end(): void {
  unmountFuse(options.mountPoint, { lazy: true });
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
