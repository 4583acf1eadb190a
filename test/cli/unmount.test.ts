/** `unmount --wait`: to the end of the queue, whatever stands in its way, or not at all. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MountStatus } from '../../src/cli/control-messages.js';
import type { NuageProcess } from '../demo/nuage-process.js';
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
beforeEach(async () => {
  const args = [home.folder, '--server', nuage.url, '--user', nuage.user, '--poll-interval', '1'];
  const env = { NUAGE_PASSWORD: nuage.password };
  expect(await home.run(args, { env })).toMatchObject({ code: 0 });
  // A folder that has been seen takes new files without its server.
  fs.readdirSync(home.folder);
});

function write(name: string): void {
  fs.writeFileSync(path.join(home.folder, name), name);
}

/** The command, once it has said this. */
async function waiting(told: RegExp, ...options: string[]): Promise<Running> {
  const running = home.start(['unmount', '--wait', home.folder, ...options]);
  const hasTold = (): boolean => told.test(running.stderr + running.stdout);
  await until(() => hasTold() || running.child.exitCode !== null, 60_000);
  expect(hasTold(), running.stderr + running.stdout).toBe(true);
  return running;
}

describe('an unmount that waits', () => {
  it('ends at once where everything has been sent', async () => {
    const ended = await home.run(['unmount', '--wait', home.folder]);
    expect(ended).toMatchObject({ code: 0, stdout: `${home.folder} is unmounted.\n` });
  });

  it('says that it is offline, and ends once the server is back and has everything', async () => {
    await nuage.settings({ maintenance: true });
    write('plus tard.txt');
    const running = await waiting(/OFFLINE since.*maintenance[^]*1 change to be sent/);
    expect(home.mounts()).toEqual([home.folder]);
    await nuage.settings({ maintenance: false });
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(home.mounts()).toEqual([]);
    expect(fs.readFileSync(path.join(nuage.folder, 'plus tard.txt'), 'utf8')).toBe('plus tard.txt');
  });

  it('names what the server refuses; Ctrl-C leaves the mount as it was', async () => {
    await nuage.fault({ method: 'PUT', action: { kind: 'respond', status: 423 }, times: 100 });
    write('verrou.txt');
    const running = await waiting(/verrou\.txt: .*423/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(9);
    expect(stderr).not.toContain('Warning');
    expect(stderr).toContain(`${home.folder} stays mounted.`);
    expect(fs.readFileSync(path.join(home.folder, 'verrou.txt'), 'utf8')).toBe('verrou.txt');
    write('encore.txt');
    expect((await home.run(['status', home.folder])).code).toBe(0);
  });

  it('prints the status in lines of JSON for scripts', async () => {
    await nuage.settings({ maintenance: true });
    write('script.txt');
    const running = await waiting(/"pendingCount":1/, '--json');
    await nuage.settings({ maintenance: false });
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const statuses = lines.map((line) => JSON.parse(line) as MountStatus);
    expect(statuses[0]).toMatchObject({ version: 1, online: false, pendingCount: 1 });
    expect(statuses.at(-1)).toMatchObject({ version: 1, online: true, pendingCount: 0 });
  });
});
