/** From the first login to the logout, as a new user goes through them, by real processes. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { serverOf } from '../../src/cli/server-choice.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { NuageProcess } from '../demo/nuage-process.js';
import { eachAtHome } from './at-home.js';
import { type Home, type Running, until } from './command.js';

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

let nuage: NuageProcess;
let home: Home;

eachAtHome((server, folder) => {
  nuage = server;
  home = folder;
});

/** What it says to people while it waits goes to standard error. */
async function pageOf(login: Running): Promise<string> {
  const page = (): string | undefined => /http\S+\/login\/v2\/flow\/\w+/.exec(login.stderr)?.[0];
  await until(() => page() !== undefined || login.child.exitCode !== null);
  const found = page();
  if (found === undefined) throw new Error(`no page: ${login.stdout}${login.stderr}`);
  return found;
}

/** As the user allows it in the browser. */
async function logIn(): Promise<{ readonly password: string; readonly said: string }> {
  const login = home.start(['login', nuage.url]);
  expect((await fetch(await pageOf(login), { method: 'POST' })).status).toBe(200);
  const { code, stdout, stderr } = await login.ended;
  expect(code).toBe(0);
  return { password: keptPassword(), said: stdout + stderr };
}

/** The checks of `doctor` that do not find all well, besides those of this machine. */
async function wrong(): Promise<readonly string[]> {
  const { stdout } = await home.run(['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const found = findings.slice(findings.findIndex(({ check }) => check === 'server'));
  return found.filter(({ state }) => state !== 'ok').map(({ check }) => check);
}

function passwordFile(): string {
  const [folder = ''] = home.accounts();
  return path.join(folder, 'password');
}

function keptPassword(): string {
  return fs.readFileSync(passwordFile(), 'utf8').trim();
}

async function revoke(password: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${nuage.user}:${password}`).toString('base64')}`;
  const headers = { authorization, 'ocs-apirequest': 'true' };
  const url = `${nuage.url}/ocs/v2.php/core/apppassword`;
  expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200);
}

/** Whether the server still takes it. */
async function isGood(password: string): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${nuage.user}:${password}`).toString('base64')}`;
  const headers = { authorization, 'ocs-apirequest': 'true' };
  const answer = await fetch(`${nuage.url}/ocs/v2.php/cloud/user?format=json`, { headers });
  return answer.status === 200;
}

interface Status {
  readonly pid: number;
  readonly online: boolean;
  readonly pendingCount: number;
  readonly reason?: { readonly kind: string };
}

async function status(): Promise<Status> {
  const { stdout } = await home.run(['status', '--json', home.folder]);
  return JSON.parse(stdout) as Status;
}

describe('a login', () => {
  it('is granted in the browser, and mounting asks for nothing any more', async () => {
    const { said } = await logIn();
    expect(said).toMatch(/is logged in: prof@127\.0\.0\.1:\d+/);
    expect(said).toMatch(/There is no open keyring: the app password is kept in .*password/);
    expect(fs.statSync(passwordFile()).mode & 0o777).toBe(0o600);
    const mounted = await home.run([home.folder]);
    expect(mounted).toMatchObject({ code: 0, stderr: '' });
    const accounts = await home.run(['accounts', '--json']);
    expect(JSON.parse(accounts.stdout)).toMatchObject([
      {
        user: nuage.user,
        url: nuage.url,
        loggedIn: true,
        isDefault: true,
        mountPoint: home.folder,
      },
    ]);
  });

  it('leaves the password in no output, argument, environment, log or database', async () => {
    const { password, said } = await logIn();
    expect(password).toMatch(/\S{20}/);
    const outputs = [said];
    const run = async (...args: readonly string[]): Promise<void> => {
      const { stdout, stderr } = await home.run(args);
      outputs.push(stdout, stderr);
    };
    await run(home.folder, '--log-level', 'debug');
    fs.writeFileSync(path.join(home.folder, 'a.txt'), 'bonjour');
    await run('sync');
    const { pid } = await status();
    for (const name of ['cmdline', 'environ']) {
      outputs.push(fs.readFileSync(`/proc/${pid}/${name}`, 'latin1'));
    }
    await revoke(password);
    fs.writeFileSync(path.join(home.folder, 'b.txt'), 'encore');
    await until(() => fs.readFileSync(logFile(), 'utf8').includes('unauthenticated'));
    await run('status');
    await run('config', '--show');
    await run('unmount', home.folder);
    await run(home.folder);
    await run('logout', '--no-clear-cache');
    const basic = Buffer.from(`${nuage.user}:${password}`).toString('base64');
    const [folder = ''] = home.accounts();
    for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, name);
      if (fs.statSync(file).isFile()) outputs.push(fs.readFileSync(file, 'latin1'));
    }
    expect(outputs.length).toBeGreaterThan(15);
    for (const output of outputs) {
      expect(output.includes(password)).toBe(false);
      expect(output.includes(basic)).toBe(false);
    }
  });

  it('given up by Ctrl-C leaves nothing behind', async () => {
    const login = home.start(['login', nuage.url]);
    await pageOf(login);
    login.child.kill('SIGINT');
    expect(await login.ended).toMatchObject({ code: 1, stdout: '' });
    expect(login.stderr).toContain('Given up.');
    expect(home.accounts()).toEqual([]);
  });

  it('takes an app password that was made by hand, and checks it at once', async () => {
    const args = ['login', nuage.url, '--app-password', '--user', nuage.user];
    const wrong = await home.run(args, { env: { NUAGE_PASSWORD: 'wrong-secret' } });
    expect(wrong.code).toBe(6);
    expect(wrong.stderr).not.toContain('wrong-secret');
    expect(home.accounts()).toEqual([]);
    const right = await home.run(args, { env: { NUAGE_PASSWORD: ` ${nuage.password}\n` } });
    expect(right.code).toBe(0);
    expect(keptPassword()).toBe(nuage.password);
  });

  it('says what is missing where nobody can be asked', async () => {
    expect(await home.run(['login'])).toMatchObject({ code: 2, stdout: '' });
    const alone = await home.run([]);
    expect(alone).toMatchObject({ code: 2 });
    expect(alone.stderr).toMatch(/Which folder, or which command\?/);
    const args = ['login', nuage.url, '--app-password', '--user', nuage.user];
    const { stderr } = await home.run(args);
    expect(stderr).toMatch(/There is no password\.\n.*in a terminal.*NUAGE_PASSWORD/);
    expect(stderr).not.toContain('--password-file');
    const mount = await home.run([home.folder]);
    expect(mount.stderr).toMatch(/Which account.*\n.*nuage-mount login/);
  });
});

function logFile(): string {
  const [folder = ''] = home.accounts();
  return path.join(folder, 'log', 'nuage-mount.log');
}

describe('a password that the server refuses by now', () => {
  it('is found by doctor, which tries it once', async () => {
    const { password } = await logIn();
    const loginFinding = async (): Promise<Finding | undefined> => {
      const { stdout } = await home.run(['doctor', '--json']);
      const { findings } = JSON.parse(stdout) as { findings: Finding[] };
      return findings.find(({ check }) => check === 'login');
    };
    expect(await loginFinding()).toMatchObject({ state: 'ok' });
    await revoke(password);
    const refused = async (): Promise<number> =>
      (await nuage.requests()).filter((request) => request.status === 401).length;
    const before = await refused();
    const found = await loginFinding();
    expect(found).toMatchObject({ state: 'error' });
    expect(found?.advice).toContain('`nuage-mount login`');
    expect((await refused()) - before).toBe(1);
    fs.rmSync(passwordFile());
    expect(await loginFinding()).toMatchObject({ state: 'error' });
  });

  it('keeps the queue, is tried no more, and a new login makes the mount go on', async () => {
    const { password } = await logIn();
    await home.run([home.folder]);
    const refused = async (): Promise<number> =>
      (await nuage.requests()).filter((request) => request.status === 401).length;
    const before = await refused();
    await revoke(password);
    fs.writeFileSync(path.join(home.folder, 'plus tard.txt'), 'gardé');
    await until(() => fs.readFileSync(logFile(), 'utf8').includes('unauthenticated'));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    // With the session, and with the password itself: the server counts what it refuses.
    expect((await refused()) - before).toBe(2);
    expect(await status()).toMatchObject({ online: false, pendingCount: 1 });
    const shown = await home.run(['status']);
    expect(shown.stdout).toMatch(/refuses the password: log in again with `nuage-mount login`/);
    expect(await wrong()).toEqual(['login']);
    const { said } = await logIn();
    expect(said).toMatch(/The mount on .*Nuage goes on with it/);
    expect(await home.run(['sync'])).toMatchObject({ code: 0 });
    expect(fs.readFileSync(path.join(nuage.folder, 'plus tard.txt'), 'utf8')).toBe('gardé');
  });
});

describe('a logout', () => {
  it('revokes the password, and keeps what is here unless told otherwise', async () => {
    const { password } = await logIn();
    await home.run([home.folder]);
    const out = await home.run(['logout']);
    expect(out).toMatchObject({ code: 0, stderr: '' });
    expect(out.stdout).toMatch(/revoked the app password/);
    expect(await isGood(password)).toBe(false);
    expect(home.mounts()).toEqual([]);
    expect(home.accounts()).toHaveLength(1);
    expect(fs.existsSync(passwordFile())).toBe(false);
    await logIn();
    expect(await home.run(['logout', '--clear-cache'])).toMatchObject({ code: 0 });
    expect(home.accounts()).toEqual([]);
  });

  it('of one account of several takes its user for its name, and leaves the others', async () => {
    const other = await NuageProcess.start({ user: 'collegue' });
    onTestFinished(() => other.close());
    const elsewhere = other.url.replace('127.0.0.1', 'localhost');
    for (const [url, { user, password }] of [
      [nuage.url, nuage],
      [other.url, other],
      [elsewhere, other],
    ] as const) {
      const args = ['login', url, '--app-password', '--user', user];
      const env = { NUAGE_PASSWORD: password };
      expect(await home.run(args, { env })).toMatchObject({ code: 0 });
    }
    expect(await home.run(['logout', 'personne'])).toMatchObject({ code: 2 });
    const unclear = await home.run(['logout', 'collegue']);
    expect(unclear).toMatchObject({ code: 2 });
    expect(unclear.stderr).toMatch(/Which of the accounts\?/);
    await home.run(['logout', `collegue@${new URL(elsewhere).host}`, '--clear-cache']);
    const out = await home.run(['logout', 'collegue', '--clear-cache']);
    expect(out.stdout).toContain('collegue@127.0.0.1');
    const { stdout } = await home.run(['accounts']);
    expect(stdout).toMatch(new RegExp(`^${nuage.user}@\\S+ \\(logged in, default\\)\n$`));
  });

  it('throws no unsent work away unasked', async () => {
    const { password } = await logIn();
    await home.run([home.folder]);
    await revoke(password);
    fs.writeFileSync(path.join(home.folder, 'seul ici.txt'), 'x');
    await until(() => fs.readFileSync(logFile(), 'utf8').includes('unauthenticated'));
    const refused = await home.run(['logout', '--clear-cache']);
    expect(refused).toMatchObject({ code: 9, stdout: '' });
    expect(refused.stderr).toMatch(/1 change .* would be lost.*\n.*--discard-changes/);
    expect(home.mounts()).toEqual([home.folder]);
    const kept = await home.run(['logout']);
    expect(kept.stdout).toMatch(/1 change has not been sent: it stays here/);
    const { said } = await logIn();
    expect(said).toMatch(/is logged in/);
    await home.run([home.folder]);
    expect(await home.run(['sync'])).toMatchObject({ code: 0 });
    expect(fs.existsSync(path.join(nuage.folder, 'seul ici.txt'))).toBe(true);
  });
});

describe('a server', () => {
  it.each([
    ['3', 'https://nuage03.apps.education.fr'],
    ['20', 'https://nuage20.apps.education.fr'],
    ['nuage07', 'https://nuage07.apps.education.fr'],
    [
      'https://nuage03.apps.education.fr/index.php/apps/files/?dir=/x',
      'https://nuage03.apps.education.fr',
    ],
    ['https://nuage03.apps.education.fr/f/1234', 'https://nuage03.apps.education.fr'],
    ['https://nuage03.apps.education.fr/s/AbC', 'https://nuage03.apps.education.fr'],
    ['cloud.example.org/nextcloud/settings/user', 'https://cloud.example.org/nextcloud'],
  ])('typed as %s is %s', (typed, url) => {
    expect(serverOf(typed, { allowInsecure: false })).toBe(url);
  });
});
