/** The requests about locks, on the embedded server. */
import { describe, expect, it } from 'vitest';
import { LOCK_BY, type LockOwner } from '../../src/demo/file-locks.js';
import type { Nuage } from '../../src/demo/server.js';
import { LOCK_CLAIM_S } from '../../src/limits.js';
import type { Remote, RemoteEntry, RemoteLock } from '../../src/remote/remote.js';
import { nuageAccount, overwrite, put, type NuageAccount } from './nuage.js';
import { never, SERVER_INFO } from './support.js';

const COLLEAGUE: LockOwner = { id: 'collegue', displayName: 'D. <B> & \u202e Bernard', type: 0 };

async function lockingAccount(locks = true): Promise<NuageAccount> {
  const account = await nuageAccount(
    { settings: { fileLocks: true } },
    { server: { ...SERVER_INFO, locksFiles: true }, locks },
  );
  await put(account.remote, 'a.odt', 'one');
  return account;
}

function lockAs(nuage: Nuage, owner: LockOwner): void {
  const { tree, fileLocks } = nuage.account;
  const node = tree.find(tree.files, 'a.odt');
  if (node === undefined) throw new Error('a.odt');
  fileLocks.take(node, owner);
}

async function entryOf(remote: Remote): Promise<RemoteEntry> {
  return remote.stat('a.odt', never());
}

function lockOf({ lock }: RemoteEntry): RemoteLock {
  if (lock === undefined || lock === 'none') throw new Error('there is no lock');
  return lock;
}

const now = (): number => Math.floor(Date.now() / 1000);

describe('a listing', () => {
  it('tells who has locked a file, and that nobody has', async () => {
    const { nuage, remote } = await lockingAccount();
    expect((await entryOf(remote)).lock).toBe('none');
    lockAs(nuage, COLLEAGUE);
    const lock = lockOf(await entryOf(remote));
    expect(lock).toMatchObject({ kind: 'user', owner: 'collegue', timeout: 0 });
    expect(lock.ownerName).toBe('D. <B> &  Bernard');
    expect(Math.abs(lock.since - now())).toBeLessThan(LOCK_CLAIM_S);
  });

  it('tells of an app, which has no user, and of a client’s token', async () => {
    const { nuage, remote } = await lockingAccount();
    lockAs(nuage, { id: 'richdocuments', displayName: 'Nextcloud Office', type: LOCK_BY.app });
    expect(lockOf(await entryOf(remote))).toMatchObject({
      kind: 'app',
      owner: '',
      ownerName: 'Nextcloud Office',
    });
    const { tree, fileLocks } = nuage.account;
    const node = tree.find(tree.files, 'a.odt');
    if (node !== undefined) fileLocks.giveBack(node);
    lockAs(nuage, { id: 'text', displayName: '', type: LOCK_BY.app });
    expect(lockOf(await entryOf(remote)).ownerName).toBe('text');
    if (node !== undefined) fileLocks.giveBack(node);
    lockAs(nuage, { id: nuage.user, displayName: 'Prof (iOS)', type: LOCK_BY.token });
    expect(lockOf(await entryOf(remote))).toMatchObject({ kind: 'token', owner: nuage.user });
  });

  it('is not asked for locks where they are not wanted, or not there', async () => {
    const unwanted = await lockingAccount(false);
    lockAs(unwanted.nuage, COLLEAGUE);
    expect((await entryOf(unwanted.remote)).lock).toBeUndefined();
    const plain = await nuageAccount();
    await put(plain.remote, 'a.odt', 'one');
    expect((await entryOf(plain.remote)).lock).toBeUndefined();
    await expect(
      plain.remote.lock({ path: 'a.odt', claim: undefined }, never()),
    ).rejects.toMatchObject({ kind: 'not-supported' });
  });
});

describe('the capability', () => {
  it('is known before the first connect, as when a mount starts without its server', async () => {
    const options = { settings: { fileLocks: true } };
    const { remote } = await nuageAccount(options, { server: undefined });
    await put(remote, 'a.odt', 'one');
    expect((await entryOf(remote)).lock).toBe('none');
  });

  it('is told by the server', async () => {
    const { nuage, remote } = await lockingAccount();
    expect((await remote.connect(never())).locksFiles).toBe(true);
    nuage.settings.fileLocks = false;
    expect((await remote.connect(never())).locksFiles).toBe(false);
  });
});

describe('taking', () => {
  it('tells the new ETag, and is claimed by the time when it was set', async () => {
    const { nuage, remote } = await lockingAccount();
    const before = await entryOf(remote);
    const taken = await remote.lock({ path: 'a.odt', claim: undefined }, never());
    expect(taken.isOurs).toBe(true);
    expect(taken.entry.etag).not.toBe(before.etag);
    const { since } = lockOf(taken.entry);
    const claim = { owner: nuage.user, since, askedAt: 0 };
    const again = await remote.lock({ path: 'a.odt', claim }, never());
    expect(again).toEqual(taken);
    await overwrite(remote, 'a.odt', 'two', 1_700_000_100);
    const given = await remote.unlock({ path: 'a.odt', claim }, never());
    expect(given.isOurs).toBe(false);
    expect(given.entry.lock).toBe('none');
  });

  it('leaves alone what this user has set before, and somebody else’s', async () => {
    const { nuage, remote } = await lockingAccount();
    lockAs(nuage, { id: nuage.user, displayName: 'Prof', type: LOCK_BY.user });
    nuage.requests.clear();
    const outcome = await remote.lock({ path: 'a.odt', claim: undefined }, never());
    expect(outcome.isOurs).toBe(false);
    expect(nuage.requests.all.map(({ method }) => method)).not.toContain('LOCK');
  });

  it('that comes too late is somebody else’s', async () => {
    const { nuage, remote } = await lockingAccount();
    nuage.faults.add({ method: 'LOCK', action: { kind: 'respond', status: 423 } });
    const { isOurs, entry } = await remote.lock({ path: 'a.odt', claim: undefined }, never());
    expect(isOurs).toBe(false);
    expect(entry.lock).toBe('none');
  });

  it('of which no answer came is claimed by the time when it was asked for', async () => {
    const { nuage, remote } = await lockingAccount();
    await remote.lock({ path: 'a.odt', claim: undefined }, never());
    const asked = { owner: nuage.user, since: undefined };
    const long = { ...asked, askedAt: now() - 2 * LOCK_CLAIM_S };
    expect((await remote.lock({ path: 'a.odt', claim: long }, never())).isOurs).toBe(false);
    const just = { ...asked, askedAt: now() };
    expect((await remote.lock({ path: 'a.odt', claim: just }, never())).isOurs).toBe(true);
  });
});

describe('giving back', () => {
  it('takes away nothing but what is claimed, though the file is our own', async () => {
    const { nuage, remote } = await lockingAccount();
    lockAs(nuage, COLLEAGUE);
    const { since } = lockOf(await entryOf(remote));
    const claims = [
      { owner: nuage.user, since, askedAt: 0 },
      { owner: 'collegue', since: since - 5, askedAt: 0 },
      undefined,
    ];
    nuage.requests.clear();
    for (const claim of claims) {
      const { entry } = await remote.unlock({ path: 'a.odt', claim }, never());
      expect(lockOf(entry).owner).toBe('collegue');
    }
    expect(nuage.requests.all.map(({ method }) => method)).not.toContain('UNLOCK');
  });

  it('fails where the file is gone', async () => {
    const { remote } = await lockingAccount();
    const claim = { owner: 'prof', since: 1, askedAt: 0 };
    await expect(remote.unlock({ path: 'b.odt', claim }, never())).rejects.toMatchObject({
      kind: 'not-found',
    });
  });
});
