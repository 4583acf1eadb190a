/** Answers the other commands over a Unix socket in a private folder: a line of JSON each way. */
import fs from 'node:fs';
import net from 'node:net';
import { NuageError, toErrorRecord } from '../errors.js';
import { CONTROL_LINE_BYTES_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import { firstLine } from './control-line.js';
import type { ControlAnswer, ControlRequest, ControlResult } from './control-messages.js';

export type ControlHandler = (request: ControlRequest) => Promise<ControlResult>;

/** @returns ends it, and whoever is still connected. */
export async function startControl(
  socket: string,
  handle: ControlHandler,
  logger: Logger,
): Promise<() => Promise<void>> {
  fs.rmSync(socket, { force: true });
  const connections = new Set<net.Socket>();
  const server = net.createServer((connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    void serve(connection, handle, logger);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  fs.chmodSync(socket, 0o600);
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // An answer that is on its way has been handed to the kernel; others would wait for ever.
    for (const connection of connections) connection.destroySoon();
    await closed;
  };
}

/** One request, one answer, end. */
async function serve(
  connection: net.Socket,
  handle: ControlHandler,
  logger: Logger,
): Promise<void> {
  let told: ControlAnswer;
  try {
    const line = await firstLine(connection, CONTROL_LINE_BYTES_MAX);
    if (line === undefined) {
      // It only asked whether we live.
      connection.end();
      return;
    }
    told = { ok: true, result: await handle(parse(line)) };
  } catch (error) {
    logger.debug('a command was refused', { error });
    told = { ok: false, error: toErrorRecord(error) };
  }
  if (connection.writable) connection.end(`${JSON.stringify(told)}\n`);
}

function parse(line: string): ControlRequest {
  const request = readRequest(line);
  switch (request.op) {
    case 'status':
    case 'sync':
    case 'login':
    case 'cache':
    case 'cache-check':
      return { op: request.op };
    case 'cache-clear':
    case 'pin':
    case 'unpin':
    case 'pin-progress':
      return { op: request.op, ino: inodeOf(request) };
    case 'unmount':
      return { op: 'unmount', lazy: 'lazy' in request && request.lazy };
    case undefined:
    default:
      throw new NuageError('protocol', 'the mount does not know this command');
  }
}

function inodeOf(request: object): number {
  if ('ino' in request && Number.isSafeInteger(request.ino)) return Number(request.ino);
  throw new NuageError('protocol', 'this command names a file or folder by its inode');
}

function readRequest(line: string): Partial<ControlRequest> {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request === 'object' && request !== null) return request;
  } catch {
    // Said below.
  }
  throw new NuageError('protocol', 'this is no request');
}
