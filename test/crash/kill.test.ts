/**
 * `kill -9` of the program in the middle of real work on a real mount. What was acknowledged is
 * there at the next start and in the end on the server; a file that is saved by rename is always
 * one of its versions as a whole, and never an older one than was acknowledged; and nobody else
 * worked there, so there is no conflict. `NUAGE_KILLS` kills more often.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isConflictName } from '../../src/sync/conflict.js';
import { MountedNuage } from '../support/mounted-nuage.js';
import { scratchFolder } from '../support/scratch.js';
import { saveOf } from './known-text.js';

const KILLS = Number(process.env['NUAGE_KILLS'] ?? 10);
const MS_PER_KILL_MAX = 60_000;
const WORK_MS_MAX = 1_500;
const SAVES_PER_ROUND_MAX = 100_000;

/** By name, the number of the last save that was acknowledged. */
type Acknowledged = Map<string, number>;

const PROGRAM = path.join(import.meta.dirname, 'busy-program.ts');

/** Works until the program behind the mount is killed under it. */
async function workAndKill(mounted: MountedNuage, round: number): Promise<Acknowledged> {
  const first = `${round * SAVES_PER_ROUND_MAX}`;
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, mounted.folder, first], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (piece) => (output += String(piece)));
  const closed = once(child, 'close');
  try {
    while (output === '' && child.exitCode === null) await pause(10);
    await pause(Math.random() * WORK_MS_MAX);
    await mounted.end('SIGKILL');
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', save = ''] = line.split(' ');
      return [name, Number(save)];
    }),
  );
}

/** @param read undefined where there is no such file. */
function expectKept(
  acknowledged: Acknowledged,
  read: (name: string) => string | undefined,
  when: string,
): void {
  for (const [name, save] of acknowledged) {
    const text = read(name);
    expect(text, `${name} is there ${when}`).toBeDefined();
    const found = saveOf(text ?? '');
    expect(found, `${name} is whole ${when}`).toBeDefined();
    expect(found, `${name} is not older ${when}`).toBeGreaterThanOrEqual(save);
  }
}

/** A program of its own looks: this thread must not wait for a mount that a kill may have broken. */
async function copyOut(mounted: MountedNuage): Promise<string> {
  const copy = scratchFolder();
  await mounted.sh(`cp -- *.txt ${copy}/`);
  return copy;
}

function reader(folder: string): (name: string) => string | undefined {
  return (name) => {
    const file = path.join(folder, name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  };
}

describe.runIf(process.platform === 'linux')('a mount that is killed at work', () => {
  it(
    `has lost nothing that was acknowledged, after ${KILLS} kills`,
    async () => {
      const mounted = await MountedNuage.start({ arguments: ['--poll-interval', '2'] });
      const acknowledged: Acknowledged = new Map();
      try {
        for (let kill = 1; kill <= KILLS; kill += 1) {
          for (const [name, save] of await workAndKill(mounted, kill)) {
            acknowledged.set(name, save);
          }
          await mounted.mount();
          const copy = await copyOut(mounted);
          expectKept(acknowledged, reader(copy), `after kill ${kill}`);
          fs.rmSync(copy, { recursive: true });
        }
        await mounted.sync();
        const { folder } = mounted.server;
        expectKept(acknowledged, reader(folder), 'on the server');
        expect(fs.readdirSync(folder).filter(isConflictName), 'no false conflict').toEqual([]);
        console.log(`${KILLS} kills, ${acknowledged.size} files`);
      } finally {
        await mounted.close();
      }
    },
    KILLS * MS_PER_KILL_MAX,
  );
});
