/** Uploads against the embedded Nuage: whole, conditional, proven, and never torn. */
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { NuageError } from '../../src/errors.js';
import type { UploadSource } from '../../src/remote/remote.js';
import { nuageAccount, put } from './nuage.js';
import { failure, kindOf, never, sha256, sourceOf, uploadOf } from './support.js';
import { expectStored, send } from './uploading.js';

const MIB = 1024 * 1024;

describe('a new file', () => {
  it('arrives whole, with its time and a hash that the server confirmed', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(300_000);
    const stored = await send(remote, 'é #%+?.bin', bytes);
    expect(stored).toMatchObject({ size: 300_000, mtime: 1_700_000_000 });
    expect(stored.checksum).toBe(`SHA256:${sha256(bytes)}`);
    await expectStored(nuage, 'é #%+?.bin', bytes);
    expect((await stat(join(nuage.folder, 'é #%+?.bin'))).mtimeMs).toBe(1_700_000_000_000);
    const entry = await remote.stat('é #%+?.bin', never());
    const { fileId, etag, checksum } = stored;
    expect(entry).toMatchObject({ fileId, etag, checksum, size: 300_000 });
    expect(nuage.requests.of('PUT')).toHaveLength(1);
  });

  it('may be empty, and a Content-Length is sent all the same', async () => {
    const { nuage, remote } = await nuageAccount();
    expect((await send(remote, 'vide', Buffer.alloc(0))).size).toBe(0);
    expect(nuage.requests.of('PUT')[0]?.headers['content-length']).toBe('0');
  });

  it('does not replace one that is there', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'f', 'theirs');
    expect(await kindOf(send(remote, 'f', Buffer.from('mine!!')))).toBe('precondition');
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('theirs');
  });

  it('is adopted when the same bytes are there already, and gets our time', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'f', 'same');
    const stored = await send(remote, 'f', Buffer.from('same'), { mtime: 1_600_000_000 });
    expect(stored.mtime).toBe(1_600_000_000);
    expect(await remote.stat('f', never())).toMatchObject({
      mtime: 1_600_000_000,
      etag: stored.etag,
    });
  });

  it('in a folder that is gone fails as such', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(send(remote, 'a/f', Buffer.from('x')))).toBe('parent-missing');
  });

  it('with a time that a Nextcloud cannot keep is sent with the nearest', async () => {
    const { remote } = await nuageAccount();
    expect((await send(remote, 'f', Buffer.from('x'), { mtime: -5 })).mtime).toBe(86_401);
  });
});

describe('an overwrite', () => {
  it('keeps the file id, goes in one piece when small and through chunks when not', async () => {
    const { nuage, remote } = await nuageAccount();
    const first = await send(remote, 'f', Buffer.from('one'));
    const second = await send(remote, 'f', Buffer.from('two'), {
      mtime: 1_700_000_001,
      condition: { kind: 'matches', etag: first.etag },
    });
    expect(nuage.requests.of('MOVE')).toHaveLength(0);
    const large = randomBytes(70_000);
    const third = await send(remote, 'f', large, {
      mtime: 1_700_000_002,
      condition: { kind: 'matches', etag: second.etag },
    });
    expect(nuage.requests.of('MOVE')).toHaveLength(1);
    expect([second.fileId, third.fileId]).toEqual([first.fileId, first.fileId]);
    await expectStored(nuage, 'f', large);
  });

  it.each([100, 100_000])('of %i bytes does not replace a newer version', async (size) => {
    const { nuage, remote } = await nuageAccount();
    const old = await put(remote, 'f', 'old');
    await writeFile(join(nuage.folder, 'f'), 'newer');
    nuage.rescan();
    const condition = { kind: 'matches', etag: old } as const;
    expect(await kindOf(send(remote, 'f', randomBytes(size), { condition }))).toBe('precondition');
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('newer');
    if (size > 65_536) expect(nuage.requests.of('PUT', /uploads/)).toHaveLength(0);
  });

  it('in one piece runs to its end once begun, since a cut would tear the file', async () => {
    const { nuage, remote } = await nuageAccount();
    const etag = await put(remote, 'f', 'old');
    nuage.faults.add({ method: 'PUT', action: { kind: 'delay', ms: 300 } });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await send(remote, 'f', Buffer.from('new'), {
      mtime: 1_700_000_001,
      condition: { kind: 'matches', etag },
      signal: controller.signal,
    }).catch(() => undefined);
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('new');
  });
});

describe('a lost answer to a write that was done', () => {
  it.each([
    ['a new file', 1_000, false],
    ['a new large file', 11 * MIB, false],
    ['a new file in chunks', 11 * MIB, true],
  ])('is no failure and no second copy: %s', async (_, size, wasTried) => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    // The first chunk is a PUT as well, and harmless.
    const [method, path] = wasTried ? ['MOVE', '.'] : ['PUT', '/f$'];
    nuage.faults.add({ method, path, times: 1, action: { kind: 'drop', at: 'answer' } });
    const stored = await send(remote, 'f', bytes, { wasTried });
    expect(stored.checksum).toBe(`SHA256:${sha256(bytes)}`);
    expect(stored.etag).toBe((await remote.stat('f', never())).etag);
    expect(nuage.requests.of(method, new RegExp(path))).toHaveLength(1);
    await expectStored(nuage, 'f', bytes);
  });

  it.each([1_000, 100_000])('is no failure: an overwrite of %i bytes', async (size) => {
    const { nuage, remote } = await nuageAccount();
    const etag = await put(remote, 'f', 'old');
    const bytes = randomBytes(size);
    const method = size > 65_536 ? 'MOVE' : 'PUT';
    nuage.faults.add({ method, times: 1, action: { kind: 'drop', at: 'answer' } });
    const condition = { kind: 'matches', etag } as const;
    const stored = await send(remote, 'f', bytes, { condition, mtime: 1_700_000_009 });
    expect(stored).toMatchObject({ size, mtime: 1_700_000_009 });
  });

  it('is recognised by the next try as well, as after a crash', async () => {
    const { nuage, remote } = await nuageAccount();
    const etag = await put(remote, 'f', 'old');
    const bytes = randomBytes(100_000);
    const metadata = { condition: { kind: 'matches', etag } as const, mtime: 1_700_000_009 };
    const first = await send(remote, 'f', bytes, metadata);
    const puts = nuage.requests.of('PUT').length;
    expect(await send(remote, 'f', bytes, metadata)).toEqual(first);
    expect(nuage.requests.of('PUT')).toHaveLength(puts);
  });
});

describe('a write that was not done', () => {
  it('fails with what the line said, and nothing stands there', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'PUT', action: { kind: 'drop', at: 'before' } });
    expect(await kindOf(send(remote, 'f', Buffer.from('x')))).toBe('offline');
    expect(await kindOf(remote.stat('f', never()))).toBe('not-found');
  });

  it('is not begun again blindly: one PUT of a new file, one answer', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'PUT', action: { kind: 'respond', status: 503 } });
    expect(await kindOf(send(remote, 'f', Buffer.from('x')))).toBe('maintenance');
    expect(nuage.requests.of('PUT')).toHaveLength(1);
  });

  it.each([
    [423, 'locked'],
    [507, 'quota'],
    [403, 'forbidden'],
    [401, 'unauthenticated'],
  ])('and refused by %i is %s', async (status, kind) => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'PUT', action: { kind: 'respond', status } });
    expect(await kindOf(send(remote, 'f', Buffer.from('x')))).toBe(kind);
  });

  it('for want of room is told by a real quota, large or small', async () => {
    const { remote } = await nuageAccount({ quotaBytes: 1 * MIB });
    expect(await kindOf(send(remote, 'f', randomBytes(2 * MIB)))).toBe('quota');
    expect(await kindOf(send(remote, 'f', randomBytes(12 * MIB)))).toBe('quota');
  });

  it('answered by the login page of a network is not taken for done', async () => {
    const { nuage, remote } = await nuageAccount();
    const headers = { 'content-type': 'text/html' };
    const action = { kind: 'respond', status: 200, headers, body: '<html>' } as const;
    nuage.faults.add({ method: 'PUT', action });
    expect(await kindOf(send(remote, 'f', Buffer.from('x')))).toBe('offline');
  });
});

describe('a size that the server refuses', () => {
  it('goes in chunks, and in smaller ones', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.settings.bodyBytesMax = 3 * MIB;
    const bytes = randomBytes(9 * MIB);
    await send(remote, 'f', bytes);
    await expectStored(nuage, 'f', bytes);
  });

  it('down to 1 MiB is too large', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.settings.bodyBytesMax = 100_000;
    expect(await kindOf(send(remote, 'f', randomBytes(3 * MIB)))).toBe('too-large');
  });
});

describe('a new file of more than a chunk', () => {
  const size = 25 * MIB;

  it('goes in one PUT once its first chunk has shown that the line is fast', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    await send(remote, 'f', bytes);
    await vi.waitFor(() => expect(nuage.requests.of('DELETE')).toHaveLength(1));
    const methods = nuage.requests.all.map(({ method }) => method);
    expect(methods.filter((method) => method !== 'DELETE')).toEqual([
      'PROPFIND',
      'MKCOL',
      'PUT',
      'PUT',
    ]);
    await expectStored(nuage, 'f', bytes);
    nuage.requests.clear();
    await send(remote, 'g', bytes);
    expect(nuage.requests.all.map(({ method }) => method)).toEqual(['PUT']);
  });

  it('goes on in chunks where the first one has shown that it is slow', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.network.uploadBytesPerSecond = 2 * MIB;
    const bytes = randomBytes(size);
    const sent = send(remote, 'f', bytes);
    while (nuage.requests.of('PUT').filter(({ status }) => status === 201).length < 1) {
      await pause(20);
    }
    nuage.faults.network.uploadBytesPerSecond = undefined;
    await sent;
    await expectStored(nuage, 'f', bytes);
    const puts = nuage.requests.of('PUT');
    expect(puts.filter(({ path }) => !path.includes('/uploads/'))).toEqual([]);
    const sizes = puts.map(({ headers }) => Number(headers['content-length']));
    expect(sizes.reduce((sum, bytesSent) => sum + bytesSent, 0)).toBe(size);
  });

  it('goes in chunks at once over a line that was too slow for the last one', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.network.uploadBytesPerSecond = 2 * MIB;
    const bytes = randomBytes(size);
    const controller = new AbortController();
    const given = kindOf(send(remote, 'f', bytes, { signal: controller.signal }));
    // The first chunk has been answered, and it goes on in that folder.
    while (nuage.requests.of('MKCOL').length < 2) await pause(20);
    controller.abort();
    expect(await given).toBe('aborted');
    nuage.requests.clear();
    const sent = send(remote, 'g', bytes);
    while (nuage.requests.of('MKCOL').length === 0) await pause(20);
    nuage.faults.network.uploadBytesPerSecond = undefined;
    await sent;
    expect(nuage.requests.of('PUT', /\/g$/)).toHaveLength(0);
    const folder = nuage.requests.of('MKCOL')[0]?.path ?? '';
    const chunks = nuage.requests.of('PUT').filter(({ path }) => path.startsWith(folder));
    const bytesSent = chunks.reduce(
      (sum, { headers }) => sum + Number(headers['content-length']),
      0,
    );
    expect(bytesSent).toBe(size);
    await expectStored(nuage, 'g', bytes);
  });

  it('is not sent whole again where the server does not take as much at once', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.settings.bodyBytesMax = 12 * MIB;
    const bytes = randomBytes(size);
    await send(remote, 'f', bytes);
    nuage.requests.clear();
    await send(remote, 'g', bytes);
    expect(nuage.requests.all[0]?.method).not.toBe('PUT');
    await expectStored(nuage, 'g', bytes);
  });
});

describe('a chunked upload', () => {
  const size = 25 * MIB;

  it('goes on where it was interrupted', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    const metadata = { uploadId: 'abcdefgh12345678', wasTried: true };
    nuage.faults.add({ path: '/3$', times: 3, action: { kind: 'drop', at: 'request-body' } });
    expect(await kindOf(send(remote, 'f', bytes, metadata))).toBe('offline');
    nuage.requests.clear();
    await send(remote, 'f', bytes, metadata);
    expect(nuage.requests.of('PUT').map(({ path }) => path.slice(-2))).toEqual(['/3']);
    await expectStored(nuage, 'f', bytes);
  });

  it('has chunks as large as a fast line and the server bear, as soon as it is known', async () => {
    const { nuage, remote } = await nuageAccount();
    await send(remote, 'f', randomBytes(size), { wasTried: true });
    const sizes = () =>
      nuage.requests.of('PUT').map(({ headers }) => Number(headers['content-length']) / MIB);
    expect(sizes()).toEqual([10, 10, 5]);
    nuage.requests.clear();
    await send(remote, 'g', randomBytes(size), { wasTried: true });
    expect(sizes()).toEqual([25]);
  });

  it('has small ones on a slow line', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.network.uploadBytesPerSecond = MIB;
    await send(remote, 'f', randomBytes(5 * MIB));
    const controller = new AbortController();
    const { signal } = controller;
    const given = kindOf(send(remote, 'g', randomBytes(size), { wasTried: true, signal }));
    while (nuage.requests.of('PUT', /uploads/).length === 0) await pause(20);
    controller.abort();
    expect(await given).toBe('aborted');
    const first = nuage.requests.of('PUT', /uploads/)[0]?.headers['content-length'];
    expect(Number(first) / MIB).toBeGreaterThanOrEqual(5);
    expect(Number(first) / MIB).toBeLessThan(8);
  });

  it('goes on with chunks of the size that it began with, however fast the line is', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    const metadata = { uploadId: 'abcdefgh12345678', wasTried: true };
    nuage.faults.add({ path: '/3$', times: 3, action: { kind: 'drop', at: 'request-body' } });
    await failure(send(remote, 'f', bytes, metadata));
    await send(remote, 'g', randomBytes(size));
    nuage.requests.clear();
    await send(remote, 'f', bytes, metadata);
    expect(nuage.requests.of('PUT').map(({ path }) => path.slice(-2))).toEqual(['/3']);
    await expectStored(nuage, 'f', bytes);
  });

  it('does not take chunks of another content under the same id', async () => {
    const { nuage, remote } = await nuageAccount();
    const metadata = { uploadId: 'abcdefgh12345678', wasTried: true };
    nuage.faults.add({ path: '/3$', times: 3, action: { kind: 'drop', at: 'request-body' } });
    await failure(send(remote, 'f', randomBytes(size), metadata));
    const bytes = randomBytes(size);
    await send(remote, 'f', bytes, metadata);
    await expectStored(nuage, 'f', bytes);
  });

  it('sends a chunk again when the line breaks', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    nuage.faults.add({ path: '/2$', times: 1, action: { kind: 'drop', at: 'request-body' } });
    await send(remote, 'f', bytes, { wasTried: true });
    await expectStored(nuage, 'f', bytes);
  });

  it('sends only what was on its way again when the machine is in another network', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    nuage.faults.add({ path: '/1$', times: 1, action: { kind: 'hang', at: 'request-body' } });
    const sent = send(remote, 'f', bytes, { wasTried: true });
    // What goes beside it arrives; it alone is under way.
    while (nuage.requests.of('PUT').length < 2) await pause(10);
    // The client must have heard of it as well.
    await pause(100);
    remote.renewConnections();
    await sent;
    const names = nuage.requests.of('PUT').map(({ path }) => path.slice(-2));
    expect(names.filter((name) => name !== '/1').sort()).toEqual(['/2', '/3']);
    expect(nuage.requests.of('MKCOL')).toHaveLength(1);
    await expectStored(nuage, 'f', bytes);
  });

  it('waits for an assembly that a proxy gave up on, without sending anything again', async () => {
    const { nuage, remote } = await nuageAccount();
    const bytes = randomBytes(size);
    nuage.faults.add({ method: 'MOVE', times: 1, action: { kind: 'drop', at: 'answer' } });
    nuage.faults.add({ method: 'MOVE', times: 1, action: { kind: 'respond', status: 423 } });
    await send(remote, 'f', bytes, { wasTried: true });
    expect(nuage.requests.of('PUT')).toHaveLength(3);
  });

  it('tells how much has been sent, up to the end', async () => {
    const { remote } = await nuageAccount();
    const told: number[] = [];
    const bytes = randomBytes(size);
    await remote.write('f', sourceOf(bytes), uploadOf(bytes, { wasTried: true }), {
      signal: never(),
      onProgress: (sent) => told.push(sent),
    });
    expect(told.at(-1)).toBe(size);
    expect(told.length).toBeGreaterThan(100);
  });
});

describe('a file that is written while it is sent', () => {
  /** Changes after so many bytes have been read. */
  function changing(bytes: Buffer, after: number): UploadSource {
    let read = 0;
    return {
      read(offset, into) {
        read += into.length;
        if (read > after) throw new NuageError('aborted', 'the file is being written');
        into.set(bytes.subarray(offset, offset + into.length));
      },
    };
  }

  it('leaves nothing behind when it is new', async () => {
    const { remote } = await nuageAccount();
    const bytes = randomBytes(2 * MIB);
    // Once for the hash, half of it for the body.
    const source = changing(bytes, 3 * MIB);
    expect(await kindOf(send(remote, 'f', bytes, { source }))).toBe('aborted');
    expect(await kindOf(remote.stat('f', never()))).toBe('not-found');
  });

  it.each([
    ['while the chunks are sent', 50 * MIB - 1_000_000],
    ['after the last chunk', 50 * MIB],
  ])('leaves the old version untouched %s', async (_, after) => {
    const { nuage, remote } = await nuageAccount();
    const etag = await put(remote, 'f', 'old');
    const bytes = randomBytes(25 * MIB);
    const condition = { kind: 'matches', etag } as const;
    const inner = changing(bytes, after);
    let reads = 0;
    // The last check reads nothing; it must see the change all the same.
    const source: UploadSource = {
      read: (offset, into) => {
        reads += into.length;
        if (into.length === 0 && reads >= after) throw new NuageError('aborted', 'written');
        inner.read(offset, into);
      },
    };
    expect(await kindOf(send(remote, 'f', bytes, { source, condition }))).toBe('aborted');
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('old');
    expect(nuage.requests.of('MOVE')).toHaveLength(0);
  });
});

describe('a server that stores other bytes than it was sent', () => {
  const liar = { kind: 'rewrite', headers: { 'x-hash-sha1': 'ab'.repeat(20) } } as const;

  it('gets them once more, over the broken copy alone', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'PUT', times: 1, action: liar });
    await send(remote, 'f', Buffer.from('right'));
    const [first, second] = nuage.requests.of('PUT');
    expect(first?.headers['if-none-match']).toBe('*');
    expect(second?.headers['if-match']).toMatch(/^"[0-9a-f]+"$/);
  });

  it('twice is not believed', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'PUT', action: liar });
    expect(await kindOf(send(remote, 'f', Buffer.from('right')))).toBe('corrupt');
  });
});
