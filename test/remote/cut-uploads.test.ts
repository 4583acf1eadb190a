/** Uploads of large new files over lines that break or are slow, to servers of both kinds. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Nuage } from '../../src/demo/server.js';
import { nuageAccount, put, type NuageAccount } from './nuage.js';
import { kindOf, never } from './support.js';
import { expectStored, send } from './uploading.js';

const MIB = 1024 * 1024;

describe('where what was cut short stays', () => {
  const bytes = randomBytes(12 * MIB);
  /** Of a server with object storage. */
  const settings = { keepsCutUploads: true };

  async function cut(part: number): Promise<NuageAccount> {
    const account = await nuageAccount({ settings });
    const { nuage, remote } = account;
    nuage.faults.add({
      ...{ method: 'PUT', path: '/files/.*/f$', times: 1 },
      action: { kind: 'drop', at: 'request-body', bytes: part },
    });
    expect(await kindOf(send(remote, 'f', bytes))).toBe('offline');
    expect((await stat(join(nuage.folder, 'f'))).size).toBeLessThan(bytes.length);
    nuage.requests.clear();
    return account;
  }

  it('it is replaced by the whole, and stays one file', async () => {
    const { nuage, remote } = await cut(5 * MIB);
    const { fileId } = await remote.stat('f', never());
    const stored = await send(remote, 'f', bytes, { wasTried: true });
    expect(stored.fileId).toBe(fileId);
    await expectStored(nuage, 'f', bytes);
    expect(await readdir(nuage.folder)).toEqual(['f']);
  });

  it.each([
    ['the line breaks', 'offline', { kind: 'drop', at: 'before' }],
    ['it is locked', 'locked', { kind: 'respond', status: 423 }],
    ['its storage is away', 'server', { kind: 'respond', status: 500 }],
    ['it is too slow for a proxy', 'server', { kind: 'respond', status: 504 }],
  ] as const)('is nobody’s yet when %s while it is looked at', async (_, kind, action) => {
    const { nuage, remote } = await cut(5 * MIB);
    const small = bytes.subarray(0, 6 * MIB);
    nuage.faults.add({ method: 'PATCH', action });
    expect(await kindOf(send(remote, 'f', small, { wasTried: true }))).toBe(kind);
    nuage.faults.clear();
    await send(remote, 'f', small, { wasTried: true });
    await expectStored(nuage, 'f', small);
  });

  it('what a server refuses for its size makes no file of somebody else ours', async () => {
    const { nuage, remote } = await nuageAccount({ settings });
    await send(remote, 'f', bytes.subarray(0, MIB));
    nuage.settings.bodyBytesMax = 8 * MIB;
    expect(await kindOf(send(remote, 'f', bytes))).toBe('precondition');
    await expectStored(nuage, 'f', bytes.subarray(0, MIB));
  });

  it('also where it is listed at its full length, as nobody has read it', async () => {
    const { nuage, remote } = await nuageAccount({ settings });
    const { user, password, url, folder } = nuage;
    const request = http.request(`${url}/remote.php/dav/files/${user}/f`, {
      method: 'PUT',
      auth: `${user}:${password}`,
      headers: { 'content-length': bytes.length },
    });
    request.on('error', () => undefined);
    request.write(bytes.subarray(0, MIB), () => request.destroy());
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual(['f']));
    expect((await remote.stat('f', never())).size).toBe(bytes.length);
    expect((await stat(join(folder, 'f'))).size).toBeLessThanOrEqual(MIB);
    await send(remote, 'f', bytes, { wasTried: true });
    await expectStored(nuage, 'f', bytes);
  });

  it('what somebody else has there is not replaced', async () => {
    const { nuage, remote } = await nuageAccount({ settings });
    await put(remote, 'f', 'theirs');
    expect(await kindOf(send(remote, 'f', bytes, { wasTried: true }))).toBe('precondition');
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('theirs');
  });

  it('even the beginning of ours is somebody else’s where nothing was sent before', async () => {
    const { nuage, remote } = await nuageAccount({ settings });
    await send(remote, 'f', bytes.subarray(0, MIB));
    expect(await kindOf(send(remote, 'f', bytes))).toBe('precondition');
    await expectStored(nuage, 'f', bytes.subarray(0, MIB));
  });

  it('nothing is cut for a slow line', async () => {
    const { nuage, remote } = await nuageAccount({ settings });
    const many = randomBytes(24 * MIB);
    nuage.faults.network.uploadBytesPerSecond = 2 * MIB;
    const sent = send(remote, 'f', many);
    // It takes ten seconds and more.
    for (let looks = 0; looks < 20; looks += 1) {
      expect(await readdir(nuage.folder)).toEqual([]);
      await pause(100);
    }
    nuage.faults.network.uploadBytesPerSecond = undefined;
    await sent;
    await expectStored(nuage, 'f', many);
  });
});

describe('the first chunk of a large file over an unknown line', () => {
  const bytes = randomBytes(21 * MIB);

  async function chunksSent(nuage: Nuage): Promise<number> {
    const puts = nuage.requests.of('PUT', /uploads/).filter(({ status }) => status < 300);
    await expectStored(nuage, 'f', bytes);
    return puts.reduce((sum, { headers }) => sum + Number(headers['content-length']), 0);
  }

  it('counts where the server does not take the whole at once', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.settings.bodyBytesMax = 12 * MIB;
    nuage.faults.add({ method: 'DELETE', action: { kind: 'delay', ms: 300 } });
    await send(remote, 'f', bytes);
    expect(await chunksSent(nuage)).toBe(bytes.length);
  });

  it('is followed by smaller ones where it is too large', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.settings.bodyBytesMax = 6 * MIB;
    nuage.faults.add({ method: 'DELETE', action: { kind: 'delay', ms: 300 } });
    await send(remote, 'f', bytes);
    expect(await chunksSent(nuage)).toBe(bytes.length);
    expect(nuage.requests.of('PUT').filter(({ status }) => status === 413)).toHaveLength(1);
  });

  it('is not sent where somebody else has a file of that name', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'f', 'theirs');
    nuage.requests.clear();
    expect(await kindOf(send(remote, 'f', bytes))).toBe('precondition');
    expect(nuage.requests.all.map(({ method }) => method)).toEqual(['PROPFIND']);
  });

  it('is what the next try goes on with when the line breaks in the whole', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({
      ...{ method: 'PUT', path: '/f$', times: 1 },
      action: { kind: 'drop', at: 'request-body' },
    });
    const uploadId = 'abcdefgh12345678';
    expect(await kindOf(send(remote, 'f', bytes, { uploadId }))).toBe('offline');
    await send(remote, 'f', bytes, { uploadId, wasTried: true });
    expect(await chunksSent(nuage)).toBe(bytes.length);
  });
});
