/** The tree on real mounts: what the kernel keeps, what reaches it, and what stays without a server. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

const POLL_SECONDS = 2;
/** `.xdg-volume-info`, which every mount has of its own. */
const OWN_ENTRIES = 1;

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start({
    arguments: ['--poll-interval', String(POLL_SECONDS)],
    ...options,
  });
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

function tree(folders: number, files: number): Record<string, Uint8Array> {
  const all: Record<string, Uint8Array> = {};
  for (let folder = 0; folder < folders; folder += 1) {
    for (let file = 0; file < files; file += 1) {
      all[`d${folder}/f${file}.txt`] = Buffer.from(`${folder} ${file}`);
    }
  }
  return all;
}

async function listings(mounted: MountedNuage): Promise<number> {
  const all = await mounted.server.requests();
  return all.filter(({ method, headers }) => method === 'PROPFIND' && headers['depth'] !== '0')
    .length;
}

async function isPrimed(mounted: MountedNuage, entries: number): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { stdout } = await mounted.command('status', mounted.folder, '--json');
    const { knownEntries } = JSON.parse(stdout) as { knownEntries: number };
    if (knownEntries === entries + OWN_ENTRIES) return;
    await pause(500);
  }
  throw new Error(`never ${entries} entries`);
}

/** As {@link MountedNuage.sh}, while the program cannot do anything. */
async function withoutProgram(mounted: MountedNuage, script: string): Promise<string> {
  const { pid } = mounted;
  if (pid === undefined) throw new Error('there is no program');
  process.kill(pid, 'SIGSTOP');
  const timer = setTimeout(() => process.kill(pid, 'SIGCONT'), 10_000);
  try {
    const began = Date.now();
    const said = await mounted.sh(script);
    if (Date.now() - began > 9_000) throw new Error('it waited for the program');
    return said;
  } finally {
    clearTimeout(timer);
    process.kill(pid, 'SIGCONT');
  }
}

/** As another client does it. */
async function moveThere({ server }: MountedNuage, from: string, to: string): Promise<void> {
  const root = `${server.url}/remote.php/dav/files/${server.user}`;
  const login = Buffer.from(`${server.user}:${server.password}`).toString('base64');
  const headers = { authorization: `Basic ${login}`, destination: `${root}/${to}` };
  const { status } = await fetch(`${root}/${from}`, { method: 'MOVE', headers });
  expect(status).toBe(201);
}

async function until(mounted: MountedNuage, script: string, wanted: string): Promise<number> {
  const began = Date.now();
  for (;;) {
    const { stdout } = await mounted.run('bash', '-c', script);
    if (stdout === wanted) return Date.now() - began;
    if (Date.now() - began > 20_000) throw new Error(`still ${stdout} instead of ${wanted}`);
    await pause(20);
  }
}

describe('a tree of twenty thousand files', { timeout: 120_000 }, () => {
  it('is known after some requests, while the mount answers, and walked without any', async () => {
    const mounted = await start({ files: tree(100, 200) });
    const slowest = await mounted.sh(
      "python3 -c 'import os,time\nworst=0\nend=time.time()+2\nwhile time.time()<end:\n" +
        '  t=time.time(); os.stat("."); os.path.exists("none%f"%t); worst=max(worst,time.time()-t)\n' +
        "print(int(worst*1000))'",
    );
    await isPrimed(mounted, 20_101);
    expect(Number(slowest)).toBeLessThan(1_000);
    const before = await listings(mounted);
    expect(before).toBeLessThanOrEqual(20);
    expect(await mounted.sh('find . -type f | wc -l')).toBe('20000\n');
    expect(await listings(mounted)).toBe(before);
  });
});

describe('what the kernel keeps', { timeout: 60_000 }, () => {
  it('answers names, attributes and absence without the program', async () => {
    const mounted = await start({ files: tree(2, 30) });
    // What is learnt later drops what the kernel has of the folders.
    await isPrimed(mounted, 63);
    await mounted.sh('ls -lR >/dev/null; stat d0/none || true');
    expect(await withoutProgram(mounted, 'stat -c %s d0/f7.txt d1')).toMatch(/^3\n/);
    expect(await withoutProgram(mounted, 'stat d0/none 2>&1 || true')).toContain('No such file');
  });

  it('has the attributes of a whole folder from one listing', async () => {
    const mounted = await start({ files: tree(1, 30) });
    // What it learns by itself after its start would come between.
    await isPrimed(mounted, 32);
    await mounted.sh('ls -f d0 >/dev/null');
    const names = 'for i in $(seq 0 29); do echo d0/f$i.txt; done';
    expect(await withoutProgram(mounted, `${names} | xargs stat -c %s | wc -l`)).toBe('30\n');
  });

  it('lets go of it when something appears, changes, moves or goes on the server', async () => {
    const mounted = await start({ files: tree(2, 5) });
    await mounted.sh('ls -lR >/dev/null; stat d0/new.txt 2>/dev/null || true');
    const there = (name: string): string => path.join(mounted.server.folder, name);
    fs.writeFileSync(there('d0/new.txt'), 'appeared');
    expect(await until(mounted, 'cat d0/new.txt', 'appeared')).toBeLessThan(10_000);
    fs.writeFileSync(there('d0/f1.txt'), 'a changed text');
    await until(mounted, 'stat -c %s d0/f1.txt; cat d0/f1.txt', '14\na changed text');
    const ino = await mounted.sh('stat -c %i d0/f2.txt');
    await moveThere(mounted, 'd0/f2.txt', 'd1/moved.txt');
    await until(mounted, 'stat -c %i d1/moved.txt', ino);
    fs.rmSync(there('d0/f3.txt'));
    await until(mounted, 'ls d0', 'f0.txt\nf1.txt\nf4.txt\nnew.txt\n');
  });
});

describe('a server that tells of changes', { timeout: 60_000 }, () => {
  it('shows them long before the next poll', async () => {
    const mounted = await start({ files: tree(1, 3), arguments: ['--poll-interval', '300'] });
    await mounted.end();
    await mounted.server.settings({ notifyPush: true });
    await mounted.mount();
    for (let tries = 0; tries < 100; tries += 1) {
      const { count } = (await mounted.server.control('listeners')) as { count: number };
      if (count === 1) break;
      await pause(50);
    }
    await mounted.sh('ls d0 >/dev/null');
    await pause(2_500);
    fs.writeFileSync(path.join(mounted.server.folder, 'd0/new.txt'), 'x');
    expect(await until(mounted, 'ls d0 | grep new', 'new.txt\n')).toBeLessThan(8_000);
  });
});

describe('without a server', { timeout: 120_000 }, () => {
  const WAYS: readonly (readonly [string, (mounted: MountedNuage) => Promise<unknown>])[] = [
    ['refused', (mounted) => mounted.server.kill()],
    ['silent', (mounted) => mounted.server.fault({ action: { kind: 'hang', at: 'before' } })],
    ['in maintenance', (mounted) => mounted.server.settings({ maintenance: true })],
    [
      'behind the page of a guest network',
      (mounted) =>
        mounted.server.fault({
          action: {
            kind: 'respond',
            status: 200,
            headers: { 'content-type': 'text/html; charset=utf-8' },
            body: '<html><title>Log in</title></html>',
          },
        }),
    ],
  ];

  it.each(WAYS)('what is known lists and stats (%s)', async (_way, away) => {
    const mounted = await start({ files: tree(3, 20) });
    await isPrimed(mounted, 64);
    await away(mounted);
    expect(await mounted.sh('find . -type f | wc -l; stat -c %s d2/f7.txt')).toBe('60\n3\n');
    await mounted.end();
    await mounted.mount();
    expect(await mounted.sh('find . -type f | wc -l; stat -c %s d2/f7.txt')).toBe('60\n3\n');
  });

  it('what is not here fails within a second once that is known, and comes back by itself', async () => {
    const mounted = await start({ files: tree(3, 20) });
    await isPrimed(mounted, 64);
    await mounted.server.settings({ maintenance: true });
    await mounted.run('bash', '-c', 'cat d1/f1.txt');
    const began = Date.now();
    const { code, stderr } = await mounted.run('bash', '-c', 'cat d1/f2.txt');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Network is unreachable')]);
    expect(Date.now() - began).toBeLessThan(1_500);
    await mounted.server.settings({ maintenance: false });
    await until(mounted, 'cat d1/f2.txt', '1 2');
  });
});
