/** One way into each exit code, with what the user is told: by real processes and a real server. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { NuageProcess } from '../demo/nuage-process.js';
import { canBeOrdinaryUser } from '../fuse/ordinary-user.js';
import { eachAtHome } from './at-home.js';
import { type Home, until } from './command.js';

const NOBODY = 65534;

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

let nuage: NuageProcess;
let home: Home;

eachAtHome((server, folder) => {
  nuage = server;
  home = folder;
});

function account(server = nuage.url): readonly string[] {
  return ['--server', server, '--user', nuage.user];
}

function withPassword(password = nuage.password) {
  return { env: { NUAGE_PASSWORD: password } };
}

describe('0, done', () => {
  it('mounts, shows its status, sends everything and unmounts', async () => {
    const mounted = await home.run([home.folder, ...account()], withPassword());
    expect(mounted).toMatchObject({ code: 0, stderr: '' });
    expect(mounted.stdout).toContain(home.folder);
    expect(home.mounts()).toEqual([home.folder]);
    fs.writeFileSync(path.join(home.folder, 'élève.txt'), 'bonjour');
    const sent = await home.run(['sync', home.folder]);
    expect(sent).toMatchObject({ code: 0, stdout: 'Everything has been sent.\n' });
    expect(fs.readFileSync(path.join(nuage.folder, 'élève.txt'), 'utf8')).toBe('bonjour');
    const status = await home.run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject([
      { online: true, mountPoint: home.folder, user: nuage.user, pendingCount: 0, pending: [] },
    ]);
    const unmounted = await home.run(['umount', home.folder]);
    expect(unmounted).toMatchObject({ code: 0, stdout: `${home.folder} is unmounted.\n` });
    expect(home.mounts()).toEqual([]);
  });

  it('mounts again what was mounted there last, without being told the account', async () => {
    await home.run([home.folder, ...account()], withPassword());
    await home.run(['unmount', home.folder]);
    const again = await home.run([home.folder], withPassword());
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain(nuage.url);
  });
});

describe('1, unexpected', () => {
  it('is the answer to SIGINT before the mount answers, and nothing is left behind', async () => {
    await nuage.fault({ path: 'status.php', action: { kind: 'hang', at: 'before' } });
    const command = home.start([home.folder, ...account(), '--foreground'], withPassword());
    await until(() => home.accounts().length > 0);
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(stderr).toBe('nuage-mount: Given up.\n');
    expectNothingLeft();
    await nuage.control('clear');
    expect(await home.run([home.folder, ...account()], withPassword())).toMatchObject({ code: 0 });
  });
});

describe('2, the command line makes no sense', () => {
  it.each([
    ['no folder', ['mount'], /An argument is missing/],
    ['an unknown option of a command', ['status', '--wach'], /nuage-mount status --help/],
    ['nothing at all', [], /Which folder/],
    ['no account', ['/tmp/x'], /--server and --user/],
    ['an unknown option', ['/tmp/x', '--pasword', 'y'], /Unknown argument: pasword/],
    [
      'a size that is none',
      ['/tmp/x', ...['--server', 'a.fr', '--user', 'b'], '--cache-size', 'big'],
      /--cache-size takes a size/,
    ],
    ['an option without its value', ['/tmp/x', '--server'], /server/],
  ])('%s', async (_, args, told) => {
    const { code, stdout, stderr } = await home.run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(told);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('refuses a password on the command line, and says where it belongs', async () => {
    const args = [home.folder, ...account(), '--password', 'secret'];
    const { code, stderr } = await home.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--password-file or NUAGE_PASSWORD/);
    expect(stderr).not.toContain('secret');
  });

  it('says where a password may come from when nobody can be asked', async () => {
    const { code, stderr } = await home.run([home.folder, ...account()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/There is no password.*\n.*--password-file FILE.*NUAGE_PASSWORD/);
  });
});

describe('3, the mount point', () => {
  it('is no folder', async () => {
    fs.writeFileSync(home.folder, '');
    const { code, stderr } = await home.run([home.folder, ...account()], withPassword());
    expect(code).toBe(3);
    expect(stderr).toMatch(/this is no folder.*\n.*empty folder/);
  });

  it('is not empty, which is said before a password is asked for', async () => {
    fs.mkdirSync(home.folder);
    fs.writeFileSync(path.join(home.folder, 'précieux.txt'), '');
    const { code, stderr } = await home.run([home.folder, ...account()]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/is not empty/);
    expect(fs.readdirSync(home.folder)).toEqual(['précieux.txt']);
  });

  it.runIf(canBeOrdinaryUser)('belongs to somebody else', async () => {
    home.give(NOBODY);
    const theirs = home.at('theirs');
    fs.mkdirSync(theirs, { mode: 0o755 });
    const { code, stderr } = await home.run([theirs, ...account()], {
      ...withPassword(),
      uid: NOBODY,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/you may not write there/);
  });

  it('is still in use at unmount, unless --lazy is given', async () => {
    await home.run([home.folder, ...account()], withPassword());
    const user = spawn('sleep', ['60'], { cwd: home.folder });
    try {
      const refused = await home.run(['unmount', home.folder]);
      expect(refused.code).toBe(3);
      expect(refused.stderr).toMatch(/still in use.*\n.*--lazy/);
      expect(home.mounts()).toEqual([home.folder]);
      expect(await home.run(['unmount', '--lazy', home.folder])).toMatchObject({ code: 0 });
      expect(home.mounts()).toEqual([]);
    } finally {
      user.kill();
    }
  });
});

describe('4, already mounted, or not mounted', () => {
  it('refuses a second process for one account, however its address is written', async () => {
    await home.run([home.folder, ...account()], withPassword());
    const other = [home.at('Autre'), ...account(`${nuage.url}/index.php/apps/files/`)];
    const { code, stderr } = await home.run(other, withPassword());
    expect(code).toBe(4);
    expect(stderr).toMatch(/already mounted on .*Nuage \(process \d+\)/);
    expect(home.mounts()).toEqual([home.folder]);
  });

  it('refuses a folder that is mounted already', async () => {
    await home.run([home.folder, ...account()], withPassword());
    const { code, stderr } = await home.run([home.folder, ...account()], withPassword());
    expect(code).toBe(4);
    expect(stderr).toMatch(/is already mounted.*\n.*nuage-mount unmount/);
  });

  it('names a mount whose process was killed, and the next mount takes its place', async () => {
    await home.run([home.folder, ...account()], withPassword());
    const { stdout } = await home.run(['status', '--json', home.folder]);
    process.kill((JSON.parse(stdout) as { pid: number }).pid, 'SIGKILL');
    await until(() => isStale(home.folder));
    const gone = /process of the mount on .*Nuage is gone.*\n.*mounts it again.*clears it away/;
    expect(await home.run(['status'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(gone) as string,
    });
    for (const args of [['status', home.folder], ['sync', home.folder], ['sync']]) {
      expect(await home.run(args)).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(gone) as string,
      });
    }
    expect(await home.run([home.folder], withPassword())).toMatchObject({ code: 0, stderr: '' });
    expect(home.mounts()).toEqual([home.folder]);
    expect(fs.readdirSync(home.folder)).toEqual(fs.readdirSync(nuage.folder));
  });

  it.each(['unmount', 'status', 'sync'])('has nothing there to %s', async (command) => {
    const { code, stderr } = await home.run([command, home.folder]);
    expect(code).toBe(4);
    expect(stderr).toContain(`Nothing of nuage-mount is mounted on ${home.folder}`);
  });
});

describe('5, unreachable or a wrong address', () => {
  it('nobody listens there', async () => {
    const port = await freePort();
    const args = [home.folder, ...account(`http://127.0.0.1:${port}`)];
    const { code, stderr } = await home.run(args, withPassword());
    expect(code).toBe(5);
    expect(stderr).toMatch(/cannot be reached: nothing listens there.*\n.*Check the address/);
    expectNothingLeft();
  });

  it('the server is being maintained', async () => {
    await nuage.settings({ maintenance: true });
    const { code, stderr } = await home.run([home.folder, ...account()], withPassword());
    expect(code).toBe(5);
    expect(stderr).toMatch(/maint/);
  });

  it.each([
    ['this is no address', 'not an address:x'],
    ['it would send the password unprotected', 'http://nuage.example.org'],
    ['it holds a password', 'https://jean:secret@nuage.example.org'],
  ])('%s', async (_, server) => {
    const { code, stderr } = await home.run([home.folder, ...account(server)], withPassword());
    expect(code).toBe(5);
    expect(stderr).toMatch(/https:\/\//);
    expect(fs.existsSync(home.folder)).toBe(false);
  });
});

describe('6, the login is refused', () => {
  it('after one try only, and leads to app passwords', async () => {
    const { code, stderr } = await home.run([home.folder, ...account()], withPassword('wrong'));
    expect(code).toBe(6);
    expect(stderr).toMatch(/refuses this user name or this password.*\n.*app password/);
    expect(stderr).not.toContain('wrong');
    const refused = (await nuage.requests()).filter(({ status }) => status === 401);
    expect(refused).toHaveLength(1);
    expectNothingLeft();
  });
});

describe('an account that was mounted before', () => {
  beforeEach(async () => {
    await home.run([home.folder, ...account()], withPassword());
    await home.run(['unmount', home.folder]);
  });

  it('is refused with a wrong password all the same, after one try', async () => {
    const earlier = (await nuage.requests()).length;
    const { code, stderr } = await home.run([home.folder], withPassword('wrong'));
    expect(code).toBe(6);
    expect(stderr).toMatch(/refuses this user name or this password/);
    const refused = (await nuage.requests()).slice(earlier).filter(({ status }) => status === 401);
    expect(refused).toHaveLength(1);
    expect(home.mounts()).toEqual([]);
  });

  it('does not wait for a slow server, and tells later that it refuses the password', async () => {
    await nuage.fault({ path: 'status.php', action: { kind: 'delay', ms: 3_000 } });
    const { code } = await home.run([home.folder], withPassword('wrong'));
    expect(code).toBe(0);
    expect(fs.readdirSync(home.folder)).toEqual(fs.readdirSync(nuage.folder));
    const shows = async (text: string) => (await home.run(['status'])).stdout.includes(text);
    await vi.waitUntil(() => shows('the server refuses the password'), { timeout: 15_000 });
  });

  it('is mounted when something else answers in the place of its server', async () => {
    const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
    await nuage.fault({ times: 1_000, action: { kind: 'respond', ...page } });
    expect(await home.run([home.folder], withPassword())).toMatchObject({ code: 0, stderr: '' });
    expect(fs.readdirSync(home.folder)).toEqual(fs.readdirSync(nuage.folder));
  });
});

describe('7, no Nextcloud', () => {
  it.each([200, 404])('another web server answers (%i)', async (status) => {
    const server = http.createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<html>Not here</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const args = [home.folder, ...account(`http://127.0.0.1:${port}`)];
      const { code, stderr } = await home.run(args, withPassword());
      expect(code).toBe(7);
      expect(stderr).toMatch(/there is no Nextcloud.*\n.*as the browser shows it/);
      expectNothingLeft();
    } finally {
      server.close();
    }
  });
});

describe('8, FUSE is missing', () => {
  it.runIf(canBeOrdinaryUser)(
    'names the package to install, before a password is asked for',
    async () => {
      home.give(NOBODY);
      // In a mount namespace of its own, fusermount3 is covered by something that is no program.
      const cover =
        'mount --bind /dev/null "$(command -v fusermount3)" && ' +
        `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups "$@"`;
      const args = [home.folder, ...account()];
      const argv = ['unshare', '--mount', 'bash', '-c', cover, 'bash', ...home.command(), ...args];
      const { code, stderr } = await home.runOther(argv);
      expect(stderr).toMatch(/FUSE is missing.*fusermount3.*\n.*sudo apt install fuse3/);
      expect(code).toBe(8);
    },
  );
});

describe('9, the queue is not empty', () => {
  it('answers sync and unmount while the server is away, and the next mount sends it', async () => {
    await home.run([home.folder, ...account(), '--poll-interval', '1'], withPassword());
    // A folder that has been seen takes new files without its server.
    fs.readdirSync(home.folder);
    await nuage.settings({ maintenance: true });
    fs.writeFileSync(path.join(home.folder, 'plus tard.txt'), 'plus tard');
    const sync = await home.run(['sync']);
    expect(sync.code).toBe(9);
    expect(sync.stderr).toMatch(/Offline: .*1 change; nothing is lost.*\n.*nuage-mount status/);
    const status = await home.run(['status']);
    expect(status.stdout).toMatch(/OFFLINE.*(\n.*)*1 change waits to be sent.*\n.*plus tard\.txt/);
    const unmount = await home.run(['unmount', home.folder]);
    expect(unmount.code).toBe(9);
    expect(unmount.stderr).toMatch(/1 change could not be sent; nothing is lost/);
    expect(unmount.stdout).toMatch(/Kept for the next mount:\n +create plus tard\.txt \(9 B\)\n/);
    expect(home.mounts()).toEqual([]);
    await nuage.settings({ maintenance: false });
    await home.run([home.folder], withPassword());
    expect(await home.run(['sync'])).toMatchObject({ code: 0 });
    const there = path.join(nuage.folder, 'plus tard.txt');
    expect(fs.readFileSync(there, 'utf8')).toBe('plus tard');
  });
});

/** Whoever looks at it is told that its process is gone (ENOTCONN). */
function isStale(mountPoint: string): boolean {
  try {
    fs.statfsSync(mountPoint);
    return false;
  } catch {
    return true;
  }
}

/** Neither a mount, nor a folder for one, nor anything about an account that never was. */
function expectNothingLeft(): void {
  expect(home.mounts()).toEqual([]);
  expect(fs.existsSync(home.folder)).toBe(false);
  expect(home.accounts()).toEqual([]);
}

function freePort(): Promise<number> {
  const server = http.createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
