import { describe, expect, it } from 'vitest';
import type { SeenLock } from '../../src/cache/lock-table.js';
import { TreeStore } from '../../src/cache/tree-store.js';
import { openCache } from './support.js';
import { scratchFolder } from '../support/scratch.js';

const THEIRS: SeenLock = {
  fileId: '7',
  kind: 'user',
  owner: 'collegue',
  ownerName: 'Dominique Bernard',
  since: 1_763_900_000,
  timeout: 1_800,
  shownBy: 12,
};
const OURS = { fileId: '8', askedAt: 1_763_900_001, since: undefined };

describe('the table of locks', () => {
  it('is there again after a restart', () => {
    const folder = scratchFolder();
    const first = openCache(folder);
    first.tree.locks.see(THEIRS);
    first.tree.locks.keepOwn(OURS);
    first.db.close();
    const second = openCache(folder);
    const { locks } = second.tree;
    expect(locks.allSeen()).toEqual([THEIRS]);
    expect(locks.isShown(12)).toBe(true);
    expect(locks.allOwn()).toEqual([OURS]);
    locks.keepOwn({ ...OURS, since: 5 });
    locks.seeNone('7');
    second.db.close();
    const third = openCache(folder);
    expect(third.tree.locks.own('8')).toEqual({ ...OURS, since: 5 });
    expect(third.tree.locks.seen('7')).toBeUndefined();
    third.db.close();
  });

  it('knows nothing of a transaction that failed', () => {
    const { db, tree } = openCache(scratchFolder());
    tree.locks.see(THEIRS);
    const fail = (): void =>
      tree.atomically(() => {
        tree.locks.see({ ...THEIRS, ownerName: 'Another', shownBy: undefined });
        tree.locks.keepOwn(OURS);
        throw new Error('the disk is full');
      });
    expect(fail).toThrow('full');
    expect(tree.locks.seen('7')).toEqual(THEIRS);
    expect(tree.locks.isShown(12)).toBe(true);
    expect(tree.locks.allOwn()).toEqual([]);
    expect(new TreeStore(db).locks.allSeen()).toEqual([THEIRS]);
    db.close();
  });

  it('shows by one file at a time', () => {
    const { db, tree } = openCache(scratchFolder());
    tree.locks.see(THEIRS);
    tree.locks.see({ ...THEIRS, shownBy: 13 });
    expect([tree.locks.isShown(12), tree.locks.isShown(13)]).toEqual([false, true]);
    tree.locks.seeNone('7');
    expect(tree.locks.isShown(13)).toBe(false);
    db.close();
  });
});
