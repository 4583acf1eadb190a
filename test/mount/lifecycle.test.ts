/** How a mount begins and ends, and what it is worth while the server is away. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { canBeOrdinaryUser } from '../fuse/ordinary-user.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

const execute = promisify(execFile);

const NOBODY = 65534;

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start(options);
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

describe('the end of a mount', { timeout: 60_000 }, () => {
  it('comes with SIGTERM, after what was written has been sent', async () => {
    const mounted = await start();
    await mounted.sh('echo dernier > mot.txt');
    expect(await mounted.end('SIGTERM')).toBe(0);
    expect(mounted.isMounted()).toBe(false);
    expect(await fs.readFile(path.join(mounted.server.folder, 'mot.txt'), 'utf8')).toBe(
      'dernier\n',
    );
  });

  it('comes with umount, and the process leaves by itself', async () => {
    const mounted = await start();
    await execute('umount', [mounted.folder]);
    expect(await mounted.ended()).toBe(0);
  });

  it('comes with the unmount command', async () => {
    const mounted = await start();
    const { code } = await mounted.command('unmount', mounted.folder);
    expect(code).toBe(0);
    expect(await mounted.ended()).toBe(0);
    expect(mounted.isMounted()).toBe(false);
  });

  it.runIf(canBeOrdinaryUser)('comes for an ordinary user with fusermount3', async () => {
    const mounted = await start({ uid: NOBODY });
    await mounted.sh('echo moi > fichier && stat -c "%u %a" fichier');
    await mounted.sync();
    const text = await fs.readFile(path.join(mounted.server.folder, 'fichier'), 'utf8');
    expect(text).toBe('moi\n');
    const options = { uid: NOBODY, gid: NOBODY, cwd: '/' };
    await execute('fusermount3', ['-u', mounted.folder], options);
    expect(await mounted.ended()).toBe(0);
  });
});

describe('a killed process', { timeout: 60_000 }, () => {
  it('loses nothing that was closed, and its stale mount is repaired', async () => {
    const mounted = await start();
    await mounted.sh('ls');
    await mounted.server.settings({ maintenance: true });
    await mounted.sh('mkdir dossier && echo précieux > dossier/devoir.txt');
    await mounted.end('SIGKILL');
    expect((await mounted.run('ls').catch(() => ({ code: 1 }))).code).not.toBe(0);
    await mounted.server.settings({ maintenance: false });
    await mounted.mount();
    expect(await mounted.sh('cat dossier/devoir.txt')).toBe('précieux\n');
    await mounted.sync();
    const there = path.join(mounted.server.folder, 'dossier/devoir.txt');
    expect(await fs.readFile(there, 'utf8')).toBe('précieux\n');
  });
});

describe('a second mount', { timeout: 60_000 }, () => {
  it('shows the same inode numbers, modes and attributes', async () => {
    const mounted = await start({ content: { files: 50, bigFileBytes: 1024 } });
    const look = `find . -printf '%P %i %m %s\\n' | sort`;
    await mounted.sh(`
      echo x > script.sh && chmod 750 script.sh && setfattr -n user.note -v bien script.sh
    `);
    const before = await mounted.sh(look);
    await mounted.end();
    await mounted.mount();
    expect(await mounted.sh(look)).toBe(before);
    expect(await mounted.sh('getfattr --only-values -n user.note script.sh')).toBe('bien');
  });

  it('is refused while the first one runs', async () => {
    const mounted = await start();
    const { url, user } = mounted.server;
    const again = await mounted.command('mount', mounted.folder, '--server', url, '--user', user);
    expect(again.code).toBe(4);
    expect(again.stderr).toMatch(/already/);
    expect(await mounted.sh('echo encore là')).toBe('encore là\n');
  });
});

/** A shell command that ends once the condition holds, or fails after ten seconds. */
function until(condition: string): string {
  return `for i in $(seq 100); do if ${condition}; then break; fi; sleep 0.1; done; ${condition}`;
}

describe('while the server is away', { timeout: 60_000 }, () => {
  it('reads what is here, keeps what is written, and sends it later', async () => {
    const mounted = await start({ arguments: ['--poll-interval', '1'] });
    await fs.writeFile(path.join(mounted.server.folder, 'lu.txt'), 'déjà lu');
    await mounted.sh(`${until('[ -e lu.txt ]')}; cat lu.txt`);
    await mounted.server.settings({ maintenance: true });
    expect(await mounted.sh('cat lu.txt; echo hors ligne > nouveau.txt; cat nouveau.txt')).toBe(
      'déjà luhors ligne\n',
    );
    await mounted.server.settings({ maintenance: false });
    await mounted.sync();
    const there = await fs.readFile(path.join(mounted.server.folder, 'nouveau.txt'), 'utf8');
    expect(there).toBe('hors ligne\n');
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends at once with %s, though the kernel waits for bytes and for a notification',
    async (signal) => {
      const mounted = await start({ arguments: ['--poll-interval', '1'] });
      const there = path.join(mounted.server.folder, 'loin.txt');
      await fs.writeFile(there, 'x'.repeat(5_000_000));
      await mounted.sh(until('[ "$(stat -c %s loin.txt)" = 5000000 ]'));
      await mounted.server.fault({ method: 'GET', action: { kind: 'hang', at: 'before' } });
      const cat = spawn('cat', [path.join(mounted.folder, 'loin.txt')], { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await fs.writeFile(there, 'y'.repeat(6_000_000));
      await mounted.sh(until('[ "$(stat -c %s loin.txt)" = 6000000 ]'));
      await mounted.sh('sleep 0.5');
      const ended = once(cat, 'exit');
      const before = Date.now();
      await mounted.end(signal);
      await ended;
      expect(Date.now() - before).toBeLessThan(12_000);
    },
  );

  it('lets Ctrl-C end a cat that waits for a server that never answers', async () => {
    const mounted = await start({ arguments: ['--poll-interval', '1'] });
    await fs.writeFile(path.join(mounted.server.folder, 'loin.txt'), 'x'.repeat(5_000_000));
    await mounted.sh(until('[ "$(stat -c %s loin.txt)" = 5000000 ]'));
    await mounted.server.fault({ method: 'GET', action: { kind: 'hang', at: 'before' } });
    const cat = spawn('cat', [path.join(mounted.folder, 'loin.txt')], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(cat.exitCode, 'it waits').toBeNull();
    const before = Date.now();
    cat.kill('SIGINT');
    await once(cat, 'exit');
    expect(Date.now() - before).toBeLessThan(1_000);
  });
});

describe('what changes on the server', { timeout: 60_000 }, () => {
  it('is seen here, though the kernel had it cached', async () => {
    const mounted = await start({ arguments: ['--poll-interval', '1'] });
    const there = mounted.server.folder;
    await fs.writeFile(path.join(there, 'a.txt'), 'avant');
    await mounted.sh('sleep 2; cat a.txt; ls; stat a.txt; ! stat b.txt');
    await fs.writeFile(path.join(there, 'a.txt'), 'après, plus long');
    await fs.writeFile(path.join(there, 'b.txt'), 'nouveau');
    await mounted.sh(until(`[ -e b.txt ] && [ "$(cat a.txt)" = 'après, plus long' ]`));
    await fs.rm(path.join(there, 'b.txt'));
    await mounted.sh(until('[ ! -e b.txt ]'));
  });
});

describe('the room that is left', { timeout: 60_000 }, () => {
  it('is the account’s quota, and what does not fit is refused at once', async () => {
    const mounted = await start({ quotaBytes: 10 * 1024 * 1024 });
    const size = await mounted.sh('sleep 1; df --output=size -B1 . | tail -1');
    expect(Number(size)).toBeGreaterThan(9 * 1024 * 1024);
    expect(Number(size)).toBeLessThan(11 * 1024 * 1024);
    const { code, stderr } = await mounted.run(
      'dd',
      'if=/dev/zero',
      'of=trop',
      'bs=1M',
      'count=20',
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/No space left/);
  });
});
