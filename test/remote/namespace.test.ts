/** Folders, moves, removals and times against the embedded Nuage. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nuageAccount, put } from './nuage.js';
import { failure, kindOf, listAll, never } from './support.js';

const LOST = { times: 1, action: { kind: 'drop', at: 'answer' } } as const;

describe('listing', () => {
  it('shows names as they are, sizes, times and permissions', async () => {
    const { remote } = await nuageAccount();
    await remote.createFolder("dossier d'été", never());
    const names = ['100 %.txt', 'C#+&.txt', 'é à 😀.txt', '[1] (copie)~.txt', ';,!*.txt'];
    for (const name of names) await put(remote, `dossier d'été/${name}`, 'abc');
    const [folder, ...files] = await listAll(remote, "dossier d'été");
    expect(folder).toMatchObject({ path: "dossier d'été", isFolder: true, permissions: 'RGDNVCK' });
    const paths = files.map(({ path }) => path).sort();
    expect(paths).toEqual(names.map((name) => `dossier d'été/${name}`).sort());
    expect(files[0]).toMatchObject({ size: 3, mtime: 1_700_000_000, permissions: 'RGDNVW' });
  });

  it('brings the whole tree when asked for it', async () => {
    const { remote } = await nuageAccount();
    for (const path of ['a', 'a/b', 'a/b/c']) await remote.createFolder(path, never());
    await put(remote, 'a/b/c/f', 'x');
    const paths = (await listAll(remote, 'a', 'infinity')).map(({ path }) => path);
    expect(paths).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/f']);
  });

  it('of what is not there says so', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(listAll(remote, 'rien'))).toBe('not-found');
  });

  it('a change below changes the ETag of the root', async () => {
    const { remote } = await nuageAccount();
    await remote.createFolder('a', never());
    const before = await remote.rootState(never());
    await put(remote, 'a/f', 'x');
    expect(await remote.rootState(never())).not.toEqual(before);
  });
});

describe('a new folder', () => {
  it('comes with its row', async () => {
    const { remote } = await nuageAccount();
    const entry = await remote.createFolder('été', never());
    expect(entry).toEqual(await remote.stat('été', never()));
    expect(entry).toMatchObject({ path: 'été', isFolder: true, size: 0 });
  });

  it('is adopted when it is there and empty, as after a lost answer', async () => {
    const { nuage, remote } = await nuageAccount();
    nuage.faults.add({ method: 'MKCOL', ...LOST });
    const entry = await remote.createFolder('a', never());
    expect(await remote.createFolder('a', never())).toEqual(entry);
  });

  it('is not made where a filled folder or a file stands', async () => {
    const { nuage, remote } = await nuageAccount();
    await remote.createFolder('a', never());
    await put(remote, 'a/f', 'x');
    expect(await kindOf(remote.createFolder('a', never()))).toBe('exists');
    expect(await kindOf(remote.createFolder('a/f', never()))).toBe('exists');
    // A lost answer does not make a filled folder ours.
    nuage.faults.add({ method: 'MKCOL', times: 1, action: { kind: 'drop', at: 'before' } });
    expect(await kindOf(remote.createFolder('a', never()))).toBe('offline');
  });

  it('in a folder that is gone, or with a refused name, fails as such', async () => {
    const { remote } = await nuageAccount();
    expect(await kindOf(remote.createFolder('a/b', never()))).toBe('parent-missing');
    expect(await kindOf(remote.createFolder('x.part', never()))).toBe('invalid-name');
    expect(await kindOf(remote.createFolder('a\\b', never()))).toBe('invalid-name');
  });
});

describe('a move', () => {
  it('keeps the file id and never replaces', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    await put(remote, 'b', 'two');
    const { fileId } = await remote.stat('a', never());
    expect(await kindOf(remote.move('a', 'b', undefined, never()))).toBe('exists');
    expect(await readFile(join(nuage.folder, 'b'), 'utf8')).toBe('two');
    await remote.move('a', 'ç %', undefined, never());
    expect((await remote.stat('ç %', never())).fileId).toBe(fileId);
  });

  it('insists on the version of its source when told one', async () => {
    const { remote } = await nuageAccount();
    const etag = await put(remote, 'a', 'one');
    expect(await kindOf(remote.move('a', 'b', 'other', never()))).toBe('precondition');
    await remote.move('a', 'b', etag, never());
  });

  it('that was done without an answer is done', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    nuage.faults.add({ method: 'MOVE', ...LOST });
    await remote.move('a', 'b', undefined, never());
    expect(nuage.requests.of('MOVE')).toHaveLength(1);
    expect(existsSync(join(nuage.folder, 'b'))).toBe(true);
  });

  it('that was not done fails, and nothing has moved', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    nuage.faults.add({ method: 'MOVE', times: 1, action: { kind: 'drop', at: 'before' } });
    expect(await kindOf(remote.move('a', 'b', undefined, never()))).toBe('offline');
    expect(existsSync(join(nuage.folder, 'a'))).toBe(true);
  });

  it('names what is missing', async () => {
    const { remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    expect(await kindOf(remote.move('rien', 'b', undefined, never()))).toBe('not-found');
    expect(await kindOf(remote.move('a', 'd/b', undefined, never()))).toBe('parent-missing');
    expect(await kindOf(remote.move('a', 'a/b', undefined, never()))).toBe('invalid-argument');
  });

  it('of something to where it is asks nothing', async () => {
    const { nuage, remote } = await nuageAccount();
    await remote.move('a', 'a', undefined, never());
    expect(nuage.requests.all).toHaveLength(0);
  });
});

describe('a removal', () => {
  it('insists on the version when told one', async () => {
    const { nuage, remote } = await nuageAccount();
    const etag = await put(remote, 'a', 'one');
    expect(await kindOf(remote.remove('a', 'other', never()))).toBe('precondition');
    expect(existsSync(join(nuage.folder, 'a'))).toBe(true);
    await remote.remove('a', etag, never());
    expect(existsSync(join(nuage.folder, 'a'))).toBe(false);
  });

  it('that was done without an answer is done', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    nuage.faults.add({ method: 'DELETE', ...LOST });
    await remote.remove('a', undefined, never());
    expect(nuage.requests.of('DELETE')).toHaveLength(1);
  });

  it('of what is gone says so, and of the root is refused here', async () => {
    const { nuage, remote } = await nuageAccount();
    expect(await kindOf(remote.remove('a', undefined, never()))).toBe('not-found');
    nuage.requests.clear();
    expect(await kindOf(remote.remove('', undefined, never()))).toBe('invalid-argument');
    expect(nuage.requests.all).toHaveLength(0);
  });

  it('answered by a web page with status 200 is not taken for done', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    const headers = { 'content-type': 'text/html' };
    const action = { kind: 'respond', status: 200, headers, body: '<html>' } as const;
    nuage.faults.add({ method: 'DELETE', action });
    expect(await kindOf(remote.remove('a', undefined, never()))).toBe('offline');
  });
});

describe('a time', () => {
  it('is set, and what the server cannot keep becomes the nearest', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    await remote.setModified('a', 1_234_567_890, never());
    expect((await stat(join(nuage.folder, 'a'))).mtimeMs).toBe(1_234_567_890_000);
    await remote.setModified('a', 0, never());
    expect((await remote.stat('a', never())).mtime).toBe(86_401);
  });

  it('that the server refuses within its answer is a failure', async () => {
    const { nuage, remote } = await nuageAccount();
    await put(remote, 'a', 'one');
    const replace = [{ pattern: 'HTTP/1.1 200 OK', with: 'HTTP/1.1 403 Forbidden' }];
    nuage.faults.add({ method: 'PROPPATCH', action: { kind: 'rewrite', replace } });
    const error = await failure(remote.setModified('a', 1_234_567_890, never()));
    expect(error).toMatchObject({ kind: 'forbidden', path: 'a' });
  });
});

it('maintenance is told as such by every kind of request', async () => {
  const { nuage, remote } = await nuageAccount();
  nuage.settings.maintenance = true;
  const asked = [
    () => remote.rootState(never()),
    () => remote.quota(never()),
    () => remote.createFolder('a', never()),
    () => remote.move('a', 'b', undefined, never()),
    () => remote.remove('a', undefined, never()),
    () => remote.setModified('a', 5, never()),
  ];
  for (const ask of asked) expect(await kindOf(ask())).toBe('maintenance');
});
