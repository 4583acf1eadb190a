/** COPY by the server, against the embedded Nuage. */
import { describe, expect, it } from 'vitest';
import { nuageAccount, overwrite, put, textOf } from './nuage.js';
import { kindOf, never } from './support.js';

describe('a copy', () => {
  it('has the bytes of its source, an identity of its own, and the time that it is given', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'a', 'bytes', 1_600_000_000);
    const source = await remote.stat('a', never());
    const target = { from: 'a', to: 'b', etag: source.etag, size: 5, mtime: 1_700_000_000 };
    const made = await remote.copy(target, never());
    expect(made).toMatchObject({ path: 'b', size: 5, mtime: 1_700_000_000 });
    expect(made.fileId).not.toBe(source.fileId);
    expect(made.etag).not.toBe(source.etag);
    expect(await textOf(remote, 'b')).toBe('bytes');
  });

  it('is not made of another version, nor over what stands there', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'a', 'old', 1_600_000_000);
    const { etag } = await remote.stat('a', never());
    await overwrite(remote, 'a', 'newer', 1_650_000_000);
    const target = { from: 'a', to: 'b', etag, size: 3, mtime: 1_700_000_000 };
    expect(await kindOf(remote.copy(target, never()))).toBe('precondition');
    expect(await kindOf(remote.stat('b', never()))).toBe('not-found');
    await put(remote, 'b', 'mine');
    const now = await remote.stat('a', never());
    const over = { ...target, etag: now.etag, size: 5 };
    expect(await kindOf(remote.copy(over, never()))).toBe('exists');
    expect(await textOf(remote, 'b')).toBe('mine');
  });

  it('whose answer is lost is known by the ETag of its source, and not made twice', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'bytes', 1_600_000_000);
    const { etag } = await remote.stat('a', never());
    nuage.faults.add({ method: 'COPY', times: 1, action: { kind: 'drop', at: 'answer' } });
    const target = { from: 'a', to: 'b', etag, size: 5, mtime: 1_700_000_000 };
    const made = await remote.copy(target, never());
    expect(made).toMatchObject({ path: 'b', size: 5, mtime: 1_700_000_000 });
    expect(nuage.requests.of('COPY')).toHaveLength(1);
  });

  it('whose answer is lost is not taken for what somebody else put there', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'bytes', 1_600_000_000);
    const { etag } = await remote.stat('a', never());
    await put(remote, 'b', 'other', 1_600_000_000);
    nuage.faults.add({ method: 'COPY', times: 1, action: { kind: 'drop', at: 'before' } });
    const target = { from: 'a', to: 'b', etag, size: 5, mtime: 1_700_000_000 };
    expect(await kindOf(remote.copy(target, never()))).toBe('offline');
    expect(await textOf(remote, 'b')).toBe('other');
  });
});
