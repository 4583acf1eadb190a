import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvictionStep } from '../../src/cache/content-care.js';
import { ContentStore } from '../../src/cache/content-store.js';
import { FROM_THE_OLDEST } from '../../src/cache/eviction.js';
import { systemClock } from '../../src/clock.js';
import {
  BLOCK_SIZE_BYTES as B,
  CONTENTS_IN_A_ROW,
  IDLE_DATA_FILES_MAX,
  SYNC_HERE_BYTES_MAX,
} from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';
import { scratchFolder } from '../support/scratch.js';
import { arrive, bytes, type Cache, draft, kindOf, openCache, synced } from './support.js';

let cache: Cache;

beforeEach(() => {
  cache = openCache(scratchFolder());
});

afterEach(() => {
  cache.db.close();
  fs.rmSync(cache.folder, { recursive: true });
});

function readAll(id: string): Uint8Array {
  const into = new Uint8Array(cache.contents.size(id));
  expect(cache.contents.read(id, 0, into)).toBe(into.length);
  return into;
}

function reopen(): void {
  cache.contents.close();
  cache.db.close();
  cache = openCache(cache.folder);
}

function openDescriptors(): number {
  return fs.readdirSync('/proc/self/fd').length;
}

describe('a data file', () => {
  it('is private, sparse and named by a random id in a folder of its first digits', () => {
    const id = cache.contents.create({ size: 1 << 30, complete: false });
    const file = cache.contents.dataPath(id);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(file).toBe(path.join(cache.folder, 'data', id.slice(0, 2), id));
    const stat = fs.statSync(file);
    expect(stat.mode & 0o777).toBe(0o600);
    expect(stat.size).toBe(1 << 30);
    expect(stat.blocks).toBeLessThan(100);
    expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(cache.contents.create({ size: 0, complete: false })).not.toBe(id);
  });

  it('lies with those made just before it, and after many of them in the next folder', () => {
    const many = Array.from({ length: 2 * CONTENTS_IN_A_ROW }, () =>
      cache.contents.create({ size: 0, complete: false }),
    );
    const folders = [...new Set(many.map((id) => parseInt(id.slice(0, 2), 16)))];
    expect(new Set(many).size).toBe(many.length);
    expect(folders).toEqual([folders[0], ((folders[0] ?? 0) + 1) % 256]);
    expect(many[CONTENTS_IN_A_ROW - 1]?.slice(0, 2)).toBe(many[0]?.slice(0, 2));
  });

  it('is never written over when a name comes twice', () => {
    const { db, folder } = cache;
    const random = (): Uint8Array => bytes(16, 7);
    const parts = { db, stateFolder: folder, logger: silentLogger, clock: systemClock };
    const store = new ContentStore({ ...parts, random });
    const id = store.create({ size: 0, complete: true });
    store.write(id, 0, bytes(3, 1));
    expect(kindOf(() => store.create({ size: 0, complete: true }))).toBe('exists');
    expect(fs.readFileSync(store.dataPath(id))).toHaveLength(3);
  });

  it('of an id that nobody made is a defect, not a path', () => {
    expect(kindOf(() => cache.contents.dataPath('../../etc/passwd'))).toBe('assertion');
    expect(kindOf(() => cache.contents.size('0'.repeat(32)))).toBe('assertion');
  });
});

describe('fetching', () => {
  it('makes blocks present in memory at once and in the row with the next flush', () => {
    const { contents } = cache;
    const id = contents.create({ size: 3 * B + 5, complete: false });
    expect(contents.isComplete(id)).toBe(false);
    expect(contents.isDirty(id)).toBe(false);
    arrive(cache, id, 0, bytes(B + 1, 9));
    expect(contents.covered(id, 0, B)).toBe(true);
    expect(contents.covered(id, 0, B + 2)).toBe(false);
    expect(contents.missing(id, 0, 4 * B)).toEqual([{ start: B, end: 3 * B + 5 }]);
    contents.flush();
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.missing(id, 0, 4 * B)).toEqual([{ start: B, end: 3 * B + 5 }]);
  });

  it('that was not flushed is forgotten, never wrongly known', () => {
    const { contents } = cache;
    const id = contents.create({ size: 2 * B, complete: false });
    arrive(cache, id, 0, bytes(B, 9));
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.covered(id, 0, 1)).toBe(false);
  });

  it('of every block makes the content complete, after a restart too', () => {
    const { contents } = cache;
    const id = contents.create({ size: 2 * B + 1, complete: false });
    arrive(cache, id, 0, bytes(2 * B + 1, 4));
    expect(contents.isComplete(id)).toBe(true);
    contents.flush();
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.isComplete(id)).toBe(true);
    expect(readAll(id)).toEqual(bytes(2 * B + 1, 4));
  });

  it('of nothing completes an empty file', () => {
    expect(cache.contents.isComplete(cache.contents.create({ size: 0, complete: false }))).toBe(
      true,
    );
  });
});

describe('writing', () => {
  it('grows a file, leaves zeros in a gap, and reads back', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    contents.write(id, 10, bytes(5, 3));
    contents.markWritten(id, 10, 15);
    expect(contents.size(id)).toBe(15);
    expect([...readAll(id)]).toEqual([...bytes(10, 0), ...bytes(5, 3)]);
    expect(contents.read(id, 12, new Uint8Array(10))).toBe(3);
    expect(contents.read(id, 99, new Uint8Array(10))).toBe(0);
  });

  it('is dirty from birth, and by the first write to what was fetched', () => {
    const { contents } = cache;
    expect(contents.isDirty(contents.create({ size: 0, complete: true }))).toBe(true);
    const id = contents.create({ size: B, complete: false });
    arrive(cache, id, 0, bytes(B, 1));
    contents.write(id, 5, bytes(1, 2));
    expect(contents.isDirty(id)).toBe(true);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.isDirty(id)).toBe(true);
  });

  it('to a clean content within a transaction is refused: the mark must be durable before', () => {
    const { contents, tree } = cache;
    const id = contents.create({ size: B, complete: false });
    arrive(cache, id, 0, bytes(B, 1));
    const writeInside = (): void => tree.atomically(() => contents.write(id, 0, bytes(1, 2)));
    expect(kindOf(writeInside)).toBe('assertion');
    expect(readAll(id)[0]).toBe(1);
    contents.setDirty(id, true);
    writeInside();
    expect(readAll(id)[0]).toBe(2);
  });

  it('into a part of a block that is not here is refused: the rest would be lost', () => {
    const { contents } = cache;
    const id = contents.create({ size: 3 * B, complete: false });
    expect(kindOf(() => contents.write(id, 5, bytes(B, 1)))).toBe('assertion');
    expect(kindOf(() => contents.write(id, 0, bytes(B + 1, 1)))).toBe('assertion');
    contents.write(id, B, bytes(2 * B, 1));
    contents.markWritten(id, B, 3 * B);
    expect(contents.missing(id, 0, 3 * B)).toEqual([{ start: 0, end: B }]);
  });

  it('is never asked for again, though nothing was flushed', () => {
    const { contents } = cache;
    const id = contents.create({ size: 3 * B, complete: false });
    arrive(cache, id, 0, bytes(B, 1));
    contents.write(id, B, bytes(B, 2));
    contents.markWritten(id, B, 2 * B);
    contents.write(id, 10, bytes(1, 3));
    contents.markWritten(id, 10, 11);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.missing(id, 0, 3 * B)).toEqual([{ start: 2 * B, end: 3 * B }]);
  });

  it('of a whole block alone is remembered at once', () => {
    const id = cache.contents.create({ size: 3 * B, complete: false });
    cache.contents.write(id, B, bytes(B, 2));
    cache.contents.markWritten(id, B, 2 * B);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.covered(id, B, 2 * B)).toBe(true);
  });

  it('behind the end of a partly fetched file needs no bytes of the server', () => {
    const { contents } = cache;
    const id = contents.create({ size: B + 100, complete: false });
    contents.write(id, B + 100, bytes(50, 6));
    contents.markWritten(id, B + 100, B + 150);
    expect(contents.missing(id, 0, 9 * B)).toEqual([{ start: 0, end: B + 100 }]);
    arrive(cache, id, 0, bytes(B + 100, 1));
    expect([...readAll(id).slice(-51)]).toEqual([1, ...bytes(50, 6)]);
  });
});

describe('resizing', () => {
  it('never brings back the server’s bytes behind a cut, after a restart neither', () => {
    const { contents } = cache;
    const id = contents.create({ size: 4 * B, complete: false });
    contents.resize(id, B + 10);
    contents.resize(id, 3 * B);
    expect(contents.size(id)).toBe(3 * B);
    expect(contents.missing(id, 0, 4 * B)).toEqual([{ start: 0, end: B + 10 }]);
    expect(contents.covered(id, 2 * B, 3 * B)).toBe(true);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.missing(id, 0, 4 * B)).toEqual([{ start: 0, end: B + 10 }]);
  });

  it('cuts what was fetched and not yet flushed as well', () => {
    const { contents } = cache;
    const id = contents.create({ size: 4 * B, complete: false });
    arrive(cache, id, B, bytes(3 * B, 1));
    contents.resize(id, 2 * B);
    contents.flush();
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.missing(id, 0, 4 * B)).toEqual([{ start: 0, end: B }]);
  });

  it('to nothing completes a file that was never fetched', () => {
    const { contents } = cache;
    const id = contents.create({ size: 4 * B, complete: false });
    contents.resize(id, 0);
    expect(contents.isComplete(id)).toBe(true);
    expect(contents.isDirty(id)).toBe(true);
    expect(fs.statSync(contents.dataPath(id)).size).toBe(0);
  });
});

describe('syncing', () => {
  it('is due after each write and done by sync and by flush', () => {
    const { contents } = cache;
    const a = contents.create({ size: 0, complete: true });
    const b = contents.create({ size: 0, complete: true });
    expect(contents.hasUnsynced()).toBe(true);
    contents.flush();
    expect(contents.hasUnsynced()).toBe(false);
    contents.write(a, 0, bytes(1, 1));
    contents.sync(b);
    expect(contents.hasUnsynced()).toBe(true);
    contents.sync(a);
    expect(contents.hasUnsynced()).toBe(false);
  });

  it('in rounds, carried out by somebody else, is done with the round', () => {
    const { contents } = cache;
    const written = contents.create({ size: 0, complete: true });
    const fetched = contents.create({ size: 2 * B, complete: false });
    arrive(cache, fetched, 0, bytes(B, 1));
    const [round, ...others] = contents.takeSyncRounds();
    assert(round !== undefined);
    expect(others).toEqual([]);
    expect(round.dataFiles).toEqual([contents.dataPath(written), contents.dataPath(fetched)]);
    expect(contents.takeSyncRounds(), 'nothing is taken twice').toEqual([]);
    contents.endSyncRound(round, { failed: new Set(), sums: [] });
    expect(contents.hasUnsynced()).toBe(false);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.covered(fetched, 0, B)).toBe(true);
  });

  it('in rounds leaves much that was written meanwhile to the next round', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    const [first] = contents.takeSyncRounds();
    assert(first !== undefined);
    contents.write(id, 0, bytes(SYNC_HERE_BYTES_MAX + 1, 1));
    contents.endSyncRound(first, { failed: new Set(), sums: [] });
    expect(contents.hasUnsynced()).toBe(true);
    const [second] = contents.takeSyncRounds();
    assert(second !== undefined);
    contents.write(id, 0, bytes(1, 2));
    contents.endSyncRound(second, { failed: new Set(), sums: [] });
    expect(contents.hasUnsynced(), 'a little is synced at once').toBe(false);
  });

  it('that failed elsewhere proves nothing ever after, and fetched bytes are fetched again', () => {
    const { contents } = cache;
    const written = contents.create({ size: 0, complete: true });
    const fetched = contents.create({ size: B, complete: false });
    arrive(cache, fetched, 0, bytes(B, 1));
    const [round] = contents.takeSyncRounds();
    assert(round !== undefined);
    contents.endSyncRound(round, { failed: new Set(round.dataFiles), sums: [] });
    expect(kindOf(() => contents.sync(written))).toBe('io');
    expect(contents.covered(fetched, 0, 1)).toBe(false);
    expect(contents.takeSyncRounds()).toEqual([]);
  });

  it('that was dropped is taken again', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    const [round] = contents.takeSyncRounds();
    assert(round !== undefined);
    contents.dropSyncRound(round);
    expect(contents.takeSyncRounds()[0]?.dataFiles).toEqual([contents.dataPath(id)]);
  });

  it('is due for what was fetched', () => {
    const id = cache.contents.create({ size: B, complete: false });
    expect(cache.contents.hasUnsynced()).toBe(false);
    arrive(cache, id, 0, bytes(B, 1));
    expect(cache.contents.hasUnsynced()).toBe(true);
  });
});

describe('descriptors', () => {
  it('are kept for a bounded number of idle files and all of those in use', () => {
    const { contents } = cache;
    const before = openDescriptors();
    const ids = Array.from({ length: 200 }, () => contents.create({ size: 1, complete: false }));
    expect(openDescriptors() - before).toBe(IDLE_DATA_FILES_MAX);
    for (const id of ids.slice(0, 100)) contents.acquire(id);
    for (const id of ids.slice(100)) contents.read(id, 0, new Uint8Array(1));
    expect(openDescriptors() - before).toBe(100 + IDLE_DATA_FILES_MAX);
    for (const id of ids.slice(0, 100)) contents.release(id);
    expect(openDescriptors() - before).toBe(IDLE_DATA_FILES_MAX);
    contents.close();
    expect(openDescriptors() - before).toBe(0);
  });

  it('are not released more often than acquired', () => {
    const id = cache.contents.create({ size: 1, complete: false });
    cache.contents.acquire(id);
    cache.contents.release(id);
    expect(kindOf(() => cache.contents.release(id))).toBe('assertion');
  });
});

describe('removing', () => {
  it('takes the file once the deletion is durable, and not before', () => {
    const { contents, db } = cache;
    const id = contents.create({ size: 0, complete: true });
    const file = contents.dataPath(id);
    contents.remove(id);
    expect(contents.has(id)).toBe(false);
    expect(fs.existsSync(file)).toBe(true);
    db.barrier();
    expect(fs.existsSync(file)).toBe(false);
    expect(kindOf(() => contents.size(id))).toBe('assertion');
    contents.remove(id);
  });

  it('waits for the last user, who can read and write until then', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    contents.acquire(id);
    contents.acquire(id);
    contents.remove(id);
    contents.flush();
    cache.db.barrier();
    contents.write(id, 0, bytes(4, 8));
    contents.release(id);
    contents.flush();
    expect(readAll(id)).toEqual(bytes(4, 8));
    contents.release(id);
    contents.flush();
    expect(fs.existsSync(contents.dataPath(id))).toBe(false);
    expect(contents.hasUnsynced()).toBe(false);
  });

  it('in a transaction that fails removes nothing; creating in one leaves nothing', () => {
    const { contents, tree, db } = cache;
    const kept = contents.create({ size: 0, complete: true });
    contents.setDirty(kept, false);
    let born = '';
    const failing = (): void =>
      tree.atomically(() => {
        contents.setDirty(kept, true);
        contents.remove(kept);
        born = contents.create({ size: 0, complete: true });
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    db.barrier();
    expect(fs.existsSync(contents.dataPath(kept))).toBe(true);
    expect(contents.isDirty(kept)).toBe(false);
    expect(fs.existsSync(contents.dataPath(born))).toBe(false);
    expect(contents.has(born)).toBe(false);
  });
});

const EVERYTHING = { bytes: Infinity, after: FROM_THE_OLDEST, mayGo: () => true };

describe('the space of the cache', () => {
  it('is counted in allocated bytes: holes are free', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    contents.write(id, 1 << 30, bytes(B, 1));
    expect(contents.usedBytes()).toBeGreaterThanOrEqual(B);
    expect(contents.usedBytes()).toBeLessThan(4 * B);
    reopen();
    expect(cache.contents.usedBytes()).toBeGreaterThanOrEqual(B);
    cache.contents.remove(id);
    cache.db.barrier();
    expect(cache.contents.usedBytes()).toBe(0);
  });

  it('is freed from the least recently used on, and never of what is dirty or in use', () => {
    const { contents, tree } = cache;
    const make = (name: string): string => {
      const id = contents.create({ size: B, complete: false });
      arrive(cache, id, 0, bytes(B, 1));
      tree.insert(synced(1, name, { content: id }));
      return id;
    };
    const [dirty, used, old, older, young] = ['a', 'b', 'c', 'd', 'e'].map(make);
    contents.setDirty(dirty!, true);
    contents.acquire(used!);
    contents.touch(older!);
    contents.touch(old!);
    contents.read(young!, 0, new Uint8Array(1));
    contents.flush();
    const kept = new Set([young]);
    const gone: string[] = [];
    const evict = (bytes: number): EvictionStep =>
      contents.care.evict({
        bytes,
        after: FROM_THE_OLDEST,
        mayGo: (id) => !kept.has(id),
        onEvict: (id) => {
          tree.save({ ...tree.byContent(id)!, content: undefined });
          gone.push(id);
        },
      });
    expect(evict(B + B / 2)).toMatchObject({ evicted: 2, freedBytes: 2 * B });
    expect(gone).toEqual([older, old]);
    expect(tree.child(1, 'd')?.content).toBeUndefined();
    expect(fs.existsSync(contents.dataPath(older!))).toBe(false);
    expect(evict(5 * B)).toEqual({ evicted: 0, freedBytes: 0, after: undefined });
    kept.clear();
    evict(5 * B);
    expect(contents.usedBytes()).toBe(2 * B);
    contents.release(used!);
    evict(5 * B);
    expect(gone).toEqual([older, old, young, used]);
    expect([contents.has(dirty!), contents.has(used!)]).toEqual([true, false]);
  });

  it('is not freed when the tree cannot forget', () => {
    const { contents, tree } = cache;
    const id = contents.create({ size: B, complete: false });
    tree.insert(draft({ content: id }));
    arrive(cache, id, 0, bytes(B, 1));
    contents.flush();
    const failing = (): unknown =>
      contents.care.evict({
        ...EVERYTHING,
        onEvict: () => {
          throw new Error('no');
        },
      });
    expect(failing).toThrow('no');
    expect(contents.has(id)).toBe(true);
    expect(readAll(id)[0]).toBe(1);
  });

  it('remembers the order of use over a restart', () => {
    const { contents } = cache;
    const ids = [1, 2, 3].map(() => contents.create({ size: B, complete: false }));
    for (const id of ids) arrive(cache, id, 0, bytes(B, 1));
    contents.touch(ids[0]!);
    reopen();
    const gone: string[] = [];
    cache.contents.care.evict({ ...EVERYTHING, onEvict: (id) => gone.push(id) });
    expect(gone).toEqual([ids[1], ids[2], ids[0]]);
  });
});
