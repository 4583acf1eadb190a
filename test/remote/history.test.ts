/** The server's trash and versions, against the embedded Nuage. */
import { describe, expect, it } from 'vitest';
import { nuageAccount, overwrite, put, textOf } from './nuage.js';
import { kindOf, never } from './support.js';

describe('the trash', () => {
  it('tells what was deleted, where it stood, when and how much', async () => {
    const { remote } = await nuageAccount();
    await remote.createFolder('classe', never());
    await put(remote, 'classe/élèves 100%.txt', 'Ada');
    await put(remote, 'seul', '');
    const { fileId } = await remote.stat('classe', never());
    await remote.remove('classe', undefined, never());
    await remote.remove('seul', undefined, never());
    const entries = await remote.trash(never());
    expect(new Set(entries.map(({ path }) => path))).toEqual(new Set(['classe', 'seul']));
    const folder = entries.find(({ path }) => path === 'classe');
    expect(folder).toMatchObject({ fileId, isFolder: true, size: 3 });
    expect(Math.abs((folder?.deletedAt ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('gives it back, with its id, beside what has taken its place', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'f x.txt', 'old');
    const { fileId } = await remote.stat('f x.txt', never());
    await remote.remove('f x.txt', undefined, never());
    await put(remote, 'f x.txt', 'new');
    const [entry] = await remote.trash(never());
    await remote.restoreTrashed(entry?.id ?? '', never());
    expect(await remote.stat('f x (restored).txt', never())).toMatchObject({ fileId });
    expect(await remote.trash(never())).toEqual([]);
  });

  it('says so when something is not there any more', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(remote.restoreTrashed('gone.txt.d1', never()))).toBe('not-found');
  });

  it('refuses an id that would lead elsewhere', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(remote.restoreTrashed('../../files', never()))).toBe('invalid-argument');
  });
});

describe('versions', () => {
  it('are told with their times, the present one first, and brought back', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'a', 'one', 1_600_000_000);
    await overwrite(remote, 'a', 'two!', 1_650_000_000);
    await overwrite(remote, 'a', 'three', 1_700_000_000);
    const { fileId } = await remote.stat('a', never());
    const versions = await remote.versions(fileId, never());
    expect(versions.map(({ mtime, size }) => [mtime, size])).toEqual([
      [1_700_000_000, 5],
      [1_650_000_000, 4],
      [1_600_000_000, 3],
    ]);
    await remote.restoreVersion(fileId, versions[2]?.id ?? '', never());
    expect(await textOf(remote, 'a')).toBe('one');
    expect(await remote.stat('a', never())).toMatchObject({ fileId, size: 3 });
  });

  it('of a file that the server does not have: not found', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(remote.versions('123456', never()))).toBe('not-found');
  });
});
