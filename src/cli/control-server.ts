/** Answers the other commands over a Unix socket in a private folder: a line of JSON each way. */
import fs from 'node:fs';
import net from 'node:net';
import { NuageError, toErrorRecord } from '../errors.js';
import { CONTROL_LINE_BYTES_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import { firstLine } from './control-line.js';
import { type EngineQuestion, QUESTION_FIELDS } from './engine-questions.js';
import type { ControlAnswer, ControlRequest, ControlResult } from './control-messages.js';

const BARE = ['status', 'metrics', 'sync', 'login'] as const;

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
  const { op } = request;
  if (isBare(op)) return { op };
  if (op === 'unmount') return { op, lazy: 'lazy' in request && request.lazy };
  if (op === undefined) throw unknownCommand();
  return questionOf(op, request);
}

/** It says all by its name. */
function isBare(op: ControlRequest['op'] | undefined): op is (typeof BARE)[number] {
  return BARE.some((bare) => bare === op);
}

/** Its fields, all of the right type and no others. */
function questionOf(op: EngineQuestion['op'], request: object): EngineQuestion {
  if (!Object.hasOwn(QUESTION_FIELDS, op)) throw unknownCommand();
  const question: Record<string, unknown> = { op };
  for (const [name, type] of Object.entries(QUESTION_FIELDS[op])) {
    const value = (request as Readonly<Record<string, unknown>>)[name];
    const isRight = type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string';
    if (!isRight) throw new NuageError('protocol', `this command needs a ${type}, its ${name}`);
    question[name] = value;
  }
  return question as unknown as EngineQuestion;
}

function unknownCommand(): NuageError {
  return new NuageError('protocol', 'the mount does not know this command');
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
