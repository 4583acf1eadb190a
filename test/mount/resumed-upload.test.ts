/** A large upload that is cut short goes on with the chunks that the server does not have yet. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../src/demo/request-log.js';
import { MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 * 1024;
const BYTES = 60 * MIB;

let nuage: MountedNuage;

beforeEach(async () => {
  nuage = await MountedNuage.start();
}, 60_000);
afterEach(() => nuage.close(), 60_000);

/** Names of the chunks that the server has taken, in the order in which they came. */
async function chunks(): Promise<readonly string[]> {
  const isChunk = ({ method, path: at, status }: RequestRecord): boolean =>
    method === 'PUT' && at.includes('/dav/uploads/') && status === 201;
  const requests = await nuage.server.requests();
  return requests.filter(isChunk).map(({ path: at }) => path.basename(at));
}

async function beginUpload(): Promise<string> {
  await nuage.server.network({ uploadBytesPerSecond: 5 * MIB });
  await nuage.sh(`head -c ${BYTES} /dev/urandom > large.bin`);
  while ((await chunks()).length < 2) await pause(100);
  return (await nuage.sh('sha256sum < large.bin')).slice(0, 64);
}

function hashOnServer(): string {
  const bytes = fs.readFileSync(path.join(nuage.server.folder, 'large.bin'));
  return createHash('sha256').update(bytes).digest('hex');
}

async function finish(): Promise<void> {
  await nuage.server.network({ uploadBytesPerSecond: undefined });
  while ((await nuage.command('sync', nuage.folder)).code !== 0) await pause(500);
}

describe('an upload that is cut short', { timeout: 120_000 }, () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('by %s sends no chunk twice', async (signal) => {
    const hash = await beginUpload();
    await nuage.end(signal);
    const before = await chunks();
    await nuage.mount();
    await finish();
    const all = await chunks();
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect([...all].sort()).toEqual([...new Set(all)].sort());
    expect(hashOnServer()).toBe(hash);
  });

  it('by an outage sends no chunk twice that had arrived', async () => {
    const hash = await beginUpload();
    const rule = { action: { kind: 'drop', at: 'before' } } as const;
    await nuage.server.fault(rule);
    const before = await chunks();
    await pause(3_000);
    await nuage.server.control('clear');
    await finish();
    const after = (await chunks()).slice(before.length);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(hashOnServer()).toBe(hash);
  });
});
