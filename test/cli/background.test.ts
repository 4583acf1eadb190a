/** The process that `mount` leaves behind, and what it was told and how. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { NuageProcess } from '../demo/nuage-process.js';
import { isProcessAlive } from '../../src/cli/process-alive.js';
import { eachAtHome } from './at-home.js';
import { type Home, until } from './command.js';

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

let nuage: NuageProcess;
let home: Home;

eachAtHome((server, folder) => {
  nuage = server;
  home = folder;
});

interface Status {
  readonly pid: number;
  readonly stateFolder: string;
}

function mountArguments(...more: readonly string[]): readonly string[] {
  return [home.folder, '--server', nuage.url, '--user', nuage.user, ...more];
}

async function status(): Promise<Status> {
  const { stdout } = await home.run(['status', '--json', home.folder]);
  return JSON.parse(stdout) as Status;
}

describe('the process in the background', () => {
  it('knows the password, but neither its arguments nor its environment hold it', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    expect(await home.run(mountArguments(), { env })).toMatchObject({ code: 0 });
    const { pid, stateFolder } = await status();
    for (const place of ['cmdline', 'environ']) {
      expect(fs.readFileSync(`/proc/${pid}/${place}`, 'latin1')).not.toContain(nuage.password);
    }
    for (const file of filesIn(stateFolder)) {
      expect(fs.readFileSync(file, 'latin1')).not.toContain(nuage.password);
    }
  });

  it('holds no terminal, no folder of the caller, and private files only', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    await home.run(mountArguments(), { env });
    const { pid, stateFolder } = await status();
    expect(fs.readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    for (const fd of ['0', '1', '2']) {
      expect(fs.readlinkSync(`/proc/${pid}/fd/${fd}`)).toBe('/dev/null');
    }
    expect(fs.statSync(stateFolder).mode & 0o777).toBe(0o700);
    for (const name of ['control.sock', 'lock', 'mount.json', 'log/nuage-mount.log']) {
      expect([name, fs.statSync(path.join(stateFolder, name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('gives up when the command is ended before the mount answers', async () => {
    await nuage.fault({ path: 'status.php', action: { kind: 'hang', at: 'before' } });
    const env = { NUAGE_PASSWORD: nuage.password };
    const command = home.start(mountArguments(), { env });
    await until(() => home.accounts().length > 0);
    const pid = onlyChild(command.child.pid ?? 0);
    command.child.kill('SIGINT');
    await until(() => !isProcessAlive(pid));
    expect(home.mounts()).toEqual([]);
  });

  it('ends in good order with SIGTERM, and leaves neither socket nor announcement', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    await home.run(mountArguments(), { env });
    const { pid, stateFolder } = await status();
    fs.writeFileSync(path.join(home.folder, 'dernier.txt'), 'mot');
    process.kill(pid, 'SIGTERM');
    await until(() => !isProcessAlive(pid));
    expect(home.mounts()).toEqual([]);
    expect(fs.readFileSync(path.join(nuage.folder, 'dernier.txt'), 'utf8')).toBe('mot');
    expect(fs.existsSync(path.join(stateFolder, 'control.sock'))).toBe(false);
    expect(fs.existsSync(path.join(stateFolder, 'mount.json'))).toBe(false);
  });

  it('ends when somebody else takes its mount away', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    await home.run(mountArguments(), { env });
    const { pid, stateFolder } = await status();
    await home.runOther(['fusermount3', '-u', home.folder]);
    await until(() => !isProcessAlive(pid));
    expect(fs.existsSync(path.join(stateFolder, 'mount.json'))).toBe(false);
    expect(await home.run(['status'])).toMatchObject({ stdout: 'No account is mounted.\n' });
  });

  it('is known by another path to its folder, and by a folder within', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    fs.mkdirSync(home.at('réel'));
    fs.symlinkSync('réel', home.at('lien'));
    const [, ...account] = mountArguments();
    await home.run([home.at('lien'), ...account], { env });
    expect(home.mounts()).toEqual([home.at('réel')]);
    fs.mkdirSync(home.at('réel', 'classe'));
    expect(await home.run(['sync', home.at('réel', 'classe')])).toMatchObject({ code: 0 });
    expect(await home.run(['unmount', home.at('lien')])).toMatchObject({ code: 0 });
    expect(home.mounts()).toEqual([]);
  });
});

describe('a second signal', () => {
  it('ends a mount at once that would still wait for the server', async () => {
    const env = { NUAGE_PASSWORD: nuage.password };
    const command = home.start(mountArguments('--foreground'), { env });
    await command.said('is mounted');
    await nuage.fault({ method: 'PUT', action: { kind: 'hang', at: 'before' } });
    fs.writeFileSync(path.join(home.folder, 'lent.txt'), 'x');
    command.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(command.child.exitCode).toBe(null);
    const begun = Date.now();
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(0);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(home.mounts()).toEqual([]);
  });
});

describe('the password', () => {
  it('comes from the first line of a file, and one that others can read is named', async () => {
    const file = home.at('password');
    fs.writeFileSync(file, `${nuage.password}\nsomething else\n`, { mode: 0o644 });
    const open = await home.run(mountArguments('--password-file', file));
    expect(open.code).toBe(0);
    expect(open.stderr).toBe(`Others can read ${file}: run \`chmod 600 ${file}\`.\n`);
    await home.run(['unmount', home.folder]);
    fs.chmodSync(file, 0o600);
    const closed = await home.run(mountArguments('--password-file', file));
    expect(closed).toMatchObject({ code: 0, stderr: '' });
  });

  it('goes before that of the environment when it is in a file', async () => {
    const file = home.at('password');
    fs.writeFileSync(file, nuage.password, { mode: 0o600 });
    const args = mountArguments('--password-file', file);
    expect(await home.run(args, { env: { NUAGE_PASSWORD: 'wrong' } })).toMatchObject({ code: 0 });
  });

  it('is refused when the file is missing or empty', async () => {
    const missing = await home.run(mountArguments('--password-file', home.at('nowhere')));
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toMatch(/password file .*nowhere: it does not exist\.\n/);
    const folder = await home.run(mountArguments('--password-file', home.path));
    expect(folder).toMatchObject({ code: 2 });
    expect(folder.stderr).toMatch(/it is a folder/);
    fs.writeFileSync(home.at('empty'), '\n', { mode: 0o600 });
    const empty = await home.run(mountArguments('--password-file', home.at('empty')));
    expect(empty).toMatchObject({ code: 2 });
    expect(empty.stderr).toMatch(/The password is empty/);
  });

  it('is asked for on a terminal, without echo', async () => {
    const line = [...home.command(), ...mountArguments()].map((part) => `'${part}'`).join(' ');
    const argv = ['script', '--quiet', '--return', '--command', line, '/dev/null'];
    const terminal = home.startOther(argv, { isTyped: true });
    await terminal.said('App password');
    // With a mistake that the delete key takes back.
    terminal.type(`x\u007f${nuage.password}\r`);
    const { code, stdout } = await terminal.ended;
    expect(stdout).toMatch(/App password of prof on 127\.0\.0\.1:\d+: \r*\n.*is mounted/);
    expect(stdout).not.toContain(nuage.password);
    expect(code).toBe(0);
    expect(home.mounts()).toEqual([home.folder]);
  });
});

function onlyChild(pid: number): number {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const children = text
    .trim()
    .split(' ')
    .filter((child) => cmdline(child).includes('background'));
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

function cmdline(pid: string): string {
  return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1');
}

function filesIn(folder: string): readonly string[] {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  return files.map((entry) => path.join(entry.parentPath, entry.name));
}
