/** Programs that copy within the mount: large unchanged files are copied by the server. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 * 1024;

/** What lists and small files cost; less than any of the large ones. */
const LITTLE_BYTES = MIB / 2;

let nuage: MountedNuage;

const pattern = (bytes: number, seed: number) =>
  Buffer.from(Uint32Array.from({ length: bytes / 4 }, (_, at) => at * seed).buffer);

beforeAll(async () => {
  const files = {
    'Cours/film.mkv': pattern(8 * MIB, 3),
    'Cours/Images/scan.tif': pattern(2 * MIB, 5),
    'Cours/Images/note.txt': Buffer.from('a small file'),
  };
  nuage = await MountedNuage.start({ files });
}, 60_000);

afterAll(() => nuage.close(), 60_000);

beforeEach(async () => {
  await nuage.sync();
  await nuage.server.control('clear-requests');
});

/** Bytes that went over the line, and how many files the server has copied. */
async function traffic(): Promise<{ readonly bytes: number; readonly copies: number }> {
  const requests = await nuage.server.requests();
  return {
    bytes: requests.reduce(
      (sum, { sentBytes, receivedBytes }) => sum + sentBytes + receivedBytes,
      0,
    ),
    copies: requests.filter(({ method, status }) => method === 'COPY' && status === 201).length,
  };
}

const onServer = (name: string) => fs.readFileSync(path.join(nuage.server.folder, name));

function expectCopied(to: string): void {
  for (const name of ['film.mkv', 'Images/scan.tif', 'Images/note.txt']) {
    const isSame = onServer(`${to}/${name}`).equals(onServer(`Cours/${name}`));
    expect([name, isSame]).toEqual([name, true]);
  }
}

describe('what is copied within the mount', { timeout: 120_000 }, () => {
  it.each([
    ['cp', 'cp Cours/film.mkv by-cp.mkv', 'by-cp.mkv'],
    ['cp -a', 'cp -a Cours/film.mkv by-cp-a.mkv', 'by-cp-a.mkv'],
  ])('is copied by the server, of a file (%s)', async (_, script, to) => {
    await nuage.sh(script);
    await nuage.sync();
    const { bytes, copies } = await traffic();
    expect(copies).toBe(1);
    expect(bytes).toBeLessThan(LITTLE_BYTES);
    expect(onServer(to).equals(onServer('Cours/film.mkv'))).toBe(true);
  });

  it('is copied by the server, of a folder that nothing was read of', async () => {
    await nuage.sh('cp -r Cours Unread');
    await nuage.sync();
    const { bytes, copies } = await traffic();
    expect(copies).toBe(2);
    expect(bytes).toBeLessThan(LITTLE_BYTES);
    expectCopied('Unread');
  });

  it('is copied by the server, of a folder that is here', async () => {
    await nuage.sh('cat Cours/film.mkv Cours/Images/* > /dev/null');
    await nuage.sync();
    await nuage.server.control('clear-requests');
    await nuage.sh('cp -r Cours Here && cmp Cours/film.mkv Here/film.mkv');
    await nuage.sync();
    const { copies } = await traffic();
    const puts = (await nuage.server.requests()).filter(({ method }) => method === 'PUT');
    expect(copies).toBe(2);
    expect(puts.every(({ receivedBytes }) => receivedBytes < LITTLE_BYTES)).toBe(true);
    expectCopied('Here');
  });

  it('is one file when the answer to the copy is lost', async () => {
    const rule = { method: 'COPY', times: 1, action: { kind: 'drop', at: 'answer' } } as const;
    const fault = await nuage.server.fault(rule);
    await nuage.sh('mkdir Lost && cp Cours/film.mkv Lost/');
    await nuage.sync();
    expect(await nuage.server.hits(fault)).toBe(1);
    expect((await traffic()).bytes).toBeLessThan(LITTLE_BYTES);
    expect(fs.readdirSync(path.join(nuage.server.folder, 'Lost'))).toEqual(['film.mkv']);
    expect(onServer('Lost/film.mkv').equals(onServer('Cours/film.mkv'))).toBe(true);
  });

  it('is copied here of what is here while the server is away, and sent later', async () => {
    await nuage.sh('cat Cours/film.mkv Cours/Images/* > /dev/null');
    await nuage.server.fault({ action: { kind: 'drop', at: 'before' } });
    await nuage.sh('cp -r Cours Away && cmp Cours/film.mkv Away/film.mkv');
    await nuage.server.control('clear');
    while ((await nuage.command('sync', nuage.folder)).code !== 0) await pause(500);
    expectCopied('Away');
  });
});
