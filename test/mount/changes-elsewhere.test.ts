/** What another client does to files that are open or kept here, on real mounts. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 ** 2;
const BYTES = 6 * MIB;
const SEEN_MS_MAX = 30_000;

let nuage: MountedNuage | undefined;

async function start(files: Record<string, Uint8Array>): Promise<MountedNuage> {
  nuage = await MountedNuage.start({ arguments: ['--poll-interval', '1'], files });
  await nuage.sh('ls -R');
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

const filled = (byte: string): Buffer => Buffer.alloc(BYTES, byte);

function request(
  { server }: MountedNuage,
  name: string,
  init: { method: string; body?: Buffer; to?: string },
): Promise<Response> {
  const root = `${server.url}/remote.php/dav/files/${server.user}`;
  const login = Buffer.from(`${server.user}:${server.password}`).toString('base64');
  return fetch(`${root}/${name}`, {
    method: init.method,
    headers: {
      authorization: `Basic ${login}`,
      ...(init.to === undefined ? {} : { destination: `${root}/${init.to}` }),
    },
    ...(init.body === undefined ? {} : { body: new Uint8Array(init.body) }),
  });
}

async function gets({ server }: MountedNuage): Promise<number> {
  return (await server.requests()).filter(({ method }) => method === 'GET').length;
}

/** Which bytes stand there, each once; a failure by its number, since not all have names here. */
async function readAt(file: fs.FileHandle, start: number, bytes: number): Promise<string> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, start);
    return [...new Set(buffer.toString('latin1', 0, bytesRead))].join('');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).errno);
  }
}

async function readAll(file: fs.FileHandle): Promise<string> {
  const pieces: string[] = [];
  for (let at = 0; at < BYTES; at += MIB) pieces.push(await readAt(file, at, MIB));
  return [...new Set(pieces)].join(' ');
}

describe('a file that is replaced elsewhere while it is open', { timeout: 90_000 }, () => {
  it('is of one version to who opened it before, and of the next to who opens it then', async () => {
    const mounted = await start({ 'a.bin': filled('o') });
    const file = path.join(mounted.folder, 'a.bin');
    const before = await fs.open(file, 'r');
    let after: fs.FileHandle | undefined;
    try {
      expect(await readAt(before, 0, MIB)).toBe('o');
      const { mtimeMs } = await before.stat();
      expect((await request(mounted, 'a.bin', { method: 'PUT', body: filled('n') })).ok).toBe(true);
      const seen = async () => (await fs.stat(file)).mtimeMs !== mtimeMs;
      await expect.poll(seen, { timeout: SEEN_MS_MAX }).toBe(true);
      after = await fs.open(file, 'r');
      expect(await readAll(after)).toBe('n');
      // What was here of the old version is read, what was not cannot be had any more.
      expect(await readAll(before)).toBe(`o ${-os.constants.errno.ESTALE}`);
      expect(await readAll(after)).toBe('n');
    } finally {
      await before.close();
      await after?.close();
    }
    expect(await mounted.sh('tr -d n < a.bin | wc -c')).toBe('0\n');
  });
});

describe('what is moved elsewhere', { timeout: 90_000 }, () => {
  it('keeps its bytes and its open handles, of a file and of all in a folder', async () => {
    const mounted = await start({
      'from/kept.bin': filled('k'),
      'from/open.bin': filled('p'),
      'to/x': Buffer.from('x'),
    });
    await mounted.sh('cat from/kept.bin | wc -c');
    const file = await fs.open(path.join(mounted.folder, 'from/open.bin'), 'r');
    try {
      expect(await readAt(file, 0, 4096)).toBe('p');
      const { ino } = await file.stat();
      const moved = await request(mounted, 'from/open.bin', { method: 'MOVE', to: 'to/moved.bin' });
      expect(moved.status).toBe(201);
      expect((await request(mounted, 'from', { method: 'MOVE', to: 'renamed' })).status).toBe(201);
      const names = async () => (await mounted.sh('ls . to renamed 2>&1 || true')).split('\n');
      await expect
        .poll(names, { timeout: SEEN_MS_MAX })
        .toEqual(expect.arrayContaining(['moved.bin', 'kept.bin']));
      expect(await mounted.sh('stat -c %i to/moved.bin')).toBe(`${ino}\n`);
      const before = await gets(mounted);
      expect(await mounted.sh('tr -d k < renamed/kept.bin | wc -c')).toBe('0\n');
      expect(await gets(mounted)).toBe(before);
      // The rest of it comes from its new place.
      expect(await readAll(file)).toBe('p');
    } finally {
      await file.close();
    }
  });
});
