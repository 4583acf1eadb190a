/** The status: its documented form, its exit codes, and the speed of what is on its way. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OTHER_COMMANDS } from '../../src/cli/command-names.js';
import { bar, paint } from '../../src/cli/paint.js';
import { showTransfer } from '../../src/cli/show-status.js';
import { TransferTable } from '../../src/cli/transfers.js';
import type { Effect } from '../../src/remote/messages.js';
import type { NuageProcess } from '../demo/nuage-process.js';
import { eachAtHome } from './at-home.js';
import { type Home, until } from './command.js';

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

afterEach(() => vi.unstubAllEnvs());

describe('a transfer', () => {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  let table: TransferTable;

  beforeEach(() => {
    now = 5_000;
    table = new TransferTable(clock);
  });

  function start(id: number, effect: object): void {
    table.asked({ type: 'start', id, effect: effect as Effect });
  }

  it('has the speed of the last seconds, and the time that is left at it', () => {
    start(1, { op: 'put', path: 'Cours/vidéo.mp4', metadata: { size: 100_000_000 } });
    expect(table.list()).toMatchObject([{ direction: 'up', bytesDone: 0, secondsLeft: null }]);
    for (let second = 1; second <= 20; second += 1) {
      now += 1_000;
      // Slow for ten seconds, then ten times as fast.
      const sent = second <= 10 ? second * 100_000 : 1_000_000 + (second - 10) * 1_000_000;
      table.told({ type: 'sent', id: 1, bytes: sent });
    }
    expect(table.list()).toEqual([
      {
        path: 'Cours/vidéo.mp4',
        direction: 'up',
        bytes: 100_000_000,
        bytesDone: 11_000_000,
        bytesPerSecond: 1_000_000,
        secondsLeft: 89,
      },
    ]);
    now += 60_000;
    expect(table.list()[0]?.bytesPerSecond).toBeLessThan(200_000);
  });

  it('of a range counts from its start, and is gone when it has ended', () => {
    start(2, { op: 'fetch', path: 'a', start: 1_000, end: 5_000 });
    start(3, { op: 'list', path: '' });
    table.told({ type: 'fetched', id: 2, upTo: 2_000 });
    table.told({ type: 'fetched', id: 99, upTo: 2_000 });
    expect(table.list()).toMatchObject([{ direction: 'down', bytes: 4_000, bytesDone: 1_000 }]);
    table.told({ type: 'failed', id: 2, error: { kind: 'aborted', message: '' } });
    expect(table.list()).toEqual([]);
  });

  it('is shown with a bar, and no name steers the terminal', () => {
    const transfer = {
      path: 'a\u001b[2J',
      direction: 'down' as const,
      bytes: 200,
      bytesDone: 100,
      bytesPerSecond: 1_000_000,
      secondsLeft: 65,
    };
    expect(showTransfer(transfer).replaceAll('\u00a0', ' ')).toBe(
      `↓ a?[2J ${'█'.repeat(10)}${'░'.repeat(10)} 50%, 1.0 MB/s, 1 min 5 s left`,
    );
    expect(bar(0, 0)).toBe('░'.repeat(20));
    expect(bar(7, 5)).toBe('█'.repeat(20));
  });
});

describe('colours', () => {
  it('are for terminals, where nobody asks for none', () => {
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    expect(paint('red', 'x', { isTTY: true })).toBe('\u001b[31mx\u001b[0m');
    expect(paint('red', 'x', {})).toBe('x');
    vi.stubEnv('TERM', 'dumb');
    expect(paint('red', 'x', { isTTY: true })).toBe('x');
    vi.stubEnv('TERM', 'xterm');
    vi.stubEnv('NO_COLOR', '1');
    expect(paint('red', 'x', { isTTY: true })).toBe('x');
  });
});

describe('the command', () => {
  let nuage: NuageProcess;
  let home: Home;

  eachAtHome((server, folder) => {
    nuage = server;
    home = folder;
  });

  it('prints the form that is documented, and no field that is not', async () => {
    await home.mount(nuage);
    const doc = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/STATUS.md'), 'utf8');
    const documented = [...doc.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name ?? '');
    const { stdout } = await home.run(['status', '--json', home.folder]);
    const status = JSON.parse(stdout) as Record<string, unknown>;
    expect(status).toMatchObject({ version: 1, online: true, transfers: [], pending: [] });
    const optional = ['reason', 'quota'];
    expect([...new Set([...Object.keys(status), ...optional])].sort()).toEqual(documented.sort());
  });

  it('answers by its exit code where that is asked for', async () => {
    expect(await home.run(['status'])).toMatchObject({ code: 0 });
    expect(await home.run(['status', '--exit-code'])).toMatchObject({ code: 4 });
    await home.mount(nuage);
    expect(await home.run(['status', '--exit-code'])).toMatchObject({ code: 0, stderr: '' });
    await nuage.fault({ method: 'PUT', action: { kind: 'respond', status: 423 }, times: 100 });
    fs.writeFileSync(path.join(home.folder, 'a.txt'), 'x');
    expect(await home.run(['status', '--exit-code'])).toMatchObject({ code: 9 });
  });

  it('opens the page of a file, whose address it prints where there is no desktop', async () => {
    await home.mount(nuage);
    fs.writeFileSync(path.join(home.folder, 'cours.txt'), 'x');
    const file = path.join(home.folder, 'cours.txt');
    await home.run(['sync']);
    const opened = await home.run(['open', file]);
    expect(opened).toMatchObject({ code: 0, stderr: '' });
    expect(opened.stdout).toMatch(new RegExp(`^${nuage.url}/f/\\d+\n$`));
    expect((await home.run(['open'])).stdout).toBe(`${home.folder}\n`);
  });

  it('is one of those that `--help` lists, and the program knows them all', async () => {
    const { stdout } = await home.run(['--help']);
    const listed = [...stdout.matchAll(/^ {2}nuage-mount (\w+)(?: [[<\w].*)? {2,}/gm)];
    const aliases = [...stdout.matchAll(/\[alias(?:es)?: (\w+)\]/g)];
    const names = [...listed, ...aliases].map(([, name]) => name ?? '');
    const others = new Set(names.filter((name) => name !== 'mount'));
    expect([...others].sort()).toEqual([...OTHER_COMMANDS].sort());
  });

  it('watches, and ends by Ctrl-C', async () => {
    await home.mount(nuage);
    const watching = home.start(['status', '--watch', '--json', home.folder]);
    await until(() => watching.stdout.split('\n').length > 2);
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    for (const line of stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ version: 1 });
  });
});
