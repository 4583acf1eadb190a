/** Many files in one request, with what the folder was behind it. */
import { describe, expect, it } from 'vitest';
import type { TogetherRequest } from '../../src/remote/remote.js';
import { nuageAccount, put, type NuageAccount } from './nuage.js';
import { kindOf, never, remoteOn, serve } from './support.js';

const TEXTS = { 'a.txt': 'first', 'é & ü.txt': 'second', leer: '' };

async function folderOfThree(): Promise<NuageAccount & { request: TogetherRequest }> {
  const account = await nuageAccount();
  await account.remote.createFolder('d', never());
  for (const [name, text] of Object.entries(TEXTS)) await put(account.remote, `d/${name}`, text);
  const { etag: folderEtag } = await account.remote.stat('d', never());
  const files = Object.entries(TEXTS).map(([name, { length: size }]) => ({ name, size }));
  return { ...account, request: { folder: 'd', folderEtag, files } };
}

function textsOf(bytes: readonly Uint8Array[]): string[] {
  return bytes.map((file) => Buffer.from(file).toString());
}

describe('files of one folder', () => {
  it('come by one request and are proven by another', async () => {
    const { remote, nuage, request } = await folderOfThree();
    nuage.requests.clear();
    const { bytes, entries } = await remote.readTogether(request, never());
    expect(textsOf(bytes)).toEqual(Object.values(TEXTS));
    expect(entries).toBeUndefined();
    expect(nuage.requests.all.map(({ method }) => method)).toEqual(['GET', 'PROPFIND']);
  });

  it('come in the order in which they were asked for', async () => {
    const { remote, request } = await folderOfThree();
    const files = [...request.files].reverse();
    const { bytes } = await remote.readTogether({ ...request, files }, never());
    expect(textsOf(bytes)).toEqual(Object.values(TEXTS).reverse());
  });

  it('come with their entries where the folder is not as it was', async () => {
    const { remote, request } = await folderOfThree();
    await put(remote, 'd/new', 'x');
    const { bytes, entries } = await remote.readTogether(request, never());
    expect(textsOf(bytes)).toEqual(Object.values(TEXTS));
    expect(entries?.map(({ path }) => path).sort()).toEqual(
      Object.keys(TEXTS)
        .map((name) => `d/${name}`)
        .sort(),
    );
  });

  it('of the root come too', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'a', 'x');
    const { etag: folderEtag } = await remote.stat('', never());
    const request = { folder: '', folderEtag, files: [{ name: 'a', size: 1 }] };
    const { bytes, entries } = await remote.readTogether(request, never());
    expect([textsOf(bytes), entries]).toEqual([['x'], undefined]);
  });

  it('do not come when one of them is gone', async () => {
    const { remote, request } = await folderOfThree();
    await remote.remove('d/a.txt', undefined, never());
    expect(await kindOf(remote.readTogether(request, never()))).toBe('not-found');
  });

  it('do not come from a server that knows nothing of it', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(),
    );
    const request = { folder: '', folderEtag: 'e', files: [{ name: 'a', size: 1 }] };
    const asked = remoteOn(server.url).readTogether(request, never());
    expect(await kindOf(asked)).toBe('not-supported');
  });
});
