/** Where others could read the password: the list of processes, and what a crash leaves behind. */
import fs from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { NuageProcess } from '../demo/nuage-process.js';
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

/** The arguments of all processes that were there at any moment until the test ends. */
function watchProcesses(): ReadonlySet<string> {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch {
        // It has ended meanwhile.
      }
    }
  }, 10);
  onTestFinished(() => clearInterval(timer));
  return seen;
}

/** As on a terminal, where the password is typed. */
async function logIn(): Promise<void> {
  const args = ['login', nuage.url, '--app-password', '--user', nuage.user];
  const line = [...home.command(), ...args].map((part) => `'${part}'`).join(' ');
  const argv = ['script', '--quiet', '--return', '--command', line, '/dev/null'];
  const login = home.startOther(argv, { isTyped: true });
  await login.said('App password of');
  login.type(`${nuage.password}\r`);
  const { code, stdout } = await login.ended;
  expect(stdout).toContain('is logged in');
  expect(stdout).not.toContain(nuage.password);
  expect(code).toBe(0);
}

it('no command shows the password in the list of processes, however short it is', async () => {
  const seen = watchProcesses();
  await logIn();
  const { folder } = home;
  const commands = [[folder], ['status'], ['sync'], ['doctor'], ['unmount', folder], ['logout']];
  for (const args of commands) expect(await home.run(args)).toMatchObject({ code: 0 });
  const ours = [...seen].filter((line) => line.includes(home.command().join(' ')));
  for (const name of ['login', 'status', 'sync', 'doctor', 'unmount', 'logout']) {
    expect(ours.filter((line) => line.includes(` ${name}`))).not.toEqual([]);
  }
  const basic = Buffer.from(`${nuage.user}:${nuage.password}`).toString('base64');
  expect([...seen].filter((line) => line.includes(nuage.password) || line.includes(basic))).toEqual(
    [],
  );
});

it.each([
  ['in the background', []],
  ['in the foreground', ['--foreground']],
])('a mount %s that crashes leaves no image of its memory', async (_, options) => {
  const folder = home.at('crashes');
  fs.mkdirSync(folder);
  const line = [...home.command(), home.folder, '--server', nuage.url, '--user', nuage.user];
  const quoted = [...line, ...options].map((part) => `'${part}'`).join(' ');
  const script = `cd '${folder}' && ulimit -c unlimited && exec ${quoted}`;
  const env = { NUAGE_PASSWORD: nuage.password };
  const mount = home.startOther(['sh', '-c', script], { env });
  await mount.said(home.folder);
  const { stdout } = await home.run(['status', '--json']);
  const [, pid = ''] = /"pid": (\d+)/.exec(stdout) ?? [];
  const limits = fs.readFileSync(`/proc/${pid}/limits`, 'utf8');
  expect(limits).toMatch(/^Max core file size +0 +0 /m);
  process.kill(Number(pid), 'SIGSEGV');
  await until(() => !fs.existsSync(`/proc/${pid}/exe`));
  await mount.ended;
  expect(fs.readdirSync(folder)).toEqual([]);
});
