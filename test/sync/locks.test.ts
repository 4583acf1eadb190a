import { describe, expect, it } from 'vitest';
import { LOCK_FILE_GONE_MS, LOCK_LOOK_MS, LOCK_UNSENT_MS_MAX } from '../../src/limits.js';
import type { NodeBase } from '../../src/cache/node.js';
import type { RemoteEntry, RemoteLock } from '../../src/remote/remote.js';
import { differsByLockAlone } from '../../src/sync/conflict.js';
import {
  decideLock,
  expiryOf,
  isForeign,
  isLost,
  type LockSituation,
} from '../../src/sync/locks.js';

const MINE: RemoteLock = { kind: 'user', owner: 'prof', ownerName: 'Prof', since: 10, timeout: 0 };
const THEIRS: RemoteLock = { ...MINE, owner: 'collegue', ownerName: 'Dominique Bernard' };
const HELD = { fileId: '7', askedAt: 9, since: 10 };
const ASKED = { ...HELD, since: undefined };

const NOTHING: LockSituation = {
  isWanted: false,
  goneMs: 0,
  own: undefined,
  seen: undefined,
  isRenounced: false,
  isUnsent: false,
  renewalMs: Infinity,
};
const WANTED: LockSituation = { ...NOTHING, isWanted: true };

describe('a lock that is wanted', () => {
  it.each<[string, Partial<LockSituation>, object]>([
    ['and that nobody has is taken', {}, { kind: 'take' }],
    ['but is somebody else’s is left alone', { seen: THEIRS }, { kind: 'nothing' }],
    ['but set by the user elsewhere is left alone', { seen: MINE }, { kind: 'nothing' }],
    ['but was taken away is not taken again', { isRenounced: true }, { kind: 'nothing' }],
    ['of which no answer came is asked for again', { own: ASKED }, { kind: 'take' }],
    ['and is ours stays', { own: HELD, seen: MINE }, { kind: 'nothing' }],
    ['and runs out is renewed', { own: HELD, seen: MINE, renewalMs: 0 }, { kind: 'take' }],
    ['but not too early', { own: HELD, renewalMs: 70 }, { kind: 'wait', ms: 70 }],
  ])('%s', (_name, situation, decision) => {
    expect(decideLock({ ...WANTED, ...situation })).toEqual(decision);
  });
});

describe('a lock that is wanted no more', () => {
  const gone = (goneMs: number, isUnsent = false) =>
    decideLock({ ...NOTHING, own: HELD, seen: MINE, goneMs, isUnsent });

  it('and never was ours is nobody’s affair here', () => {
    expect(decideLock({ ...NOTHING, seen: MINE, goneMs: Infinity })).toEqual({ kind: 'nothing' });
  });

  it('outlasts the moment in which a program saves', () => {
    expect(gone(0)).toEqual({ kind: 'wait', ms: LOCK_FILE_GONE_MS });
    expect(gone(LOCK_FILE_GONE_MS)).toEqual({ kind: 'give-back' });
  });

  it('waits for what was saved, and not for ever', () => {
    expect(gone(LOCK_FILE_GONE_MS, true)).toEqual({ kind: 'wait', ms: LOCK_LOOK_MS });
    expect(gone(LOCK_UNSENT_MS_MAX, true)).toEqual({ kind: 'give-back' });
  });

  it('is given back too where no answer has told that it is ours', () => {
    const situation = { ...NOTHING, own: ASKED, goneMs: Infinity };
    expect(decideLock(situation)).toEqual({ kind: 'give-back' });
  });
});

describe('whose it is', () => {
  it('is only ours where this user has set it, without a token', () => {
    expect(isForeign(MINE, 'prof')).toBe(false);
    expect(isForeign(THEIRS, 'prof')).toBe(true);
    expect(isForeign({ ...MINE, kind: 'token' }, 'prof')).toBe(true);
    expect(isForeign({ ...MINE, kind: 'app', owner: '' }, 'prof')).toBe(true);
  });

  it('is no longer ours where there is none, or another one', () => {
    expect(isLost(HELD, MINE, 'prof')).toBe(false);
    expect(isLost(HELD, undefined, 'prof')).toBe(true);
    expect(isLost(HELD, { ...MINE, since: 11 }, 'prof')).toBe(true);
    expect(isLost(HELD, { ...THEIRS, since: 10 }, 'prof')).toBe(true);
    expect(isLost(ASKED, undefined, 'prof')).toBe(false);
  });

  it('ends at its time, or never', () => {
    expect(expiryOf({ since: 10, timeout: 5 })).toBe(15);
    expect(expiryOf({ since: 10, timeout: 0 })).toBe(Infinity);
  });
});

describe('another ETag', () => {
  const base: NodeBase = {
    parent: 1,
    name: 'a.odt',
    fileId: '7',
    etag: 'before',
    size: 3,
    mtime: 100,
    uploadTime: 101,
    checksum: 'SHA1:ab',
    permissions: 'RGDNVW',
  };
  const entry: RemoteEntry = {
    ...base,
    path: 'a.odt',
    isFolder: false,
    etag: 'after',
    lock: THEIRS,
  };
  const bare = { ...base, checksum: '' };
  const bareEntry: RemoteEntry = { ...entry, checksum: '', lock: 'none' };

  it('is the doing of a lock where nothing else differs', () => {
    expect(differsByLockAlone(base, entry, false)).toBe(true);
    expect(differsByLockAlone(base, { ...entry, lock: 'none' }, false)).toBe(true);
    expect(differsByLockAlone(bare, { ...entry, checksum: '' }, false)).toBe(true);
    expect(differsByLockAlone(bare, bareEntry, true)).toBe(true);
  });

  it('is not believed to be without the lock or a checksum', () => {
    expect(differsByLockAlone(bare, bareEntry, false)).toBe(false);
  });

  it.each<[string, Partial<RemoteEntry>]>([
    ['file', { fileId: '8' }],
    ['size', { size: 4 }],
    ['time', { mtime: 99 }],
    ['upload', { uploadTime: 102 }],
    ['checksum', { checksum: 'SHA1:cd' }],
  ])('is another version where the %s differs', (_what, other) => {
    expect(differsByLockAlone(base, { ...entry, ...other }, true)).toBe(false);
  });

  it('means what it always did on a server without locks', () => {
    expect(differsByLockAlone(base, { ...entry, lock: undefined }, true)).toBe(false);
  });
});
