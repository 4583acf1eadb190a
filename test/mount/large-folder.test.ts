/** A folder with very many entries, listed as programs do it. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';

const ENTRIES = 100_000;
const MIB = 1024 * 1024;

/** Of a folder that was never listed; 6 s on a machine of two processors. */
const FIRST_MS_MAX = 120_000;

/** Over what the program takes before it; 290 to 390 MiB were seen, most of it once. */
const MEMORY_BYTES_MAX = 600 * MIB;

let nuage: MountedNuage;

beforeAll(async () => {
  nuage = await MountedNuage.start();
  const folder = path.join(nuage.server.folder, 'large');
  fs.mkdirSync(folder);
  for (let entry = 0; entry < ENTRIES; entry += 1) {
    fs.closeSync(fs.openSync(path.join(folder, `entry ${entry}`), 'w'));
  }
  await nuage.server.control('rescan');
  // As a mount that has never seen the account.
  await nuage.end();
  fs.rmSync(nuage.data, { recursive: true });
  await nuage.mount();
}, 120_000);

afterAll(() => nuage.close(), 60_000);

/** @param what `VmRSS`, or `VmHWM` for the most that it ever was. */
function memoryBytes(what: 'VmRSS' | 'VmHWM'): number {
  const status = fs.readFileSync(`/proc/${nuage.pid}/status`, 'utf8');
  const [, kib] = new RegExp(`${what}:\\s+(\\d+) kB`).exec(status) ?? [];
  return Number(kib) * 1024;
}

describe(`a folder of ${ENTRIES} entries`, { timeout: 2 * FIRST_MS_MAX }, () => {
  it('is listed whole, in bounded memory and time, and again at once', async () => {
    const before = memoryBytes('VmRSS');
    const start = Date.now();
    expect(await nuage.sh('ls -f large | wc -l')).toBe(`${ENTRIES + 2}\n`);
    const firstMs = Date.now() - start;
    const again = Date.now();
    expect(await nuage.sh('ls -l large | wc -l')).toBe(`${ENTRIES + 1}\n`);
    const againMs = Date.now() - again;
    const grownBytes = memoryBytes('VmHWM') - before;
    expect(firstMs).toBeLessThan(FIRST_MS_MAX);
    expect(againMs).toBeLessThan(FIRST_MS_MAX);
    expect(grownBytes).toBeLessThan(MEMORY_BYTES_MAX);
    expect(await nuage.sh('cd large && echo new > "entry 0" && cat "entry 0"')).toBe('new\n');
  });
});
