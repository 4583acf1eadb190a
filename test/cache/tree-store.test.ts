import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT_INO, type TreeNode } from '../../src/cache/node.js';
import { scratchFolder } from '../support/scratch.js';
import { type Cache, base, draft, kindOf, openCache, synced } from './support.js';

const FAILURE = { kind: 'quota', message: '', hint: undefined, attempts: 1, retryAt: 0 } as const;

let cache: Cache;

beforeEach(() => {
  cache = openCache(scratchFolder());
});

afterEach(() => {
  cache.db.close();
  fs.rmSync(cache.folder, { recursive: true });
});

function reopen(): void {
  cache.db.close();
  cache = openCache(cache.folder);
}

describe('a row', () => {
  it('comes back after a restart as it was saved, every column of it', () => {
    const { tree } = cache;
    const full = draft({
      name: '😀 100 % + é.odt',
      size: 2 ** 40,
      atime: { sec: -5, nsec: 999_999_999 },
      mtime: { sec: 2 ** 33, nsec: 1 },
      ctime: { sec: 3, nsec: 2 },
      content: 'c'.repeat(32),
      contentVersion: 9,
      contentDirty: true,
      base: base({
        parent: 7,
        name: 'old',
        size: 2 ** 41,
        mtime: 5,
        uploadTime: 6,
        checksum: 'SHA1:a',
      }),
      listedEtag: 'l',
      uploadId: 'u',
      failure: { kind: 'quota', message: 'full', hint: 'h', attempts: 2, retryAt: 1.5e12 + 0.25 },
    });
    const saved = tree.insert(full);
    expect(saved).toEqual({ ...full, ino: saved.ino, change: 1 });
    const bare = tree.insert(draft({ name: 'bare', parent: undefined }));
    const folder = tree.insert(draft({ name: 'd', isFolder: true, staysHere: true }));
    reopen();
    expect(cache.tree.get(saved.ino)).toEqual(saved);
    expect(cache.tree.get(bare.ino)).toEqual(bare);
    expect(cache.tree.get(folder.ino)).toEqual(folder);
  });

  it('keeps what is saved over it, whatever part of it changed', () => {
    const { tree } = cache;
    const node = tree.insert(synced(1, 'a'));
    const attributes = tree.save({ ...node, size: 5, mode: 0o600, contentVersion: 3 });
    const moved = tree.save({ ...attributes, name: 'b', contentDirty: true });
    reopen();
    expect(cache.tree.get(node.ino)).toEqual(moved);
    expect(moved).toMatchObject({ size: 5, mode: 0o600, contentVersion: 3, name: 'b' });
  });

  it.each<[string, Partial<TreeNode>]>([
    ['parent', { parent: undefined }],
    ['name', { name: 'b' }],
    ['mode', { mode: 0o400 }],
    ['size', { size: 4 }],
    ['atime', { atime: { sec: 1, nsec: 2 } }],
    ['mtime', { mtime: { sec: 3, nsec: 4 } }],
    ['ctime', { ctime: { sec: 5, nsec: 6 } }],
    ['content', { content: 'c' }],
    ['contentVersion', { contentVersion: 5 }],
    ['contentDirty', { contentDirty: true }],
    ['staysHere', { staysHere: true }],
    ['base', { base: undefined }],
    ['listedEtag', { listedEtag: 'e' }],
    ['uploadId', { uploadId: 'u' }],
    ['failure', { failure: FAILURE }],
  ])('keeps a change of its %s alone', (_field, change) => {
    // With a difference already, so that the column `change` does not change along.
    const node = cache.tree.insert(synced(1, 'a', { mtime: { sec: 1, nsec: 0 } }));
    const saved = cache.tree.save({ ...node, ...change });
    expect(saved).toEqual({ ...node, ...change, change: saved.change });
    reopen();
    expect(cache.tree.get(node.ino)).toEqual(saved);
  });

  it('never gives an inode number twice', () => {
    const { tree } = cache;
    const first = tree.insert(draft({ name: 'a' }));
    tree.remove(first.ino);
    reopen();
    expect(cache.tree.insert(draft({ name: 'b' })).ino).toBeGreaterThan(first.ino);
  });

  it('is refused for a second node in the same place', () => {
    const { tree } = cache;
    tree.insert(draft({ name: 'a' }));
    const other = tree.insert(draft({ name: 'b' }));
    expect(kindOf(() => tree.insert(draft({ name: 'a' })))).toBe('exists');
    expect(kindOf(() => tree.save({ ...other, name: 'a' }))).toBe('exists');
    expect(tree.get(other.ino)?.name).toBe('b');
  });

  it('leaves its place free once it is deleted here', () => {
    const { tree } = cache;
    const node = tree.insert(synced(1, 'a'));
    tree.save({ ...node, parent: undefined });
    expect(tree.child(1, 'a')).toBeUndefined();
    expect(tree.insert(draft({ name: 'a' })).ino).not.toBe(node.ino);
    expect(tree.byBasePlace(1, 'a')?.ino).toBe(node.ino);
  });

  it('of the root is there from the start, agrees with the server and stays', () => {
    const { tree } = cache;
    expect(tree.get(ROOT_INO)).toMatchObject({ isFolder: true, name: '', change: 0, mode: 0o755 });
    expect(tree.children(ROOT_INO)).toEqual([]);
    expect(tree.byFileId('')).toBeUndefined();
    expect(kindOf(() => tree.remove(ROOT_INO))).toBe('assertion');
  });

  it('that does not exist cannot be saved', () => {
    expect(kindOf(() => cache.tree.save({ ...draft(), ino: 99, change: 0 }))).toBe('assertion');
  });
});

describe('finding', () => {
  it('distinguishes names by their bytes', () => {
    const { tree } = cache;
    const composed = tree.insert(draft({ name: 'é' }));
    const decomposed = tree.insert(draft({ name: 'e\u0301' }));
    const upper = tree.insert(draft({ name: 'É' }));
    expect(tree.child(1, 'é')).toEqual(composed);
    expect(tree.child(1, 'e\u0301')).toEqual(decomposed);
    expect(tree.child(1, 'É')).toEqual(upper);
  });

  it('lists a folder in the order of the bytes of its names', () => {
    const { tree } = cache;
    const folder = tree.insert(draft({ name: 'd', isFolder: true }));
    for (const name of ['z', 'a', 'é', 'B']) tree.insert(draft({ parent: folder.ino, name }));
    expect(tree.children(folder.ino).map((row) => row.name)).toEqual(['B', 'a', 'z', 'é']);
    expect(tree.children(1)).toEqual([{ ino: folder.ino, name: 'd', isFolder: true }]);
    expect(tree.subfolderCount(1)).toBe(1);
    expect(tree.subfolderCount(folder.ino), 'files do not count').toBe(0);
    expect(tree.hasChildren(folder.ino)).toBe(true);
    expect(tree.hasChildren(99)).toBe(false);
  });

  it('finds by file id, by content and by place on the server', () => {
    const { tree } = cache;
    const node = tree.insert(synced(1, 'a', { content: 'c1' }));
    const moved = tree.save({ ...node, name: 'b' });
    expect(tree.byFileId('1/a')).toEqual(moved);
    expect(tree.byContent('c1')).toEqual(moved);
    expect(tree.byBasePlace(1, 'a')).toEqual(moved);
    expect(tree.baseChildren(1)).toEqual([moved]);
    expect(tree.byBasePlace(1, 'b')).toBeUndefined();
  });

  it('tells the path as the user sees it and as the server knows it', () => {
    const { tree } = cache;
    const folder = tree.insert(synced(1, 'Cours', { isFolder: true }));
    const file = tree.insert(synced(folder.ino, 'a'));
    tree.save({ ...folder, name: 'Archives' });
    const here = tree.save({ ...file, name: 'b' });
    expect(tree.path(file.ino)).toBe('Archives/b');
    expect(tree.basePath(file.ino)).toBe('Cours/a');
    expect(tree.path(ROOT_INO)).toBe('');
    expect(tree.basePath(ROOT_INO)).toBe('');
    tree.save({ ...here, parent: undefined });
    expect(tree.path(file.ino)).toBeUndefined();
    expect(tree.basePath(file.ino)).toBe('Cours/a');
    expect(tree.path(12345)).toBeUndefined();
  });

  it('knows who is below whom', () => {
    const { tree } = cache;
    const a = tree.insert(draft({ name: 'a', isFolder: true }));
    const b = tree.insert(draft({ name: 'b', isFolder: true, parent: a.ino }));
    const c = tree.insert(draft({ name: 'c', parent: b.ino }));
    expect(tree.isBelow(c.ino, a.ino)).toBe(true);
    expect(tree.isBelow(c.ino, ROOT_INO)).toBe(true);
    expect(tree.isBelow(a.ino, c.ino)).toBe(false);
    expect(tree.isBelow(a.ino, a.ino)).toBe(false);
  });
});

describe('the queue', () => {
  it('keeps a node at the place of its oldest change until it agrees', () => {
    const { tree } = cache;
    const a = tree.insert(synced(1, 'a'));
    const b = tree.insert(synced(1, 'b'));
    expect(tree.pendingCount()).toBe(0);
    const changed = tree.save({ ...a, contentDirty: true });
    tree.save({ ...b, name: 'b2' });
    tree.save({ ...changed, name: 'a2' });
    expect(tree.pending({ afterChange: 0, limit: 10 }).map((n) => n.name)).toEqual(['a2', 'b2']);
    tree.save({ ...changed, contentDirty: false, name: 'a' });
    expect(tree.get(a.ino)?.change).toBe(0);
    const again = tree.save({ ...a, contentDirty: true });
    const inOrder = tree.pending({ afterChange: 0, limit: 10 });
    expect(inOrder.map((n) => n.name)).toEqual(['b2', 'a']);
    expect(tree.pending({ afterChange: inOrder[0]!.change, limit: 10 })).toEqual([again]);
    expect(tree.pending({ afterChange: 0, limit: 1 })).toHaveLength(1);
  });

  it('goes on counting after a restart', () => {
    const first = cache.tree.insert(draft({ name: 'a' }));
    reopen();
    const second = cache.tree.insert(draft({ name: 'b' }));
    expect(second.change).toBeGreaterThan(first.change);
  });

  it('counts what waits, what failed and what is known', () => {
    const { tree } = cache;
    const a = tree.insert(draft({ name: 'a', failure: FAILURE }));
    tree.insert(synced(1, 'b'));
    expect([tree.count(), tree.pendingCount(), tree.failedCount()]).toEqual([3, 1, 1]);
    tree.save({ ...a, failure: undefined });
    expect([tree.count(), tree.pendingCount(), tree.failedCount()]).toEqual([3, 1, 0]);
    tree.remove(a.ino);
    expect([tree.count(), tree.pendingCount(), tree.failedCount()]).toEqual([2, 0, 0]);
  });
});

describe('a transaction', () => {
  it('that throws leaves nothing, neither in the database nor in memory', () => {
    const { tree } = cache;
    const a = tree.insert(synced(1, 'a'));
    const gone = tree.insert(synced(1, 'gone'));
    const failing = (): void =>
      tree.atomically(() => {
        tree.save({ ...a, name: 'renamed' });
        tree.insert(draft({ name: 'new' }));
        tree.remove(gone.ino);
        expect(tree.count()).toBe(3);
        throw new RangeError('no');
      });
    expect(failing).toThrow(RangeError);
    expect(tree.get(a.ino)).toEqual(a);
    expect(tree.get(gone.ino)).toEqual(gone);
    expect(tree.child(1, 'new')).toBeUndefined();
    expect([tree.count(), tree.pendingCount()]).toEqual([3, 0]);
  });

  it('inside another can fail on its own', () => {
    const { tree } = cache;
    const a = tree.insert(synced(1, 'a'));
    tree.atomically(() => {
      tree.save({ ...a, size: 1 });
      expect(() => tree.atomically(() => fail(() => tree.save({ ...a, size: 2 })))).toThrow('no');
      expect(tree.get(a.ino)?.size).toBe(1);
      tree.insert(draft({ name: 'b' }));
    });
    expect(tree.get(a.ino)?.size).toBe(1);
    reopen();
    expect(cache.tree.get(a.ino)?.size).toBe(1);
    expect(cache.tree.child(1, 'b')).toBeDefined();
  });

  it('that fails after an inner one succeeded takes that back as well', () => {
    const { tree } = cache;
    const a = tree.insert(synced(1, 'a'));
    const outer = (): void =>
      tree.atomically(() => {
        tree.atomically(() => tree.save({ ...a, size: 2 }));
        throw new Error('no');
      });
    expect(outer).toThrow('no');
    expect(tree.get(a.ino)?.size).toBe(0);
  });

  it('returns what its function returns', () => {
    expect(cache.tree.atomically(() => 7)).toBe(7);
  });
});

function fail(before: () => unknown): void {
  before();
  throw new Error('no');
}

describe('extended attributes and settings', () => {
  it('are kept over a restart, and attributes go with their node', () => {
    const node = cache.tree.insert(draft());
    cache.tree.setXattr(node.ino, 'user.b', new Uint8Array([0, 255]));
    cache.tree.setXattr(node.ino, 'user.a', new Uint8Array());
    cache.tree.setXattr(node.ino, 'user.b', new Uint8Array([1, 2, 3]));
    cache.tree.setMeta('k', 'v1');
    cache.tree.setMeta('k', 'v2');
    reopen();
    const { tree } = cache;
    expect(tree.listXattrs(node.ino)).toEqual(['user.a', 'user.b']);
    expect([...tree.getXattr(node.ino, 'user.b')!]).toEqual([1, 2, 3]);
    expect(tree.getXattr(node.ino, 'user.a')).toHaveLength(0);
    expect(tree.getXattr(node.ino, 'user.c')).toBeUndefined();
    expect(tree.removeXattr(node.ino, 'user.a')).toBe(true);
    expect(tree.removeXattr(node.ino, 'user.a')).toBe(false);
    expect(tree.getMeta('k')).toBe('v2');
    expect(tree.getMeta('other')).toBeUndefined();
    tree.remove(node.ino);
    expect(tree.listXattrs(node.ino)).toEqual([]);
  });
});
