import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch.js';
import { openCache } from './support.js';

const SENT = { parent: 1, name: 'a', checksum: 'SHA256:ab', ino: 5, size: 3, mtime: 1_700_000_000 };

describe('the table of what was sent', () => {
  it('knows the bytes at their place, and those of the file wherever it is', () => {
    const folder = scratchFolder();
    const first = openCache(folder);
    first.tree.sent.add(SENT, 1_000);
    first.db.close();
    const { tree, db } = openCache(folder);
    expect(tree.sent.ownerAt(SENT)).toBe(5);
    expect(tree.sent.ownerAt({ ...SENT, name: 'b' })).toBeUndefined();
    expect(tree.sent.isOf(5, { ...SENT, name: 'b' })).toBe(true);
    expect(tree.sent.isOf(6, SENT)).toBe(false);
    db.close();
  });

  it.each([
    ['other bytes', { checksum: 'SHA256:cd' }, false],
    ['the same bytes with another time', { mtime: 1 }, true],
    ['no checksum, but the same size and time', { checksum: '' }, true],
    ['no checksum, and another size', { checksum: '', size: 4 }, false],
    ['no checksum, and another time', { checksum: '', mtime: 1 }, false],
  ])('takes %s for what they are', (_, found, isOurs) => {
    const { tree, db } = openCache(scratchFolder());
    tree.sent.add(SENT, 1_000);
    expect(tree.sent.ownerAt({ ...SENT, ...found }) === 5).toBe(isOurs);
    expect(tree.sent.isOf(5, { ...SENT, ...found })).toBe(isOurs);
    db.close();
  });

  it('holds what was sent one after the other, until the place is settled', () => {
    const { tree, db } = openCache(scratchFolder());
    const second = { ...SENT, checksum: 'SHA256:cd' };
    tree.sent.add(SENT, 1_000);
    tree.sent.add(second, 1_001);
    expect([SENT, second].map((sent) => tree.sent.ownerAt(sent))).toEqual([5, 5]);
    tree.sent.settled(1, 'b');
    expect(tree.sent.ownerAt(SENT)).toBe(5);
    tree.sent.settled(1, 'a');
    expect([SENT, second].map((sent) => tree.sent.ownerAt(sent))).toEqual([undefined, undefined]);
    db.close();
  });

  it('forgets of a place the bytes that were met there, and no others', () => {
    const { tree, db } = openCache(scratchFolder());
    const others = [
      { ...SENT, checksum: 'SHA256:cd' },
      { ...SENT, name: 'b' },
    ];
    for (const sent of [SENT, ...others]) tree.sent.add(sent, 1_000);
    tree.sent.forget(SENT);
    expect(tree.sent.ownerAt(SENT)).toBeUndefined();
    expect(others.map((sent) => tree.sent.ownerAt(sent))).toEqual([5, 5]);
    db.close();
  });

  it('forgets what is too old of some files, and tells which these may be', () => {
    const { tree, db } = openCache(scratchFolder());
    const of = (ino: number): typeof SENT => ({ ...SENT, ino, name: `file ${ino}` });
    tree.sent.add(of(5), 1_000);
    tree.sent.add(of(6), 1_000);
    tree.sent.add({ ...of(5), checksum: 'SHA256:cd' }, 2_000);
    tree.sent.add(of(7), 2_000);
    expect([...tree.sent.sentBefore(2_000)].sort()).toEqual([5, 6]);
    tree.sent.forgetBefore(2_000, [5]);
    expect([5, 6, 7].map((ino) => tree.sent.ownerAt(of(ino)))).toEqual([undefined, 6, 7]);
    expect(tree.sent.ownerAt({ ...of(5), checksum: 'SHA256:cd' })).toBe(5);
    db.close();
  });

  it('forgets what is too old to arrive, and what a transaction took back', () => {
    const { tree, db } = openCache(scratchFolder());
    tree.sent.add(SENT, 1_000);
    tree.sent.forgetBefore(1_000);
    expect(tree.sent.ownerAt(SENT)).toBe(5);
    tree.sent.forgetBefore(1_001);
    expect(tree.sent.ownerAt(SENT)).toBeUndefined();
    const undone = (): void =>
      tree.atomically(() => {
        tree.sent.add(SENT, 1_000);
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    expect(tree.sent.isOf(5, SENT)).toBe(false);
    db.close();
  });
});
