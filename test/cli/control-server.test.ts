/** The control socket, against whoever connects to it. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningMount } from '../../src/cli/account-folder.js';
import { ask } from '../../src/cli/control-client.js';
import type { ControlRequest, MountStatus } from '../../src/cli/control-messages.js';
import { startControl } from '../../src/cli/control-server.js';
import { NuageError } from '../../src/errors.js';
import { CONTROL_LINE_BYTES_MAX } from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';

const STATUS: MountStatus = {
  limits: { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 },
  online: true,
  reason: undefined,
  since: 0,
  knownEntries: 1,
  cacheBytes: 0,
  cacheFull: null,
  quota: undefined,
  version: 1,
  transfers: [],
  conflictCopies: [],
  pendingCount: 0,
  failedCount: 0,
  heldDeletions: null,
  locks: [],
  pending: [],
  readers: [],
  mountPoint: '/tmp/Nuage',
  url: 'https://nuage.example.org',
  user: 'prof',
  pid: 1,
  stateFolder: '/tmp/state',
};

let folder: string;
let mount: RunningMount;
let asked: ControlRequest[];
let close: () => Promise<void>;

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-control-'));
  const socket = path.join(folder, 'control.sock');
  const { mountPoint, url, user, pid } = STATUS;
  mount = { mountPoint, url, user, pid, socket, typed: {} };
  asked = [];
  close = await startControl(
    socket,
    (request) => {
      asked.push(request);
      if (request.op === 'sync') throw new NuageError('busy', 'not now', { hint: 'Later.' });
      return Promise.resolve(STATUS);
    },
    silentLogger,
  );
});
afterEach(async () => {
  await close();
  fs.rmSync(folder, { recursive: true });
});

/** What comes back for these bytes until the other side ends. */
function answerTo(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const connection = net.connect(mount.socket, () => connection.write(text));
    connection.on('data', (piece) => (answer += String(piece)));
    connection.on('error', () => undefined);
    connection.on('close', () => resolve(answer));
  });
}

it('answers a request, and is open to its owner alone', async () => {
  const request: ControlRequest = { op: 'unmount', lazy: true };
  expect(await ask(mount, request)).toEqual(JSON.parse(JSON.stringify(STATUS)));
  expect(asked).toEqual([request]);
  expect(fs.statSync(mount.socket).mode & 0o077).toBe(0);
});

it('hands a failure over with its kind and hint', async () => {
  await expect(ask(mount, { op: 'sync' })).rejects.toMatchObject({
    kind: 'busy',
    message: 'not now',
    hint: 'Later.',
  });
});

it.each(['hello\n', '{}\n', '{"op":"format"}\n', 'null\n', '[\n'])('refuses %j', async (text) => {
  expect(JSON.parse(await answerTo(text))).toMatchObject({
    ok: false,
    error: { kind: 'protocol' },
  });
  expect(asked).toEqual([]);
});

it('ends a line that never ends', async () => {
  const answer = await answerTo('x'.repeat(CONTROL_LINE_BYTES_MAX + 1));
  expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { kind: 'protocol' } });
});

it('is closed although somebody is connected and says nothing', async () => {
  const idle = net.connect(mount.socket);
  await new Promise((resolve) => idle.once('connect', resolve));
  const gone = new Promise((resolve) => idle.once('close', resolve));
  idle.resume();
  await close();
  await gone;
  const { pid } = spawnSync('true');
  await expect(ask({ ...mount, pid }, { op: 'status' })).rejects.toMatchObject({ exitCode: 4 });
});
