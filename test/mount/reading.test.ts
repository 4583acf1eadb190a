/** How much of large files is moved for what programs read of them, counted at the server. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../src/demo/request-log.js';
import { MountedNuage } from '../support/mounted-nuage.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

let nuage: MountedNuage;

beforeAll(async () => {
  const pattern = Buffer.alloc(64 * MIB);
  for (let at = 0; at < pattern.length; at += 4) pattern.writeUInt32LE(at, at);
  const small = Array.from({ length: 40 }, (_, file) => [
    `small/${file}`,
    Buffer.alloc(1_000, file),
  ]);
  const files = {
    'pattern.bin': pattern,
    'shared.bin': pattern.subarray(0, 24 * MIB),
    ...(Object.fromEntries(small) as Record<string, Buffer>),
  };
  nuage = await MountedNuage.start({ files });
  for (const name of ['film.mkv', 'disk.img', 'slow.bin', 'left.bin']) {
    const file = path.join(nuage.server.folder, name);
    fs.closeSync(fs.openSync(file, 'w'));
    fs.truncateSync(file, GIB);
  }
  await nuage.server.control('rescan');
  await nuage.end();
  await nuage.mount();
  await nuage.sh('until ls | grep -q left.bin; do sleep 0.1; done');
}, 60_000);

afterAll(() => nuage.close(), 60_000);

beforeEach(() => nuage.server.control('clear-requests'));

async function gets(name: string): Promise<readonly RequestRecord[]> {
  const requests = await nuage.server.requests();
  return requests.filter(({ method, path: at }) => method === 'GET' && at.endsWith(`/${name}`));
}

function sentBytes(records: readonly RequestRecord[]): number {
  return records.reduce((sum, record) => sum + record.sentBytes, 0);
}

describe('reading a large file', { timeout: 60_000 }, () => {
  it('moves less than 1 MiB for the first 4 KiB of 1 GiB', async () => {
    await nuage.sh('head -c 4096 film.mkv | wc -c');
    await pause(300);
    const records = await gets('film.mkv');
    expect(records).toHaveLength(1);
    expect(sentBytes(records)).toBeGreaterThan(4 * KIB);
    expect(sentBytes(records)).toBeLessThan(MIB);
  });

  it('moves some KiB for 4 KiB from the middle', async () => {
    await nuage.sh('dd if=disk.img bs=4096 count=1 skip=100000 status=none | wc -c');
    await pause(300);
    const records = await gets('disk.img');
    expect(records).toHaveLength(1);
    expect(sentBytes(records)).toBeLessThan(64 * KIB);
  });

  it('from end to end takes one request, and brings it as it is', async () => {
    const source = path.join(nuage.server.folder, 'pattern.bin');
    await nuage.sh(`cmp pattern.bin '${source}'`);
    expect(await gets('pattern.bin')).toHaveLength(1);
  });

  it('brings its bytes once for all programs that read it at the same time', async () => {
    await nuage.server.network({ downloadBytesPerSecond: 8 * MIB });
    const source = path.join(nuage.server.folder, 'shared.bin');
    const compare = `cmp shared.bin '${source}'`;
    await Promise.all([nuage.sh(compare), nuage.sh(`sleep 0.5; ${compare}`), nuage.sh(compare)]);
    expect(sentBytes(await gets('shared.bin'))).toBeLessThan(30 * MIB);
    await nuage.server.control('clear');
  });

  it('stops when the program is ended that waits for it', async () => {
    const rule = {
      method: 'GET',
      path: 'slow',
      action: { kind: 'drip', bytes: 4_000, everyMs: 50 },
    };
    await nuage.server.control('fault', rule);
    const { code } = await nuage.run('timeout', '2', 'cat', 'slow.bin');
    expect(code).toBe(124);
    await expect.poll(() => gets('slow.bin'), { timeout: 10_000 }).not.toHaveLength(0);
    expect(sentBytes(await gets('slow.bin'))).toBeLessThan(MIB);
    await nuage.server.control('clear');
  });

  it('stops when the file is closed', async () => {
    await nuage.server.network({ downloadBytesPerSecond: 5 * MIB });
    await nuage.sh('head -c 1000000 left.bin | wc -c');
    // A record comes with the end of its request: of the stream, and of one on trial beside it.
    await expect.poll(() => gets('left.bin'), { timeout: 10_000 }).not.toHaveLength(0);
    await pause(1_000);
    const records = await gets('left.bin');
    expect(records.length).toBeLessThan(3);
    expect(sentBytes(records)).toBeLessThan(8 * MIB);
    await nuage.server.control('clear');
  });
});

describe('reading the small files of a folder', () => {
  it('takes far fewer requests than there are files, and brings them as they are', async () => {
    await nuage.sh(`diff -r small '${path.join(nuage.server.folder, 'small')}'`);
    const requests = await nuage.server.requests();
    expect(requests.filter(({ method }) => method === 'GET').length).toBeLessThan(10);
  }, 60_000);
});
