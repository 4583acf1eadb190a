/** The sums of fetched blocks: when they are kept, and that none of them speaks of the user's bytes. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockSum, UNKNOWN_SUM } from '../../src/block-sum.js';
import { BlockSums } from '../../src/cache/block-sums.js';
import type { SyncRound } from '../../src/cache/content-sync.js';
import { SumTable } from '../../src/cache/sum-table.js';
import {
  BLOCK_SIZE_BYTES as B,
  CHECK_ROUND_BLOCKS,
  CHECK_ROUND_FILES,
  SUMMED_BLOCKS_MAX,
} from '../../src/limits.js';
import { scratchFolder } from '../support/scratch.js';
import { sumsOf } from '../support/simulated-disk.js';
import { abandon, arrive, bytes, type Cache, openCache, synced } from './support.js';

let cache: Cache;

beforeEach(() => {
  cache = openCache(scratchFolder());
});

afterEach(() => {
  cache.db.close();
  fs.rmSync(cache.folder, { recursive: true });
});

/** Taken with what the main thread makes of it, to be ended later. */
function takeRound(): { readonly round: SyncRound; readonly end: () => void } {
  const [round] = cache.contents.takeSyncRounds();
  assert(round !== undefined);
  const sums = round.toSum.map(sumsOf);
  return { round, end: () => cache.contents.endSyncRound(round, { failed: new Set(), sums }) };
}

/** Three blocks, of which the first two have come, with their sums. */
function summed(name = 'a'): string {
  const { contents, tree } = cache;
  const id = contents.create({ size: 3 * B, complete: false });
  tree.insert(synced(1, name, { size: 3 * B, content: id }));
  arrive(cache, id, 0, bytes(2 * B, 7));
  takeRound().end();
  expect(known(id)).toEqual([0, 1]);
  return id;
}

/** The blocks that have a sum, in the row. */
function known(id: string): number[] {
  const row = cache.db
    .prepareValue<[string], Uint8Array>('SELECT sums FROM block_sum WHERE content = ?')
    .get(id);
  const sums = new BlockSums(row);
  return Array.from({ length: sums.count }, (_, block) => block).filter(
    (block) => sums.get(block) !== UNKNOWN_SUM,
  );
}

function rows(): number {
  return cache.db.prepareValue<[], number>('SELECT count(*) FROM block_sum').get() ?? 0;
}

describe('sums', () => {
  it('are kept with the row that says that the blocks are here, over a restart', () => {
    const id = summed();
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.care.sumsOf(id)?.get(1)).toBe(blockSum(bytes(B, 7)));
    arrive(cache, id, 2 * B, bytes(B, 9));
    takeRound().end();
    expect([0, 1, 2].map((block) => cache.contents.care.sumsOf(id)?.get(block))).toEqual(
      [7, 7, 9].map((value) => blockSum(bytes(B, value))),
    );
  });

  it('stand in the row as four bytes each, the lowest first, unknown ones as 0', () => {
    const { contents } = cache;
    const id = contents.create({ size: 2 * B + 3, complete: false });
    arrive(cache, id, 2 * B, bytes(3, 7));
    takeRound().end();
    const row = cache.db.prepareValue<[], Uint8Array>('SELECT sums FROM block_sum').get();
    const expected = Buffer.alloc(12);
    expected.writeUInt32LE(blockSum(bytes(3, 7)), 8);
    expect(row).toEqual(expected);
  });

  it('of a long stream are made once, and kept when the row speaks of its blocks', () => {
    const { contents } = cache;
    const id = contents.create({ size: 9 * B, complete: false });
    arrive(cache, id, 0, bytes(B, 1));
    const first = takeRound();
    arrive(cache, id, B, bytes(3 * B, 1));
    first.end();
    expect(known(id), 'more has come than may be synced here').toEqual([]);
    const second = takeRound();
    expect(second.round.toSum[0]?.blocks).toEqual([1, 2, 3]);
    second.end();
    expect(known(id)).toEqual([0, 1, 2, 3]);
  });

  it('of blocks far behind in a very large file are not kept', () => {
    const sums = new BlockSums();
    sums.set(SUMMED_BLOCKS_MAX, 5);
    expect([sums.count, sums.get(SUMMED_BLOCKS_MAX)]).toEqual([0, UNKNOWN_SUM]);
  });

  it('are not those of a failed sync', () => {
    const id = cache.contents.create({ size: B, complete: false });
    arrive(cache, id, 0, bytes(B, 1));
    const { round } = takeRound();
    const failed = new Set(round.dataFiles);
    cache.contents.endSyncRound(round, { failed, sums: round.toSum.map(sumsOf) });
    expect(known(id)).toEqual([]);
    arrive(cache, id, 0, bytes(B, 2));
    cache.contents.flush();
    expect(known(id)).toEqual([]);
  });
});

/** All that makes a content the user's. */
const CHANGES: readonly [string, (id: string) => void][] = [
  [
    'a write',
    (id) => {
      cache.contents.write(id, 5, bytes(1, 1));
      cache.contents.markWritten(id, 5, 6);
    },
  ],
  ['a write behind its end', (id) => cache.contents.write(id, 3 * B, bytes(1, 1))],
  ['a cut', (id) => cache.contents.resize(id, B + 1)],
  ['an extension', (id) => cache.contents.resize(id, 4 * B)],
  ['the mark alone', (id) => cache.contents.setDirty(id, true)],
];

describe.each(CHANGES)('%s', (_, change) => {
  it('takes the sums away, for good', () => {
    const id = summed();
    change(id);
    expect(known(id)).toEqual([]);
    cache.contents.flush();
    cache.contents.setDirty(id, false);
    cache.contents.flush();
    expect(known(id)).toEqual([]);
  });

  it('leaves no sums to blocks that come while the content is the user’s', () => {
    const id = summed();
    change(id);
    if (cache.contents.missing(id, 2 * B, 3 * B).length > 0) arrive(cache, id, 2 * B, bytes(B, 7));
    const { round, end } = takeRound();
    expect(round.toSum).toEqual([]);
    end();
    expect(known(id)).toEqual([]);
  });

  it.each([false, true])('makes void what a round has summed (clean again: %s)', (isClean) => {
    const id = cache.contents.create({ size: 3 * B, complete: false });
    arrive(cache, id, 0, bytes(3 * B, 7));
    const { round, end } = takeRound();
    expect(round.toSum[0]?.blocks).toEqual([0, 1, 2]);
    change(id);
    if (isClean) cache.contents.setDirty(id, false);
    end();
    cache.contents.flush();
    expect(known(id)).toEqual([]);
  });

  it.each([false, true])('makes void what a check has found (clean again: %s)', (isClean) => {
    const id = summed();
    const { checks } = cache.contents;
    cache.contents.read(id, 0, new Uint8Array(1));
    const round = checks.take();
    assert(round !== undefined);
    expect(round.files[0]?.blocks).toEqual([0]);
    change(id);
    if (isClean) cache.contents.setDirty(id, false);
    expect(checks.end(round, [[0]])).toEqual([]);
    expect(cache.contents.care.forgetBlocks(id, [0])).toBe(false);
  });

  it('leaves none to a start after a kill', () => {
    const id = summed();
    change(id);
    const folder = abandon(cache);
    cache = openCache(folder);
    cache.contents.recover();
    expect(known(id)).toEqual([]);
  });
});

describe('no sums are kept', () => {
  it('of a content whose row is dirty or gone, whoever asks for it', () => {
    const id = summed();
    cache.contents.setDirty(id, true);
    const table = new SumTable(cache.db);
    table.put(id, new BlockSums(bytes(4, 1)));
    table.put('0'.repeat(32), new BlockSums(bytes(4, 1)));
    expect(rows()).toBe(0);
  });

  it('of what is removed, unless that is taken back', () => {
    const id = summed();
    const failing = (): void =>
      cache.tree.atomically(() => {
        cache.contents.remove(id);
        throw new Error('undone');
      });
    expect(failing).toThrow('undone');
    expect(known(id)).toEqual([0, 1]);
    cache.contents.remove(id);
    expect(rows()).toBe(0);
  });

  it('of the tail that was trimmed, which gets its own when it is fetched again', () => {
    const id = summed();
    cache.contents.care.trim({ bytes: Infinity, after: -1, mayGo: () => true });
    expect(known(id)).toEqual([0]);
    arrive(cache, id, B, bytes(2 * B, 8));
    takeRound().end();
    expect(cache.contents.care.sumsOf(id)?.get(1)).toBe(blockSum(bytes(B, 8)));
  });

  it('of a file that was healed under a running mount', () => {
    const id = summed();
    fs.truncateSync(cache.contents.dataPath(id), B);
    expect(cache.contents.care.heal(id)).toBe(true);
    expect(known(id)).toEqual([]);
  });
});

describe('recovery', () => {
  function recovered(tamper: (folder: string) => void = () => undefined): void {
    const folder = abandon(cache);
    tamper(folder);
    cache = openCache(folder);
    cache.contents.recover();
  }

  it('keeps the sums of a file that is as its row says', () => {
    const id = summed();
    recovered();
    expect(known(id)).toEqual([0, 1]);
  });

  it.each<[string, (file: string) => void]>([
    ['is gone', (file) => fs.unlinkSync(file)],
    ['is too short', (file) => fs.truncateSync(file, B)],
    ['is too long', (file) => fs.appendFileSync(file, 'x')],
  ])('drops those of a file that %s', (_, tamper) => {
    const id = summed();
    const other = summed('b');
    recovered((folder) => {
      tamper(cache.contents.dataPath(id).replace(cache.folder, folder));
    });
    expect(known(id)).toEqual([]);
    expect(known(other)).toEqual([0, 1]);
  });

  it('drops those of what is dirty or has no row, though no trigger has done it', () => {
    const [dirty, gone, clean] = [summed('a'), summed('b'), summed('c')];
    const tamper = ['block_sum_of_dirty', 'block_sum_of_removed'].map(
      (name) => `DROP TRIGGER ${name}`,
    );
    for (const sql of tamper) cache.db.prepare<[]>(sql).run();
    cache.contents.setDirty(dirty, true);
    cache.tree.save({ ...cache.tree.byContent(dirty)!, contentDirty: true });
    cache.tree.save({ ...cache.tree.byContent(gone)!, content: undefined });
    cache.contents.remove(gone);
    expect(rows()).toBe(3);
    recovered();
    expect(known(clean)).toEqual([0, 1]);
    expect(rows()).toBe(1);
  });

  it('drops those of what a node says is the user’s', () => {
    const id = summed();
    cache.tree.save({ ...cache.tree.byContent(id)!, contentDirty: true });
    recovered();
    expect(cache.contents.isDirty(id)).toBe(true);
    expect(known(id)).toEqual([]);
  });
});

describe('what was read', () => {
  it('waits once, each block with its sum, in rounds of a bounded size', () => {
    const { contents } = cache;
    const size = (CHECK_ROUND_BLOCKS + 2) * B;
    const id = contents.create({ size, complete: false });
    arrive(cache, id, 0, bytes(size, 3));
    takeRound().end();
    for (let round = 0; round < 2; round += 1) contents.read(id, 0, new Uint8Array(size));
    const sizes: unknown[] = [];
    for (let round = contents.checks.take(); round !== undefined; round = contents.checks.take()) {
      sizes.push(round.files[0]?.blocks.length);
      expect(contents.checks.end(round, [])).toEqual([]);
    }
    expect(sizes).toEqual([CHECK_ROUND_BLOCKS, 2]);
    contents.read(id, 0, new Uint8Array(size));
    expect(contents.checks.take()).toBeUndefined();
  });

  it('of many files is looked at some at a time', () => {
    const { contents } = cache;
    for (let file = 0; file <= CHECK_ROUND_FILES; file += 1) {
      contents.read(summed(`${file}`), 0, new Uint8Array(1));
    }
    expect(contents.checks.take()?.files).toHaveLength(CHECK_ROUND_FILES);
    expect(contents.checks.take()?.files).toHaveLength(1);
  });

  it('waits again when its round was not carried out', () => {
    const { contents } = cache;
    const id = summed();
    contents.read(id, 0, new Uint8Array(1));
    const round = contents.checks.take();
    assert(round !== undefined);
    contents.checks.drop(round);
    contents.read(id, 0, new Uint8Array(1));
    expect(contents.checks.take()?.files[0]?.blocks).toEqual([0]);
  });

  it('and is damaged counts as missing from then on, that block alone', () => {
    const id = summed();
    arrive(cache, id, 2 * B, bytes(B, 7));
    cache.contents.flush();
    expect(cache.contents.isComplete(id)).toBe(true);
    expect(cache.contents.care.forgetBlocks(id, [1, 2])).toBe(true);
    expect(cache.contents.missing(id, 0, 3 * B)).toEqual([{ start: B, end: 2 * B }]);
    expect(known(id)).toEqual([0]);
    cache.db.close();
    cache = openCache(cache.folder);
    expect(cache.contents.missing(id, 0, 3 * B)).toEqual([{ start: B, end: 2 * B }]);
    expect(cache.contents.care.forgetBlocks(id, [1])).toBe(false);
  });
});
