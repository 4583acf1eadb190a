/** Locks that others see: the engine on the embedded server, which has the app files_lock. */
import fs, { constants } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LOCK_BY, type FileLock, type LockOwner } from '../../src/demo/file-locks.js';
import { NuageError } from '../../src/errors.js';
import { nuageAttribute } from '../../src/fs/nuage-attributes.js';
import { lockedFiles } from '../../src/fs/status.js';
import { LiveBench } from '../faults/live-bench.js';

const COLLEAGUE: LockOwner = { id: 'collegue', displayName: 'Dominique Bernard', type: 0 };

/** By the clock of the engine: longer than a poll, its jitter and what follows from it. */
const SOON_MS = 120_000;
const DEADLINE_MS = 60_000;

let live: LiveBench;

async function start(settings: { readonly lockSeconds?: number } = {}): Promise<void> {
  live = await LiveBench.start(
    { 'cours.odt': 'one', 'autre.txt': 'other' },
    { settings: { fileLocks: true, ...settings }, timeouts: {} },
  );
  onTestFinished(() => live.close());
  await live.learn();
  await live.tree();
}

function lockOn(name: string): FileLock | undefined {
  const { tree, fileLocks } = live.nuage.account;
  const node = tree.find(tree.files, name);
  return node === undefined ? undefined : fileLocks.of(node);
}

function lockAs(owner: LockOwner, name: string): void {
  const { tree, fileLocks } = live.nuage.account;
  const node = tree.find(tree.files, name);
  if (node === undefined) throw new Error(name);
  expect(fileLocks.take(node, owner).isTaken).toBe(true);
}

function unlock(name: string): void {
  const { tree, fileLocks } = live.nuage.account;
  const node = tree.find(tree.files, name);
  if (node !== undefined) fileLocks.giveBack(node);
}

const mine = (): LockOwner => ({ id: live.nuage.user, displayName: 'Prof', type: LOCK_BY.user });

async function until(what: () => boolean, ms = SOON_MS): Promise<void> {
  await live.turnFor(ms, what);
  expect(what()).toBe(true);
}

const make = (name: string, text = 'x'): Promise<void> =>
  live.perform(() => live.bench.write(name, text));

function attribute(name: string, what: string): string | undefined {
  const { context } = live.bench.engine;
  const node = context.tree.get(live.bench.lookup(name));
  const value = node && nuageAttribute(context, node, `user.nuage.${what}`);
  return value === undefined ? undefined : Buffer.from(value).toString();
}

function modeOf(name: string): number {
  const ino = live.bench.lookup(name);
  const caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
  return live.bench.engine.fileSystem.getattr(caller, ino).attributes.mode & 0o777;
}

function kindOf(operation: () => unknown): string {
  try {
    operation();
  } catch (error) {
    if (error instanceof NuageError) return error.kind;
    throw error;
  }
  return 'none';
}

describe('a lock file beside a file of the server', () => {
  beforeEach(() => start());

  it.each(['.~lock.cours.odt#', '~$cours.odt', '.~cours.odt'])(
    '%s locks it there, and its going gives the lock back',
    async (name) => {
      await make(name);
      await until(() => lockOn('cours.odt') !== undefined);
      expect(lockOn('cours.odt')).toMatchObject({ id: live.nuage.user, type: LOCK_BY.user });
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      live.bench.unlink(name);
      await until(() => lockOn('cours.odt') === undefined);
      await live.turnFor(SOON_MS);
      expect(live.nuage.account.tree.find(live.nuage.account.tree.files, name)).toBeUndefined();
      expect(attribute('cours.odt', 'lock')).toBeUndefined();
    },
    DEADLINE_MS,
  );

  it(
    'keeps what is cached, and the file as it is, though the lock gives it another ETag',
    async () => {
      expect(await live.read('cours.odt')).toBe('one');
      await make('.~lock.cours.odt#');
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      expect(attribute('cours.odt', 'state')).toBe('cached');
      await live.turnFor(SOON_MS);
      expect(attribute('cours.odt', 'state')).toBe('cached');
    },
    DEADLINE_MS,
  );

  it(
    'gives the lock back after what was saved has been sent, without a conflict',
    async () => {
      await make('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') !== undefined);
      await live.perform(() => live.bench.write('cours.odt', 'two'));
      const held = live.nuage.faults.add({
        method: 'PUT',
        action: { kind: 'respond', status: 507 },
      });
      live.bench.unlink('.~lock.cours.odt#');
      await live.turnFor(60_000);
      expect(lockOn('cours.odt')).toBeDefined();
      live.nuage.faults.remove(held);
      live.bench.engine.context.sync.uploader.retry(() => true);
      await until(() => lockOn('cours.odt') === undefined);
      expect(live.pending).toBe(0);
      expect(await live.tree()).toEqual([
        ['autre.txt', 'other'],
        ['cours.odt', 'two'],
      ]);
    },
    DEADLINE_MS,
  );
});

describe('a lock that was there before', () => {
  beforeEach(() => start());

  it(
    'is not given back when the user has set it in the web page',
    async () => {
      lockAs(mine(), 'cours.odt');
      const { token } = lockOn('cours.odt') ?? {};
      await make('.~lock.cours.odt#');
      await live.turnFor(SOON_MS);
      live.bench.unlink('.~lock.cours.odt#');
      await live.turnFor(SOON_MS);
      expect(live.bench.engine.locksLeft()).toEqual([]);
      expect(lockOn('cours.odt')?.token).toBe(token);
      expect(attribute('cours.odt', 'lock')).toBe('mine');
    },
    DEADLINE_MS,
  );

  it(
    'of somebody else is left alone, and ours is taken when it goes while the document is open',
    async () => {
      lockAs(COLLEAGUE, 'cours.odt');
      await make('~$cours.odt');
      await until(() => attribute('cours.odt', 'lock') === 'others');
      await live.turnFor(SOON_MS);
      expect(lockOn('cours.odt')?.id).toBe('collegue');
      unlock('cours.odt');
      await until(() => lockOn('cours.odt')?.id === live.nuage.user);
    },
    DEADLINE_MS,
  );

  it(
    'of somebody else is shown by a lock file once that of the program has gone',
    async () => {
      await make('.~lock.cours.odt#', 'the program’s');
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      unlock('cours.odt');
      live.bench.advance(5_000);
      lockAs(COLLEAGUE, 'cours.odt');
      await until(() => attribute('cours.odt', 'lock') === 'others');
      await live.turnFor(SOON_MS);
      expect(await live.read('.~lock.cours.odt#')).toBe('the program’s');
      live.bench.unlink('.~lock.cours.odt#');
      await until(() => live.bench.has('.~lock.cours.odt#'));
      expect(await live.read('.~lock.cours.odt#')).toMatch(/^Dominique Bernard,/);
      expect(lockOn('cours.odt')?.id).toBe('collegue');
    },
    DEADLINE_MS,
  );

  it(
    'has its lock file where the document is, wherever that moves',
    async () => {
      lockAs(COLLEAGUE, 'cours.odt');
      await until(() => live.bench.has('.~lock.cours.odt#'));
      const { tree, sync } = live.bench.engine.context;
      const node = tree.get(live.bench.lookup('cours.odt'));
      if (node?.base === undefined) throw new Error('cours.odt');
      // As a listing that shows it under another name.
      tree.save({ ...node, name: 'lundi.odt', base: { ...node.base, name: 'lundi.odt' } });
      sync.locks.seen.lookSoon();
      await until(() => live.bench.has('.~lock.lundi.odt#'));
      expect(live.bench.has('.~lock.cours.odt#')).toBe(false);
    },
    DEADLINE_MS,
  );

  it(
    'goes from here with its file',
    async () => {
      lockAs(COLLEAGUE, 'cours.odt');
      await until(() => live.bench.has('.~lock.cours.odt#'));
      fs.rmSync(path.join(live.nuage.folder, 'cours.odt'));
      live.nuage.rescan();
      await until(() => !live.bench.has('.~lock.cours.odt#'));
      expect(live.bench.has('cours.odt')).toBe(false);
      expect(live.bench.engine.context.tree.locks.allSeen()).toEqual([]);
    },
    DEADLINE_MS,
  );

  it(
    'and was ours is not taken again once somebody has taken it away',
    async () => {
      await make('.~lock.cours.odt#');
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      unlock('cours.odt');
      await until(() => attribute('cours.odt', 'lock') === undefined);
      await live.turnFor(SOON_MS);
      expect(lockOn('cours.odt')).toBeUndefined();
    },
    DEADLINE_MS,
  );
});

describe('a lock of ours', () => {
  it(
    'that runs out is renewed while the document is open',
    async () => {
      await start({ lockSeconds: 600 });
      await make('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') !== undefined);
      const { token } = lockOn('cours.odt') ?? {};
      await live.turnFor(3_600_000);
      expect(lockOn('cours.odt')?.token).toBe(token);
      live.bench.unlink('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') === undefined);
    },
    DEADLINE_MS,
  );

  it(
    'is left to who ends the mount, and known for gone at the next one',
    async () => {
      await start();
      expect(await live.read('cours.odt')).toBe('one');
      await make('.~lock.cours.odt#');
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      const left = live.bench.engine.locksLeft();
      expect(left).toMatchObject([{ path: 'cours.odt', claim: { owner: live.nuage.user } }]);
      await live.unlock(left);
      expect(lockOn('cours.odt')).toBeUndefined();
      await live.restart();
      await until(() => attribute('cours.odt', 'lock') === undefined);
      await live.turnFor(SOON_MS);
      expect(live.bench.engine.locksLeft()).toEqual([]);
      expect(attribute('cours.odt', 'state')).toBe('cached');
    },
    DEADLINE_MS,
  );

  it(
    'is given back at the next start after a crash, although its lock file still stands',
    async () => {
      await start();
      await make('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') !== undefined);
      await live.restart('killed');
      expect(live.bench.has('.~lock.cours.odt#')).toBe(true);
      await until(() => lockOn('cours.odt') === undefined);
      await until(() => live.bench.engine.context.tree.locks.allOwn().length === 0);
    },
    DEADLINE_MS,
  );

  it(
    'whose answer was lost is known for ours',
    async () => {
      await start();
      live.nuage.faults.add({ method: 'LOCK', action: { kind: 'hang', at: 'answer' }, times: 9 });
      await make('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') !== undefined);
      await live.restart('killed');
      live.nuage.faults.clear();
      await until(() => lockOn('cours.odt') === undefined);
    },
    DEADLINE_MS,
  );

  it(
    'is never taken when the lock file has gone before the line came back',
    async () => {
      await start();
      const away = live.nuage.faults.add({ action: { kind: 'respond', status: 502 } });
      await live.turnFor(SOON_MS);
      await make('.~lock.cours.odt#');
      await make('.~lock.autre.txt#');
      await live.turnFor(SOON_MS);
      live.bench.unlink('.~lock.autre.txt#');
      live.nuage.faults.remove(away);
      live.nuage.requests.clear();
      await until(() => lockOn('cours.odt') !== undefined);
      const locked = live.nuage.requests.all.filter(({ method }) => method === 'LOCK');
      expect(locked.map(({ path }) => path.split('/').at(-1))).toEqual(['cours.odt']);
    },
    DEADLINE_MS,
  );

  it(
    'is kept over a save by rename, as LibreOffice does it',
    async () => {
      await start();
      await make('.~lock.cours.odt#');
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      const fileId = attribute('cours.odt', 'fileid');
      const { token } = lockOn('cours.odt') ?? {};
      live.bench.unlink('.~lock.cours.odt#');
      await make('lu1.tmp', 'saved');
      await make('.~lock.cours.odt#');
      await live.perform(() => live.bench.rename('lu1.tmp', 'cours.odt'));
      await live.turnFor(SOON_MS);
      expect(lockOn('cours.odt')?.token).toBe(token);
      expect(attribute('cours.odt', 'fileid')).toBe(fileId);
      expect(await live.tree()).toContainEqual(['cours.odt', 'saved']);
      live.bench.unlink('.~lock.cours.odt#');
      await until(() => lockOn('cours.odt') === undefined);
    },
    DEADLINE_MS,
  );
});

describe('a lock of somebody else', () => {
  beforeEach(async () => {
    await start();
    lockAs(COLLEAGUE, 'cours.odt');
    lockAs(COLLEAGUE, 'autre.txt');
    await until(() => attribute('cours.odt', 'lock') === 'others');
    await until(() => attribute('autre.txt', 'lock') === 'others');
  });

  it(
    'shows: with its owner, in the status, without write bits, and in the lock file',
    async () => {
      expect(attribute('autre.txt', 'lock_owner')).toBe('Dominique Bernard');
      expect(lockedFiles(live.bench.engine.context)).toContainEqual({
        path: 'autre.txt',
        owner: 'Dominique Bernard',
        isMine: false,
      });
      expect(modeOf('autre.txt')).toBe(0o444);
      expect(modeOf('cours.odt')).toBe(0o644);
      expect(live.bench.list('')).toEqual(['autre.txt', 'cours.odt']);
      expect(await live.read('.~lock.cours.odt#')).toMatch(
        /^Dominique Bernard,collegue,nuage\.example,\d\d\.\d\d\.\d{4} \d\d:\d\d,;$/,
      );
    },
    DEADLINE_MS,
  );

  it(
    'refuses what would change the file or its lock file, and nothing else',
    async () => {
      const { bench } = live;
      const refused = [
        () => bench.open('cours.odt'),
        () => bench.open('cours.odt', constants.O_WRONLY | constants.O_TRUNC),
        () => bench.truncate('autre.txt', 1),
        () => bench.unlink('autre.txt'),
        () => bench.rename('autre.txt', 'x.txt'),
        () => bench.open('.~lock.cours.odt#'),
      ];
      for (const operation of refused) expect(kindOf(operation)).toBe('forbidden');
      await make('lu1.tmp', 'mine');
      expect(kindOf(() => bench.rename('lu1.tmp', 'cours.odt'))).toBe('forbidden');
      expect(await live.read('cours.odt')).toBe('one');
      expect(await live.read('autre.txt')).toBe('other');
    },
    DEADLINE_MS,
  );

  it(
    'goes with the next look at the server, and its lock file too',
    async () => {
      expect(await live.read('autre.txt')).toBe('other');
      expect(attribute('autre.txt', 'state')).toBe('cached');
      unlock('cours.odt');
      unlock('autre.txt');
      await until(() => attribute('autre.txt', 'lock') === undefined);
      await until(() => !live.bench.has('.~lock.autre.txt#'));
      expect(modeOf('autre.txt')).toBe(0o644);
      expect(attribute('autre.txt', 'state')).toBe('cached');
      expect(await live.tree()).toEqual([
        ['autre.txt', 'other'],
        ['cours.odt', 'one'],
      ]);
    },
    DEADLINE_MS,
  );

  it(
    'is remembered over a restart',
    async () => {
      await live.restart('killed');
      expect(attribute('cours.odt', 'lock_owner')).toBe('Dominique Bernard');
      expect(kindOf(() => live.bench.open('cours.odt'))).toBe('forbidden');
      expect(live.bench.has('.~lock.cours.odt#')).toBe(true);
      unlock('cours.odt');
      await until(() => !live.bench.has('.~lock.cours.odt#'));
    },
    DEADLINE_MS,
  );

  it(
    'of another one takes its place: the lock file says so',
    async () => {
      const { tree, fileLocks } = live.nuage.account;
      const node = tree.find(tree.files, 'cours.odt');
      if (node === undefined) throw new Error('cours.odt');
      fileLocks.giveBack(node);
      live.bench.advance(5_000);
      fileLocks.take(node, { id: 'martin', displayName: 'Martin, L.', type: LOCK_BY.user });
      await until(() => attribute('cours.odt', 'lock_owner') === 'Martin, L.');
      await live.turnFor(1_000);
      expect(await live.read('.~lock.cours.odt#')).toMatch(/^Martin\\, L\.,martin,/);
      fileLocks.giveBack(node);
      live.bench.advance(5_000);
      fileLocks.take(node, mine());
      await until(() => attribute('cours.odt', 'lock') === 'mine');
      expect(live.bench.has('.~lock.cours.odt#')).toBe(false);
    },
    DEADLINE_MS,
  );
});

describe('a change that was queued before somebody locked the file', () => {
  it(
    'waits, and goes on when the lock goes, without a conflict',
    async () => {
      await start();
      const file = await live.perform(() => live.bench.open('cours.odt'));
      lockAs(COLLEAGUE, 'cours.odt');
      await live.perform(() => live.bench.writeHandle(file, 0, 'two'));
      live.bench.closeHandle(file);
      await until(() => attribute('cours.odt', 'lock_owner') === 'Dominique Bernard');
      await until(() => attribute('cours.odt', 'state') === 'error');
      unlock('cours.odt');
      await until(() => live.pending === 0);
      expect(await live.tree()).toContainEqual(['cours.odt', 'two']);
      expect((await live.tree()).map(([name]) => name)).toEqual(['autre.txt', 'cours.odt']);
    },
    DEADLINE_MS,
  );
});

describe('a lock of another client of the same user', () => {
  it(
    'asks for its token, so it counts as somebody else’s',
    async () => {
      await start();
      lockAs({ ...mine(), displayName: 'Prof (Desktop client)', type: LOCK_BY.token }, 'cours.odt');
      await until(() => attribute('cours.odt', 'lock') === 'others');
      expect(kindOf(() => live.bench.open('cours.odt'))).toBe('forbidden');
    },
    DEADLINE_MS,
  );
});

describe('a lock that runs out', () => {
  it(
    'is looked for then, since no ETag tells of it',
    async () => {
      await start({ lockSeconds: 900 });
      lockAs(COLLEAGUE, 'cours.odt');
      await until(() => attribute('cours.odt', 'lock') === 'others');
      await until(() => attribute('cours.odt', 'lock') === undefined, 1_200_000);
    },
    DEADLINE_MS,
  );
});

describe('a reader', () => {
  it(
    'goes on with the version that it has while somebody locks the file',
    async () => {
      await start();
      const text = 'x'.repeat(3_000_000);
      live.writeElsewhere('grand.odt', text);
      await until(() => live.bench.has('grand.odt'));
      const file = await live.perform(() => live.bench.open('grand.odt', constants.O_RDONLY));
      lockAs(COLLEAGUE, 'grand.odt');
      expect(await live.perform(() => live.bench.readHandle(file.ino, file.handle))).toBe(text);
      live.bench.closeHandle(file);
    },
    DEADLINE_MS,
  );
});
