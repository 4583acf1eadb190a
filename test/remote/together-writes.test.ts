/** Small new files in one request, and what becomes of them when something goes wrong. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { FaultRule } from '../../src/demo/faults.js';
import { NuageError } from '../../src/errors.js';
import type { NewFile, StoredFile } from '../../src/remote/remote.js';
import { nuageAccount, put, textOf, type NuageAccount } from './nuage.js';
import { failure, never, SERVER_INFO, sha256, sourceOf, uploadOf } from './support.js';

function onPosts({ faults }: NuageAccount['nuage'], rule: FaultRule): void {
  faults.add({ ...rule, method: 'POST', path: /\/bulk$/.source });
}

async function account(): Promise<NuageAccount> {
  return nuageAccount({}, { server: { ...SERVER_INFO, bulkUpload: true } });
}

function files(folder: string, names: readonly string[]): NewFile[] {
  return names.map((name) => {
    const bytes = Buffer.from(`text of ${name}`);
    return { path: `${folder}/${name}`, source: sourceOf(bytes), metadata: uploadOf(bytes) };
  });
}

const NAMES = ['a', 'été & #1', 'c: d', 'e%20f', 'g'];

/** As the main thread does it: alone whatever did not go together. */
async function writeAll(
  { remote }: NuageAccount,
  all: readonly NewFile[],
): Promise<readonly (StoredFile | NuageError)[]> {
  const together = await remote.writeTogether(all, never());
  const options = { signal: never(), onProgress: () => undefined };
  return Promise.all(
    all.map(async ({ path, source, metadata }, index) => {
      const stored = together[index];
      if (stored !== undefined) return stored;
      try {
        return await remote.write(path, source, metadata, options);
      } catch (error) {
        if (error instanceof NuageError) return error;
        throw error;
      }
    }),
  );
}

async function expectStored(
  { remote }: NuageAccount,
  all: readonly NewFile[],
  stored: readonly (StoredFile | NuageError | undefined)[],
): Promise<void> {
  for (const [index, { path, metadata }] of all.entries()) {
    const { fileId, etag, size, mtime } = await remote.stat(path, never());
    const text = await textOf(remote, path);
    const checksum = `SHA256:${sha256(Buffer.from(text))}`;
    expect(stored[index]).toEqual({ fileId, etag, size, mtime, checksum });
    expect([text, mtime]).toEqual([`text of ${path.split('/').at(-1)}`, metadata.mtime]);
  }
}

describe('small new files', () => {
  it('go together into a folder that was just made, with nothing asked before', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    prof.nuage.requests.clear();
    const all = files('d', NAMES);
    const stored = await prof.remote.writeTogether(all, never());
    expect(prof.nuage.requests.all.map(({ method }) => method)).toEqual(['POST']);
    await expectStored(prof, all, stored);
  });

  it('are not sent before the hash of each has been noted', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    prof.nuage.requests.clear();
    const noted = new Map<string, () => void>();
    const all = files('d', NAMES).map((file) => ({
      ...file,
      announce: (checksum: string) =>
        new Promise<void>((resolve) => void noted.set(checksum, resolve)),
    }));
    const stored = prof.remote.writeTogether(all, never());
    await vi.waitFor(() => expect(noted.size).toBe(all.length));
    expect([...noted.keys()][0]).toBe(`SHA256:${sha256(Buffer.from('text of a'))}`);
    const [first, ...others] = noted.values();
    for (const note of others) note();
    await pause(100);
    expect(prof.nuage.requests.all).toEqual([]);
    first?.();
    await expectStored(prof, all, await stored);
  });

  it('of several such folders go together too', async () => {
    const prof = await account();
    for (const folder of ['d', 'd/e']) await prof.remote.createFolder(folder, never());
    prof.nuage.requests.clear();
    const all = [...files('d', ['a', 'b']), ...files('d/e', ['a', 'b'])];
    await expectStored(prof, all, await prof.remote.writeTogether(all, never()));
    expect(prof.nuage.requests.of('POST')).toHaveLength(1);
  });

  it('go into another folder once it was listed, and only to names that are free', async () => {
    const prof = await account();
    prof.nuage.requests.clear();
    await put(prof.remote, 'c', 'theirs');
    const all = files('', ['a', 'b', 'c', 'd', 'e']).map((file) => ({
      ...file,
      path: file.path.slice(1),
    }));
    const stored = await prof.remote.writeTogether(all, never());
    expect(stored.map((file) => file !== undefined)).toEqual([true, true, false, true, true]);
    expect(prof.nuage.requests.all.map(({ method }) => method)).toEqual([
      'PUT',
      'PROPFIND',
      'POST',
    ]);
    expect(await textOf(prof.remote, 'c')).toBe('theirs');
  });

  it('go alone where a folder was moved to the place of the one that was made', async () => {
    const prof = await account();
    const { remote, nuage } = prof;
    for (const folder of ['d', 'other']) await remote.createFolder(folder, never());
    await put(remote, 'other/a', 'theirs');
    await remote.remove('d', undefined, never());
    await remote.move('other', 'd', undefined, never());
    const all = files('d', NAMES);
    const stored = await writeAll(prof, all);
    expect(stored[0]).toMatchObject({ kind: 'precondition' });
    expect(await textOf(remote, 'd/a')).toBe('theirs');
    expect(nuage.requests.of('POST')).toHaveLength(1);
    await expectStored(prof, all.slice(1), stored.slice(1));
  });

  it('are not sent together where the server does not offer it, or they are few', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    const few = await prof.remote.writeTogether(files('d', ['a', 'b']), never());
    expect(few).toEqual([undefined, undefined]);
    const plain = await nuageAccount();
    await plain.remote.createFolder('d', never());
    const none = await plain.remote.writeTogether(files('d', NAMES), never());
    expect(none).toEqual(NAMES.map(() => undefined));
    expect([...prof.nuage.requests.of('POST'), ...plain.nuage.requests.of('POST')]).toEqual([]);
  });

  it('whose names would come out otherwise go alone', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    const all = files('d', [...NAMES, 'blank ', 'x.part']);
    const stored = await prof.remote.writeTogether(all, never());
    expect(stored.slice(-2)).toEqual([undefined, undefined]);
    await expectStored(prof, all.slice(0, -2), stored.slice(0, -2));
  });

  it('one of which is being written leave it out', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    const source = {
      read: () => {
        throw new NuageError('aborted', 'the file is being written');
      },
    };
    const [busy, ...others] = files('d', NAMES);
    if (busy === undefined) throw new Error('there are names');
    const stored = await prof.remote.writeTogether([{ ...busy, source }, ...others], never());
    expect(stored[0]).toBeUndefined();
    await expectStored(prof, others, stored.slice(1));
    expect((await failure(prof.remote.stat('d/a', never()))).kind).toBe('not-found');
  });
});

describe('trouble with files that go together', () => {
  const BROKEN = {
    'a failing server': { kind: 'respond', status: 500 },
    'a server that does not understand': { kind: 'respond', status: 400, body: '[]' },
    'a gate in the server’s place': { kind: 'respond', status: 200, body: '<html>Welcome</html>' },
    'an answer that says nothing of them': { kind: 'respond', status: 200, body: '{}' },
  } as const;

  for (const [name, action] of Object.entries(BROKEN)) {
    it(`such as ${name} makes them go alone`, async () => {
      const prof = await account();
      await prof.remote.createFolder('d', never());
      onPosts(prof.nuage, { action });
      const all = files('d', NAMES);
      await expectStored(prof, all, await writeAll(prof, all));
    });
  }

  for (const status of [400, 500]) {
    it(`answered with ${status} behind what was written writes nothing twice`, async () => {
      const prof = await account();
      await prof.remote.createFolder('d', never());
      // As after a wrong checksum in the middle: what stands before it stays.
      onPosts(prof.nuage, {
        action: { kind: 'rewrite', status },
      });
      const all = files('d', NAMES);
      await expectStored(prof, all, await writeAll(prof, all));
      const versions = await Promise.all(
        all.map(async ({ path }) => {
          const { fileId } = await prof.remote.stat(path, never());
          return (await prof.remote.versions(fileId, never())).length;
        }),
      );
      expect(new Set(versions).size).toBe(1);
    });
  }

  it('makes the next ones go alone at once', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    onPosts(prof.nuage, {
      times: 1,
      action: { kind: 'respond', status: 500 },
    });
    await writeAll(prof, files('d', NAMES));
    const next = files('d', ['h', 'i', 'j', 'k']);
    await expectStored(prof, next, await writeAll(prof, next));
    expect(prof.nuage.requests.of('POST')).toHaveLength(1);
  });

  it('with the line is told of all of them, and settled by the next try', async () => {
    const prof = await account();
    await prof.remote.createFolder('d', never());
    onPosts(prof.nuage, {
      times: 1,
      action: { kind: 'drop', at: 'answer' },
    });
    const all = files('d', NAMES);
    const error = await failure(prof.remote.writeTogether(all, never()));
    expect(error.kind).toBe('offline');
    await expectStored(prof, all, await writeAll(prof, all));
  });

  it('never replaces what somebody else wrote behind a lost answer', async () => {
    const prof = await account();
    const { remote, nuage } = prof;
    await remote.createFolder('d', never());
    onPosts(nuage, {
      action: { kind: 'drop', at: 'before' },
    });
    const all = files('d', NAMES);
    await failure(remote.writeTogether(all, never()));
    await put(remote, 'd/c: d', 'theirs');
    const stored = await writeAll(prof, all);
    expect(stored[2]).toMatchObject({ kind: 'precondition' });
    expect(await textOf(remote, 'd/c: d')).toBe('theirs');
  });

  it('with one of them alone keeps it from no other', async () => {
    const prof = await account();
    const { remote, nuage } = prof;
    await remote.createFolder('d', never());
    const all = [...files('d', NAMES), ...files('d/none', ['x'])];
    await remote.createFolder('d/none', never());
    await nuageRemove(prof, 'd/none');
    const stored = await writeAll(prof, all);
    expect(stored.at(-1)).toMatchObject({ kind: 'parent-missing' });
    await expectStored(prof, all.slice(0, -1), stored.slice(0, -1));
    expect(nuage.requests.of('POST')).toHaveLength(1);
  });
});

/** By another client. */
async function nuageRemove({ nuage }: NuageAccount, path: string): Promise<void> {
  const other = await fetch(`${nuage.url}/remote.php/dav/files/${nuage.user}/${path}`, {
    method: 'DELETE',
    headers: {
      authorization: `Basic ${Buffer.from(`${nuage.user}:${nuage.password}`).toString('base64')}`,
    },
  });
  expect(other.status).toBe(204);
}
