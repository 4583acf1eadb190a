/**
 * `kill -9` of the program in the middle of real work on a real mount. What was acknowledged is
 * there at the next start and in the end on the server; a file that is saved by rename is always
 * one of its versions as a whole, and never an older one than was acknowledged; and nobody else
 * worked there, so there is no conflict. `NUAGE_KILLS` kills more often.
 */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isConflictName } from '../../src/sync/conflict.js';
import { MountedNuage } from '../support/mounted-nuage.js';
import { type Acknowledged, copyOut, expectKept, reader, workUntil } from './busy-work.js';

const KILLS = Number(process.env['NUAGE_KILLS'] ?? 10);
/** Then an account begins anew: each kill adds some hundred files, and all are read after each. */
const KILLS_PER_ACCOUNT = 20;
const MS_PER_KILL_MAX = 60_000;

describe.runIf(process.platform === 'linux')('a mount that is killed at work', () => {
  it(
    `has lost nothing that was acknowledged, after ${KILLS} kills`,
    async () => {
      for (let done = 0; done < KILLS; done += KILLS_PER_ACCOUNT) {
        const kills = Math.min(KILLS - done, KILLS_PER_ACCOUNT);
        const files = await killAtWork(kills);
        console.log(`${done + kills} kills, ${files} files in the last ${kills}`);
      }
    },
    KILLS * MS_PER_KILL_MAX,
  );
});

/** @returns how many files were acknowledged. */
async function killAtWork(kills: number): Promise<number> {
  const mounted = await MountedNuage.start({ arguments: ['--poll-interval', '2'] });
  const acknowledged: Acknowledged = new Map();
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const work = await workUntil(mounted, kill, {
        isSynced: false,
        happens: () => mounted.end('SIGKILL'),
      });
      for (const [name, save] of work) acknowledged.set(name, save);
      await mounted.mount();
      const copy = await copyOut(mounted);
      expectKept(acknowledged, reader(copy), `after kill ${kill}`);
      fs.rmSync(copy, { recursive: true });
    }
    await mounted.sync();
    const { folder } = mounted.server;
    expectKept(acknowledged, reader(folder), 'on the server');
    expect(fs.readdirSync(folder).filter(isConflictName), 'no false conflict').toEqual([]);
    return acknowledged.size;
  } finally {
    await mounted.close();
  }
}
