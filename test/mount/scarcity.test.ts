/** A system that has no more descriptors, memory or threads: told plainly, and nothing is lost. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { compiledMain } from '../support/compiled.js';
import { canBeOrdinaryUser, isRoot } from '../fuse/ordinary-user.js';
import { MountedNuage } from '../support/mounted-nuage.js';

/** Runs nothing else (`games` of Debian), so that its threads can be counted. */
const LONELY_UID = 5;

/** Fewer than Node itself needs, and more than enough. */
const THREADS = { fewest: 10, most: 30 };

/** A start takes less; one that mounts is ended after it. */
const START_MS_MAX = 15_000;

const MIB = 1024 * 1024;

let nuage: MountedNuage;

afterEach(() => nuage.close(), 60_000);

/** prlimit(1), of the process that serves the mount. */
function limit(what: 'nofile' | 'data', value: number): void {
  execFileSync('prlimit', ['--pid', String(nuage.pid), `--${what}=${value}:`]);
}

async function synced(): Promise<void> {
  while ((await nuage.command('sync', nuage.folder)).code !== 0) await pause(500);
}

const namesOnServer = (): readonly string[] => fs.readdirSync(nuage.server.folder).sort();

describe.skipIf(!isRoot)('without free descriptors', { timeout: 120_000 }, () => {
  it('what can be done is done, the rest is refused with ENFILE, and all is sent later', async () => {
    nuage = await MountedNuage.start({ files: { 'here.txt': Buffer.from('here') } });
    await nuage.sh('cat here.txt');
    limit('nofile', fs.readdirSync(`/proc/${nuage.pid}/fd`).length);
    const { stdout, stderr } = await nuage.run(
      'bash',
      '-c',
      'for i in {1..2000}; do echo text > new$i && echo new$i || break; done; mkdir folder; cat here.txt',
    );
    expect(stderr).toMatch(/new\d+: Too many open files in system/);
    expect(stderr).not.toMatch(/Input\/output error/);
    expect(stdout).toMatch(/here$/);
    const acknowledged = stdout.match(/new\d+/g) ?? [];
    // It looks around, plans and fails to send meanwhile.
    await pause(6_000);
    const status = await nuage.command('status', nuage.folder);
    expect(status.stderr).toMatch(/^$|nofile/);
    limit('nofile', 4_096);
    await synced();
    expect(namesOnServer()).toEqual([...acknowledged, 'folder', 'here.txt'].sort());
  });
});

describe.skipIf(!isRoot)('without free memory', { timeout: 120_000 }, () => {
  it('the process may end, and what was acknowledged is sent by the next one', async () => {
    nuage = await MountedNuage.start();
    await nuage.server.fault({ method: 'PUT|POST', action: { kind: 'respond', status: 503 } });
    const { stdout: before } = await nuage.run('bash', '-c', writing('before'));
    limit('data', 64 * MIB);
    const { stdout: without } = await nuage.run('bash', '-c', writing('without'));
    await nuage.server.control('clear');
    // It may have ended by itself.
    await nuage.end('SIGKILL');
    await nuage.mount();
    await synced();
    const acknowledged = `${before}${without}`.trim().split('\n').sort();
    expect(acknowledged.length).toBeGreaterThanOrEqual(400);
    expect(namesOnServer()).toEqual(expect.arrayContaining(acknowledged));
    for (const name of acknowledged) {
      expect(fs.readFileSync(path.join(nuage.server.folder, name), 'utf8')).toBe(`${name}\n`);
    }
  });

  const writing = (name: string): string =>
    `for i in {1..400}; do n=${name}$i; (echo $n > $n) 2> /dev/null && echo $n; ls > /dev/null; done`;
});

describe.skipIf(!canBeOrdinaryUser)('without free threads', { timeout: 300_000 }, () => {
  it('a start says so', async () => {
    nuage = await MountedNuage.start();
    const told: string[] = [];
    for (let threads = THREADS.fewest; threads <= THREADS.most; threads += 1) {
      const { status, stdout, stderr } = startWith(threads);
      if (stdout.includes('is mounted on')) break;
      if (status === 1) told.push(stderr);
    }
    expect(told.length).toBeGreaterThan(0);
    for (const text of told) expect(text).toMatch(/Close some programs, or raise .* `nproc`/);
  });
});

/** Node gives up by itself (SIGABRT) where it lacks the threads for its own work. */
function startWith(
  threads: number,
): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-threads-'));
  const folder = path.join(home, 'Nuage');
  fs.mkdirSync(folder);
  for (const at of [home, folder]) fs.chownSync(at, LONELY_UID, LONELY_UID);
  const user = ['setpriv', `--reuid=${LONELY_UID}`, `--regid=${LONELY_UID}`, '--clear-groups'];
  const program = [process.execPath, compiledMain(), 'mount', folder, '--foreground'];
  const account = ['--server', nuage.server.url, '--user', nuage.server.user];
  const [command = '', ...args] = [
    ...user,
    'prlimit',
    `--nproc=${threads}`,
    ...program,
    ...account,
  ];
  try {
    return spawnSync(command, args, {
      encoding: 'utf8',
      timeout: START_MS_MAX,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_RUNTIME_DIR: home,
        NUAGE_PASSWORD: nuage.server.password,
        LC_ALL: 'C.UTF-8',
      },
    });
  } finally {
    spawnSync('umount', ['-l', folder]);
    fs.rmSync(home, { recursive: true, force: true });
  }
}
