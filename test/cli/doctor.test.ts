/** `doctor` on a machine with an account, as its user types it. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { NuageProcess } from '../demo/nuage-process.js';
import { Home, until } from './command.js';

vi.setConfig({ testTimeout: 180_000 });

const SECRET_FILE = 'Bulletin de Zoé.odt';

let home: Home;
let server: NuageProcess;

beforeEach(async () => {
  home = new Home();
  server = await NuageProcess.start({ folder: home.at('server') });
});
afterEach(async () => {
  await home.close();
  await server.close();
});

async function mount(): Promise<void> {
  const options = ['--server', server.url, '--user', server.user];
  const env = { NUAGE_PASSWORD: server.password };
  const { code, stderr } = await home.run([home.folder, ...options], { env });
  expect(stderr).toBe('');
  expect(code).toBe(0);
}

async function examine(...options: readonly string[]) {
  const { code, stdout, stderr } = await home.run(['doctor', '--json', ...options]);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const of = (check: string): Finding | undefined =>
    findings.find((finding) => finding.check === check);
  return { code, stderr, findings, of };
}

describe('doctor', () => {
  it('finds nothing wrong with a mount that is online, and mends what is dead', async () => {
    await mount();
    const well = await examine('--repair');
    expect(well.findings.filter(({ state }) => state === 'error')).toEqual([]);
    expect(well.code).toBe(0);
    for (const check of ['node', 'fuse', 'disk', 'server', 'clock', 'mount', 'cache']) {
      expect(well.of(check)?.state, check).toBe('ok');
    }

    const [account = ''] = home.accounts();
    const text = fs.readFileSync(path.join(account, 'mount.json'), 'utf8');
    const { pid } = JSON.parse(text) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await until(() => !fs.existsSync(`/proc/${pid}/exe`));
    const ill = await examine();
    expect(ill.code).toBe(1);
    expect(ill.of('stale-mount')?.state).toBe('error');
    expect(ill.of('stale-mount')?.advice).toContain('--repair');
    expect(home.mounts()).toEqual([home.folder]);
    const mended = await examine('--repair');
    expect(mended.code).toBe(0);
    expect(home.mounts()).toEqual([]);
  });

  it('tells once of a server that is away, and not of its mount as well', async () => {
    await mount();
    // A folder that has never been listed cannot be written into without a server.
    fs.readdirSync(home.folder);
    await server.close();
    fs.writeFileSync(path.join(home.folder, 'plus tard.txt'), 'x');
    while (!(await home.run(['status'])).stdout.includes('OFFLINE'));
    const { findings } = await examine();
    const wrong = findings.filter(({ message }) => /cannot be reached|offline/.test(message));
    expect(wrong.map(({ check }) => check)).toEqual(['server']);
  });

  it('tells a server that is away from one that is being maintained', async () => {
    await mount();
    await server.settings({ maintenance: true });
    const maintained = await examine();
    expect(maintained.of('server')?.message).toContain('maintained');
    expect(maintained.code).toBe(1);
    await server.close();
    const away = await examine();
    expect(away.of('server')?.state).toBe('error');
    expect(away.of('server')?.message).not.toContain('maintained');
  });

  it('writes for support neither the password nor names of users, folders or files', async () => {
    await mount();
    fs.writeFileSync(path.join(home.folder, SECRET_FILE), 'note');
    await home.run(['sync']);
    await server.settings({ maintenance: true });
    // Offline, with something in the queue and in the log.
    fs.writeFileSync(path.join(home.folder, SECRET_FILE), 'autre note');
    await home.run(['sync']);
    const report = home.at('report.json');
    await home.run(['doctor', '--report', report]);
    const text = fs.readFileSync(report, 'utf8');
    expect(JSON.parse(text)).toHaveProperty('findings');
    expect(text).toMatch(/"log": \[\s*"\d{4}-/);
    const names = [server.password, server.user, SECRET_FILE, 'Zoé', home.folder, home.path];
    for (const name of names) expect(text).not.toContain(name);
    expect(fs.statSync(report).mode & 0o077).toBe(0);
    // Nothing of somebody else's is written over.
    const again = await home.run(['doctor', '--report', report]);
    expect(again.stderr).toContain('cannot be written');
    expect(fs.readFileSync(report, 'utf8')).toBe(text);
  });

  it('speaks to people in their language, one line for each thing and what to do', async () => {
    const { stdout } = await home.run(['doctor'], {
      env: { LC_ALL: 'fr_FR.UTF-8' },
    });
    expect(stdout).toContain('Node.js');
    expect(stdout).toContain('Aucun compte n’est monté');
  });
});
