/** All folders of an account with their ETags, from one search. */
import { expect, it } from 'vitest';
import type { RemoteEntry } from '../../src/remote/remote.js';
import { nuageAccount, put } from './nuage.js';
import { kindOf, listAll, never } from './support.js';

it('brings every folder but the root, with the ETags that a listing shows', async () => {
  const { remote } = await nuageAccount();
  for (const path of ['a', 'a/é & b', 'z']) await remote.createFolder(path, never());
  await put(remote, 'a/é & b/f.txt', 'x');
  const found: RemoteEntry[] = [];
  await remote.listFolders({ take: (piece) => void found.push(...piece) }, never());
  const listed = (await listAll(remote, '', 'infinity')).filter(({ isFolder }) => isFolder);
  const told = (entries: readonly RemoteEntry[]) =>
    entries.map(({ path, fileId, etag }) => ({ path, fileId, etag }));
  expect(told(found).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(told(listed.slice(1)));
});

it('is refused as such where the server has no search', async () => {
  const { nuage, remote } = await nuageAccount();
  nuage.faults.add({ method: 'SEARCH', action: { kind: 'respond', status: 501 } });
  expect(await kindOf(remote.listFolders({ take: () => undefined }, never()))).toBe(
    'not-supported',
  );
});
