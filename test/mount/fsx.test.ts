/**
 * One file under random reads, writes, mappings and truncations, while it is sent as often as it
 * can be, its cache is cleared, and the mount is ended, killed and started again: to programs it is
 * a file of the local disk, and in the end the server has it so.
 *
 * NUAGE_FSX_ROUNDS and NUAGE_FSX_SEED: more rounds, and those of an earlier run.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';
import { scratchFolder } from '../support/scratch.js';

const ROUNDS = Number(process.env['NUAGE_FSX_ROUNDS'] ?? 6);
const SEED = Number(process.env['NUAGE_FSX_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const OPERATIONS = 300;
const ROUND_MS_MAX = 60_000;

const PROGRAM = path.join(import.meta.dirname, 'fsx.py');
const NAME = 'exercised.bin';

/** What happens between two rounds, in turn. */
const BETWEEN: readonly ((nuage: MountedNuage) => Promise<void>)[] = [
  () => Promise.resolve(),
  async (nuage) => {
    await nuage.sync();
    expect(await nuage.command('cache', nuage.folder, '--clear')).toMatchObject({ code: 0 });
  },
  async (nuage) => {
    await nuage.end();
    await nuage.mount();
  },
  async (nuage) => {
    await nuage.end('SIGKILL');
    await nuage.mount();
  },
];

it(
  'is the same as a file of the local disk, whatever is done to it',
  async () => {
    console.log(`NUAGE_FSX_SEED=${SEED}`);
    const local = scratchFolder();
    const reference = path.join(local, NAME);
    const nuage = await MountedNuage.start({ arguments: ['--upload-delay', '0'] });
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const seed = String(SEED + round);
        const ran = await nuage.run('python3', PROGRAM, NAME, reference, seed, String(OPERATIONS));
        expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
        await BETWEEN[round % BETWEEN.length]?.(nuage);
      }
      await nuage.sync();
      expect(digest(path.join(nuage.server.folder, NAME))).toBe(digest(reference));
    } finally {
      await nuage.close();
      fs.rmSync(local, { recursive: true });
    }
  },
  60_000 + ROUNDS * ROUND_MS_MAX,
);

function digest(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}
