/** Notifications: what is worth one, and that there is never a flood of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineStatus, PendingChange } from '../../src/cli/engine-messages.js';
import { type Concern, concernsOf } from '../../src/cli/notify/concerns.js';
import { Grouping } from '../../src/cli/notify/grouping.js';
import type { ErrorKind } from '../../src/errors.js';
import { NOTICE_GATHER_MS, NOTICE_PAUSE_MS } from '../../src/limits.js';

const WELL: EngineStatus = {
  online: true,
  since: 0,
  reason: undefined,
  knownEntries: 1,
  cacheBytes: 0,
  cacheFull: null,
  quota: undefined,
  conflictCopies: [],
  pendingCount: 0,
  failedCount: 0,
  pending: [],
  heldDeletions: null,
  locks: [],
  readers: [],
};

const HELD = { reason: 'much', entries: 900, bytes: 1, paths: [] } as const;

function refused(path: string, kind: ErrorKind): PendingChange {
  return { path, action: 'upload', bytes: 1, failure: { kind, message: 'no' } };
}

function refusedLogin(): EngineStatus {
  return { ...WELL, online: false, reason: { kind: 'unauthenticated', message: '401' } };
}

describe('worth a notification', () => {
  it.each<[string, Partial<EngineStatus>, readonly Concern[]]>([
    ['a login that is needed', refusedLogin(), [{ kind: 'login' }]],
    ['a full disk', { cacheFull: 'disk' }, [{ kind: 'cache-full' }]],
    ['a refused file', { pending: [refused('a', 'forbidden')] }, [{ kind: 'refused', path: 'a' }]],
    ['a full account', { pending: [refused('a', 'quota')] }, [{ kind: 'quota', path: 'a' }]],
    ['deletions that wait for an answer', { heldDeletions: HELD }, [{ kind: 'held' }]],
    ['a conflict copy', { conflictCopies: ['b'] }, [{ kind: 'conflict', path: 'b' }]],
  ])('is %s, once', (_what, change, concerns) => {
    const after = { ...WELL, ...change };
    expect(concernsOf(WELL, after)).toEqual(concerns);
    const still = concerns.filter(({ kind }) => kind !== 'conflict');
    expect(concernsOf(undefined, after)).toEqual(still);
    expect(concernsOf(after, after)).toEqual([]);
  });

  it.each<[string, Partial<EngineStatus>]>([
    ['a network that is away', { online: false, reason: { kind: 'offline', message: '' } }],
    ['a cache that is as full as it may be', { cacheFull: 'size' }],
    ['a file that somebody works on', { pending: [refused('a', 'locked')] }],
    [
      'a change that has not been tried',
      { pending: [{ ...refused('a', 'io'), failure: undefined }] },
    ],
  ])('is not %s', (_what, change) => {
    expect(concernsOf(WELL, { ...WELL, ...change })).toEqual([]);
  });
});

describe('many of a kind', () => {
  let now = 0;
  let grouping: Grouping;

  beforeEach(() => {
    now = 1_000;
    grouping = new Grouping({ now: () => now, monotonic: () => now });
  });

  function add(count: number): void {
    for (let number = 1; number <= count; number += 1) {
      grouping.add({ kind: 'conflict', path: `${number}` });
    }
  }

  it('come as one, after a moment for others to come', () => {
    add(300);
    expect(grouping.due()).toEqual([]);
    now += NOTICE_GATHER_MS;
    expect(grouping.due()).toEqual([{ kind: 'conflict', count: 300, path: '1' }]);
    expect(grouping.due()).toEqual([]);
  });

  it('that come later wait long, and none is forgotten; another kind does not wait for them', () => {
    add(1);
    now += NOTICE_GATHER_MS;
    expect(grouping.due()).toHaveLength(1);
    add(2);
    grouping.add({ kind: 'login' });
    now += NOTICE_GATHER_MS;
    expect(grouping.due()).toEqual([{ kind: 'login', count: 1, path: undefined }]);
    add(3);
    now += NOTICE_PAUSE_MS;
    expect(grouping.due()).toEqual([{ kind: 'conflict', count: 5, path: '1' }]);
  });

  it('are at most six an hour, whatever happens', () => {
    let told = 0;
    for (let second = 0; second < 3_600; second += 1) {
      add(10);
      now += 1_000;
      told += grouping.due().length;
    }
    expect(told).toBeLessThanOrEqual(7);
    expect(told).toBeGreaterThan(4);
  });
});
