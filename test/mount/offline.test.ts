/**
 * A server that is gone, in each way in which one can be: what is known lists and stats, what was
 * read reads, the rest fails soon, and all goes on by itself. On real mounts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { MountStatus } from '../../src/cli/control-messages.js';
import { ROOT_ANSWER_TIMEOUT_MS, SILENCE_ASK_MS } from '../../src/limits.js';
import { NuageProcess } from '../demo/nuage-process.js';
import { MountedNuage } from '../support/mounted-nuage.js';

/** Beside what a busy machine takes to start a program. */
const AT_ONCE_MS = 1_000;
const LONG_MS = 90_000;

/** Until everybody knows of a server that says nothing, on a busy machine. */
const SILENCE_MS_MAX = 25_000;

let nuage: MountedNuage | undefined;
let again: NuageProcess | undefined;

afterEach(async () => {
  await nuage?.close();
  await again?.close();
  again = undefined;
}, 60_000);

async function start(): Promise<MountedNuage> {
  nuage = await MountedNuage.start({
    arguments: ['--poll-interval', '2'],
    files: {
      'known/read.txt': Buffer.from('read before'),
      'known/unread.txt': Buffer.alloc(100_000, 'u'),
      'known/stuck.bin': Buffer.alloc(3_000_000, 's'),
      'known/other.bin': Buffer.alloc(3_000_000, 'o'),
      'unknown/deep/file.txt': Buffer.from('never seen'),
    },
  });
  await nuage.sh('cat known/read.txt; ls known');
  return nuage;
}

async function status(mounted: MountedNuage): Promise<MountStatus> {
  const { stdout } = await mounted.command('status', mounted.folder, '--json');
  return JSON.parse(stdout) as MountStatus;
}

async function until(mounted: MountedNuage, online: boolean): Promise<MountStatus> {
  const deadline = Date.now() + LONG_MS;
  while (Date.now() < deadline) {
    const now = await status(mounted);
    if (now.online === online) return now;
    await pause(200);
  }
  throw new Error(`the mount has not become ${online ? 'online' : 'offline'}:\n${mounted.output}`);
}

/** Reads a file and says how it went, and after how long, measured in the program that reads. */
const READ = `
import errno, sys, time
before = time.monotonic()
try:
    text = open(sys.argv[1], 'rb').read()[:20].decode()
except OSError as error:
    text = errno.errorcode[error.errno]
print(text, int((time.monotonic() - before) * 1000))
`;

async function read(mounted: MountedNuage, file: string): Promise<{ text: string; ms: number }> {
  const { stdout, stderr } = await mounted.run('python3', '-c', READ, file);
  const [, text = stderr, ms = 'NaN'] = /^(.*) (\d+)\n$/s.exec(stdout) ?? [];
  return { text, ms: Number(ms) };
}

async function expectKnownWorks(mounted: MountedNuage): Promise<void> {
  expect(
    await mounted.sh('ls known | grep read; stat -c %s known/unread.txt; cat known/read.txt'),
  ).toBe('read.txt\nunread.txt\n100000\nread before');
  await mounted.sh('echo mine > known/written.txt; mv -f known/written.txt known/moved.txt');
}

async function expectRestFailsSoon(mounted: MountedNuage): Promise<void> {
  // Twice: what is remembered of a failure and what is asked anew.
  for (let time = 0; time < 2; time += 1) {
    const result = await read(mounted, 'known/unread.txt');
    expect(result.text).toBe('ENETUNREACH');
    expect(result.ms).toBeLessThan(AT_ONCE_MS);
  }
  const listing = await read(mounted, 'unknown/deep/file.txt');
  expect(listing.text).toBe('ENETUNREACH');
  expect(listing.ms).toBeLessThan(AT_ONCE_MS);
}

async function expectAllResumes(mounted: MountedNuage, server: NuageProcess): Promise<void> {
  await until(mounted, true);
  expect((await read(mounted, 'known/unread.txt')).text).toBe('u'.repeat(20));
  expect((await read(mounted, 'unknown/deep/file.txt')).text).toBe('never seen');
  await mounted.sync();
  const sent = (await server.requests()).filter(({ method, path: file, status: code }) => {
    return method === 'PUT' && file.endsWith('known/moved.txt') && code === 201;
  });
  expect(sent.length).toBe(1);
}

describe('a server', { timeout: 180_000 }, () => {
  it('that refuses connections is away until it listens again', async () => {
    const mounted = await start();
    const { folder, password, url } = mounted.server;
    await mounted.server.kill();
    expect((await until(mounted, false)).reason).toMatchObject({ kind: 'offline' });
    await expectKnownWorks(mounted);
    await expectRestFailsSoon(mounted);
    again = await NuageProcess.start({ folder, password, port: Number(new URL(url).port) });
    await expectAllResumes(mounted, again);
  });

  it('in maintenance is away until it is done', async () => {
    const mounted = await start();
    await mounted.server.settings({ maintenance: true });
    expect((await until(mounted, false)).reason).toMatchObject({ kind: 'maintenance' });
    await expectKnownWorks(mounted);
    await expectRestFailsSoon(mounted);
    await mounted.server.settings({ maintenance: false });
    await expectAllResumes(mounted, mounted.server);
  });

  it('in whose place a captive portal answers is away, and no page of it becomes a file', async () => {
    const mounted = await start();
    const body = '<!DOCTYPE html><html><body>Bienvenue à l’hôtel</body></html>';
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    const id = await mounted.server.fault({
      action: { kind: 'respond', status: 200, headers, body },
    });
    expect((await until(mounted, false)).reason).toMatchObject({ kind: 'offline' });
    await expectKnownWorks(mounted);
    await expectRestFailsSoon(mounted);
    await mounted.server.control('unfault', { id });
    await expectAllResumes(mounted, mounted.server);
  });

  it('that says nothing holds up who needs it alone, and all who wait once it is known', async () => {
    const mounted = await start();
    const id = await mounted.server.fault({ action: { kind: 'hang', at: 'before' } });
    const interrupted = reader(mounted, 'known/unread.txt');
    const patient = ['unknown/deep/file.txt', 'known/stuck.bin', 'known/other.bin'].map((file) =>
      read(mounted, file),
    );
    await pause(1_000);
    await expectKnownWorks(mounted);
    await expectEndsAtOnce(interrupted);
    await until(mounted, false);
    const known = Date.now();
    for (const { text, ms } of await Promise.all(patient)) {
      expect(text).toMatch(/ENETUNREACH|ETIMEDOUT/);
      expect(ms).toBeLessThan(SILENCE_MS_MAX);
    }
    expect(Date.now() - known).toBeLessThan(2 * AT_ONCE_MS);
    await expectKnownWorks(mounted);
    await expectRestFailsSoon(mounted);
    await mounted.server.control('unfault', { id });
    await expectAllResumes(mounted, mounted.server);
  });

  it('that says nothing of one file holds up its reader alone, who can be interrupted', async () => {
    const mounted = await start();
    const action = { kind: 'hang', at: 'before' } as const;
    const id = await mounted.server.fault({ method: 'GET', path: 'stuck', action });
    const held = reader(mounted, 'known/stuck.bin');
    await expect.poll(() => mounted.server.hits(id), { timeout: LONG_MS }).toBeGreaterThan(0);
    const others = ['known/other.bin', 'known/unread.txt', 'unknown/deep/file.txt'];
    const texts = others.map(async (file) => (await read(mounted, file)).text);
    // Longer than the server is given to say that it is there.
    await pause(SILENCE_ASK_MS + ROOT_ANSWER_TIMEOUT_MS);
    expect(await Promise.all(texts)).toEqual(['o'.repeat(20), 'u'.repeat(20), 'never seen']);
    expect((await status(mounted)).online).toBe(true);
    expect(held.exitCode).toBeNull();
    await expectEndsAtOnce(held);
  });
});

async function expectEndsAtOnce(waiting: ChildProcess): Promise<void> {
  const before = Date.now();
  waiting.kill('SIGINT');
  await once(waiting, 'exit');
  expect(Date.now() - before).toBeLessThan(AT_ONCE_MS);
}

function reader(mounted: MountedNuage, file: string) {
  return spawn('cat', [path.join(mounted.folder, file)], { stdio: 'ignore' });
}
