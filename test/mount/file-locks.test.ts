/** Locks that others see, with programs that make lock files, on real mounts. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { canBeOrdinaryUser } from '../fuse/ordinary-user.js';
import { MountedNuage } from '../support/mounted-nuage.js';

const NOBODY = 65_534;
const USER = canBeOrdinaryUser ? { uid: NOBODY } : {};
const WAIT_MS_MAX = 60_000;

const execute = promisify(execFile);

let nuage: MountedNuage | undefined;

async function start(): Promise<MountedNuage> {
  nuage = await MountedNuage.start({
    settings: { fileLocks: true },
    arguments: ['--poll-interval', '1', '--upload-delay', '2'],
    files: { 'cours.odt': Buffer.from('one'), 'notes.txt': Buffer.from('notes') },
    ...USER,
  });
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`it never comes true: ${String(what)}`);
    await pause(200);
  }
}

async function isTrue(mounted: MountedNuage, condition: string): Promise<boolean> {
  return (await mounted.run('bash', '-c', condition)).code === 0;
}

async function lockOf(mounted: MountedNuage, name: string): Promise<string> {
  const script = `getfattr --only-values -n user.nuage.lock ${name}`;
  return (await mounted.run('bash', '-c', script)).stdout;
}

async function asked(mounted: MountedNuage, method: string): Promise<number> {
  return (await mounted.server.requests()).filter((request) => request.method === method).length;
}

describe('a lock file of a program', { timeout: 120_000 }, () => {
  it('locks the document for others, until it goes', async () => {
    const mounted = await start();
    await mounted.sh('cat cours.odt; echo Prof > ".~lock.cours.odt#"');
    await until(async () => (await lockOf(mounted, 'cours.odt')) === 'mine');
    await mounted.sh('echo -n two > new.tmp; mv new.tmp cours.odt; rm ".~lock.cours.odt#"');
    await until(async () => (await asked(mounted, 'UNLOCK')) > 0);
    await until(async () => (await lockOf(mounted, 'cours.odt')) === '');
    const all = (await mounted.server.requests()).map(({ method }) => method);
    expect(all.indexOf('LOCK')).toBeLessThan(all.lastIndexOf('PUT'));
    expect(all.lastIndexOf('PUT')).toBeLessThan(all.indexOf('UNLOCK'));
    expect(await mounted.sh('ls -A; cat cours.odt')).toBe('cours.odt\nnotes.txt\ntwo');
    expect(fs.readdirSync(mounted.server.folder).sort()).toEqual(['cours.odt', 'notes.txt']);
  });

  it.each(['unmount', 'umount'])('locks nothing any more after %s', async (how) => {
    const mounted = await start();
    await mounted.sh('ls; echo Prof > ".~lock.cours.odt#"');
    await until(async () => (await lockOf(mounted, 'cours.odt')) === 'mine');
    if (how === 'unmount') await mounted.command('unmount', mounted.folder);
    else await execute('fusermount3', ['-u', mounted.folder], { ...USER, cwd: '/' });
    expect(await mounted.ended()).toBe(0);
    expect(await asked(mounted, 'UNLOCK')).toBe(1);
  });
});

describe('a lock of somebody else', { timeout: 120_000 }, () => {
  it('makes the file read only, with its owner in the status, and goes', async () => {
    const mounted = await start();
    await mounted.sh('cat cours.odt notes.txt');
    for (const name of ['cours.odt', 'notes.txt']) {
      await mounted.server.control('lock', { path: name });
      await until(async () => (await lockOf(mounted, name)) === 'others');
    }
    expect(await mounted.sh('stat -c %a notes.txt cours.odt')).toBe('444\n644\n');
    const written = await mounted.run('bash', '-c', 'echo x >> cours.odt');
    expect(written.stderr).toContain('Permission denied');
    await until(() => isTrue(mounted, 'test -e ".~lock.cours.odt#"'));
    expect(await mounted.sh('cat ".~lock.cours.odt#"')).toMatch(/^Dominique Bernard,collegue,/);
    expect(await mounted.sh('stat -c %a ".~lock.cours.odt#"')).toBe('444\n');
    expect(await mounted.sh('ls -A')).toBe('cours.odt\nnotes.txt\n');

    const json = (await mounted.command('status', '--json', mounted.folder)).stdout;
    expect((JSON.parse(json) as { locks: unknown }).locks).toContainEqual({
      path: 'cours.odt',
      owner: 'Dominique Bernard',
      isMine: false,
    });
    const { stdout } = await mounted.command('status', mounted.folder);
    expect(stdout).toContain('Dominique Bernard');

    await mounted.server.control('unlock', { path: 'cours.odt' });
    await mounted.server.control('unlock', { path: 'notes.txt' });
    await until(() =>
      isTrue(mounted, '[ $(stat -c %a notes.txt) = 644 ] && ! [ -e ".~lock.cours.odt#" ]'),
    );
    await until(() => isTrue(mounted, 'echo -n two > cours.odt'));
    await mounted.sync();
    expect(fs.readFileSync(path.join(mounted.server.folder, 'cours.odt'), 'utf8')).toBe('two');
  });

  it('is nothing to a mount that is told to leave locks alone', async () => {
    const mounted = await start();
    expect((await mounted.command('config', 'locks', 'false')).code).toBe(0);
    await mounted.end();
    await mounted.mount();
    await mounted.server.control('lock', { path: 'notes.txt' });
    fs.writeFileSync(path.join(mounted.server.folder, 'later.txt'), 'x');
    await mounted.server.control('rescan');
    await until(() => isTrue(mounted, 'test -e later.txt'));
    expect(await mounted.sh('stat -c %a notes.txt')).toBe('644\n');
    expect(await mounted.sh('ls -A')).toBe('cours.odt\nlater.txt\nnotes.txt\n');
    expect(await lockOf(mounted, 'notes.txt')).toBe('');
  });
});
