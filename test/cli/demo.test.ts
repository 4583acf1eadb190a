/** The demonstration: an account on this machine, mounted, of which nothing is left at the end. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Home, type Running, until } from './command.js';

vi.setConfig({ testTimeout: 120_000 });

const execute = promisify(execFile);

let home: Home;

beforeEach(() => {
  home = new Home();
});
afterEach(() => home.close());

async function start(...args: readonly string[]): Promise<Running> {
  const demo = home.start(['demo', ...args]);
  await demo.said('Ctrl-C here');
  return demo;
}

/** Whatever it made: the mount point, the server's files, the state folder and that around it. */
function whatIsLeft(): readonly string[] {
  const names = fs.readdirSync(home.path).filter((name) => name !== 'data');
  const data = fs.existsSync(home.at('data')) ? fs.readdirSync(home.at('data')) : [];
  return [...names, ...data, ...home.mounts()];
}

describe('the demonstration', () => {
  it('says in three lines where the account and the server’s own folder are', async () => {
    const demo = await start();
    const lines = demo.stdout.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(1 + 3);
    expect(lines[1]).toContain(home.at('Nuage-demo'));
    const [, folder = ''] = /own folder is (\S+):/.exec(lines[2] ?? '') ?? [];
    const [here, there] = [fs.readdirSync(home.at('Nuage-demo')), fs.readdirSync(folder)];
    expect(here.length).toBeGreaterThan(5);
    expect(here.sort()).toEqual(there.sort());
    demo.child.kill('SIGINT');
    expect((await demo.ended).code).toBe(0);
  });

  it('carries a change of either side to the other', async () => {
    fs.mkdirSync(home.at('Ici'));
    const demo = await start(home.at('Ici'));
    const [, folder = ''] = /own folder is (\S+):/.exec(demo.stdout) ?? [];
    fs.writeFileSync(path.join(home.at('Ici'), 'élève.txt'), 'd’ici');
    await until(() => fs.existsSync(path.join(folder, 'élève.txt')));
    fs.writeFileSync(path.join(folder, 'classe.txt'), 'de là');
    await until(() => fs.readdirSync(home.at('Ici')).includes('classe.txt'));
    expect(fs.readFileSync(path.join(home.at('Ici'), 'classe.txt'), 'utf8')).toBe('de là');
    demo.child.kill('SIGTERM');
    expect((await demo.ended).code).toBe(0);
    // A folder that was there before is not the demonstration's to remove.
    expect(whatIsLeft()).toEqual(['Ici']);
  });

  it('ends with umount, by the words that it shows', async () => {
    const demo = await start();
    const [, program = '', option] = /so does: (\S+)(?: (-u))? \S+$/m.exec(demo.stdout) ?? [];
    const options = option === undefined ? [] : [option];
    await execute(program, [...options, home.at('Nuage-demo')]);
    expect((await demo.ended).code).toBe(0);
    expect(whatIsLeft()).toEqual([]);
  });

  it('ends with SIGINT although a program stands in its folder', async () => {
    const demo = await start();
    const user = spawn('sleep', ['60'], { cwd: home.at('Nuage-demo') });
    try {
      demo.child.kill('SIGINT');
      expect((await demo.ended).code).toBe(0);
      expect(whatIsLeft()).toEqual([]);
    } finally {
      user.kill();
    }
  });

  it('leaves nothing when it is ended while it is still preparing', async () => {
    const demo = home.start(['demo']);
    await demo.said('Preparing');
    demo.child.kill('SIGTERM');
    expect((await demo.ended).code).toBe(1);
    await until(() => whatIsLeft().length === 0);
  });

  it('takes the folder of one that was killed', async () => {
    const killed = await start();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(home.mounts()).toEqual([home.at('Nuage-demo')]);
    const demo = await start();
    expect(demo.stdout).toContain(`${home.at('Nuage-demo')}:`);
    demo.child.kill('SIGINT');
    expect((await demo.ended).code).toBe(0);
    expect(whatIsLeft()).toEqual([]);
  });

  it('ends when its terminal is closed, and removes the folders that it made', async () => {
    const line = [...home.command(), 'demo', home.at('Ici', 'là')].map((part) => `'${part}'`);
    const argv = ['script', '--quiet', '--command', line.join(' '), '/dev/null'];
    const terminal = home.startOther(argv, { isTyped: true });
    await terminal.said('Ctrl-C here');
    expect(home.mounts()).toEqual([home.at('Ici', 'là')]);
    terminal.child.kill('SIGKILL');
    await until(() => whatIsLeft().length === 0);
  });
});
