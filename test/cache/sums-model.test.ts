/**
 * Sums against a model of one file, under random fetches, writes, cuts, uploads, rounds of syncing
 * and of checking that take their time, trims, flipped bits and restarts: only a block of the server
 * whose bit was flipped is ever forgotten, and never a byte of the user.
 */
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differing } from '../../src/block-sum.js';
import type { CheckRound } from '../../src/cache/block-checks.js';
import type { SyncRound } from '../../src/cache/content-sync.js';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { scratchFolder } from '../support/scratch.js';
import { sumsOf } from '../support/simulated-disk.js';
import { abandon, type Cache, openCache, synced } from './support.js';

/** Of the file at most. */
const BLOCKS = 3;

type Step =
  | { readonly op: 'fetch' | 'read' | 'flip'; readonly block: number }
  | { readonly op: 'write'; readonly at: number; readonly blocks: number }
  | { readonly op: 'resize'; readonly size: number }
  | { readonly op: 'upload' | 'trim' | 'flush' | 'fetch-all' | 'read-all' }
  /** A bit of what has been fetched and synced flips before it is read. */
  | { readonly op: 'strike'; readonly block: number }
  /** Somebody else changes the file on the server. */
  | { readonly op: 'replace' }
  /** A round is taken, carried out, reported: what happens between is up to the other steps. */
  | { readonly op: 'sync' | 'check' | 'sync-all' | 'check-all' }
  | { readonly op: 'restart'; readonly how: 'clean' | 'killed' };

const block = fc.nat(BLOCKS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('fetch', 'read', 'flip'), block }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('fetch-all', 'read-all') }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('strike' as const), block }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('write' as const),
      at: fc.nat(BLOCKS * 2),
      blocks: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('resize' as const), size: fc.nat(BLOCKS * B) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom('upload', 'trim', 'flush', 'replace', 'replace') }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('sync', 'check') }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('sync-all', 'check-all') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('restart' as const),
      how: fc.constantFrom('clean', 'killed'),
    }),
  },
);

class World {
  cache: Cache = openCache(scratchFolder());
  id = '';
  /** What the file must hold, block by block where it is here; the server's, unless it is dirty. */
  expected = Buffer.alloc(BLOCKS * B - 7, 's');
  /** Blocks whose bytes are not what was written or fetched. */
  readonly flipped = new Set<number>();
  #sync: { readonly round: SyncRound; sums?: (readonly number[])[] } | undefined;
  #check: { readonly round: CheckRound; found?: number[][] } | undefined;
  #letter = 0;
  /** Damage that was found. */
  found = 0;

  constructor() {
    this.cache.tree.insert(synced(1, 'a'));
    this.#replace();
  }

  run(step: Step): void {
    const { contents } = this.cache;
    switch (step.op) {
      case 'fetch':
        this.#fetch(step.block * B, (step.block + 1) * B);
        return;
      case 'fetch-all':
        this.#fetch(0, BLOCKS * B);
        return;
      case 'read':
        this.#read(step.block);
        return;
      case 'read-all':
        for (let at = 0; at < BLOCKS; at += 1) this.#read(at);
        return;
      case 'flip':
        this.#flip(step.block);
        return;
      case 'write':
        this.#write(Math.floor((step.at * B) / 2), step.blocks);
        return;
      case 'resize':
        this.#resize(step.size);
        return;
      case 'upload':
        this.#upload();
        return;
      case 'replace':
        if (!contents.isDirty(this.id)) this.#replace();
        return;
      case 'trim':
        this.#trim();
        return;
      case 'flush':
        contents.flush();
        return;
      case 'sync':
        this.#goOnSyncing();
        return;
      case 'check':
        this.#goOnChecking();
        return;
      case 'sync-all':
        for (let at = 0; at < 3; at += 1) this.#goOnSyncing();
        return;
      case 'strike':
        this.#fetch(0, BLOCKS * B);
        for (let at = 0; at < 6; at += 1) this.#goOnSyncing();
        this.#flip(step.block);
        this.#read(step.block);
        return;
      case 'check-all':
        for (let at = 0; at < 3; at += 1) this.#goOnChecking();
        return;
      case 'restart':
        this.#restart(step.how);
    }
  }

  /** What is here is what was fetched or written, but for the bits that were flipped. */
  verify(): void {
    const { contents } = this.cache;
    const held = fs.readFileSync(contents.dataPath(this.id));
    expect(held.length).toBe(this.expected.length);
    const isDirty = contents.isDirty(this.id);
    for (let at = 0; at * B < held.length; at += 1) {
      const isHere = contents.covered(this.id, at * B, Math.min(held.length, (at + 1) * B));
      if (!isHere || this.flipped.has(at)) continue;
      const [is, ought] = [held, this.expected].map((all) => all.subarray(at * B, (at + 1) * B));
      expect(is?.equals(ought ?? Buffer.alloc(0)), `block ${at}, dirty: ${isDirty}`).toBe(true);
    }
    if (isDirty) expect(contents.care.sumsOf(this.id)).toBeUndefined();
  }

  end(): void {
    this.cache.db.close();
    fs.rmSync(this.cache.folder, { recursive: true });
  }

  /** A new version of the server, of which nothing is here. */
  #replace(): void {
    const { contents, tree } = this.cache;
    const size = BLOCKS * B - 7;
    this.expected = Buffer.alloc(size);
    for (let at = 0; at < BLOCKS; at += 1) this.expected.subarray(at * B).fill(++this.#letter);
    this.flipped.clear();
    const node = tree.child(1, 'a')!;
    tree.atomically(() => {
      if (this.id !== '') contents.remove(this.id);
      this.id = contents.create({ size, complete: false });
      tree.save({ ...node, size, content: this.id, base: { ...node.base!, size } });
    });
  }

  #fetch(start: number, end: number): void {
    const { contents } = this.cache;
    for (const gap of contents.missing(this.id, start, end)) {
      const fd = fs.openSync(contents.dataPath(this.id), 'r+');
      fs.writeSync(fd, this.expected, gap.start, gap.end - gap.start, gap.start);
      fs.closeSync(fd);
      for (let at = gap.start; at < gap.end; at += B) this.flipped.delete(at / B);
      contents.markFetched(this.id, gap.start, gap.end);
    }
  }

  #read(at: number): void {
    const { contents } = this.cache;
    if (contents.covered(this.id, at * B, at * B + 1)) {
      contents.read(this.id, at * B, Buffer.alloc(1));
    }
  }

  /** In a block that is here. */
  #flip(at: number): void {
    const { contents } = this.cache;
    const offset = at * B;
    if (offset >= this.expected.length || this.flipped.has(at)) return;
    if (!contents.covered(this.id, offset, Math.min(this.expected.length, offset + B))) return;
    const fd = fs.openSync(contents.dataPath(this.id), 'r+');
    const byte = Buffer.alloc(1);
    fs.readSync(fd, byte, 0, 1, offset);
    byte[0] = (byte[0] ?? 0) ^ 1;
    fs.writeSync(fd, byte, 0, 1, offset);
    fs.closeSync(fd);
    this.flipped.add(at);
  }

  /** As the file system does it: edges first, the mark, the bytes, the blocks. */
  #write(at: number, blocks: number): void {
    const { contents, tree } = this.cache;
    const start = Math.min(at, this.expected.length);
    const data = Buffer.alloc(Math.min(blocks * B - 3, BLOCKS * B - start), ++this.#letter);
    if (data.length === 0) return;
    const end = start + data.length;
    for (const edge of [start, end - 1]) this.#fetch(edge, edge + 1);
    this.#markDirty();
    contents.write(this.id, start, data);
    tree.atomically(() => contents.markWritten(this.id, start, end));
    const grown = Buffer.alloc(Math.max(end, this.expected.length));
    this.expected.copy(grown);
    data.copy(grown, start);
    this.expected = grown;
  }

  #resize(size: number): void {
    if (size === this.expected.length) return;
    // A cut in a block that is not here leaves zeros behind it when the file grows again.
    this.#fetch(size, size + 1);
    this.#markDirty();
    this.cache.contents.resize(this.id, size);
    const resized = Buffer.alloc(size);
    this.expected.copy(resized);
    this.expected = resized;
  }

  #markDirty(): void {
    const { contents, tree } = this.cache;
    const node = tree.byContent(this.id)!;
    tree.atomically(() => {
      contents.setDirty(this.id, true);
      tree.save({ ...node, contentDirty: true });
    });
  }

  /** The server has what is here, flipped bits and all. */
  #upload(): void {
    const { contents, tree } = this.cache;
    if (!contents.isDirty(this.id)) return;
    this.#fetch(0, this.expected.length);
    this.expected = fs.readFileSync(contents.dataPath(this.id));
    this.flipped.clear();
    const node = tree.byContent(this.id)!;
    tree.atomically(() => {
      contents.setDirty(this.id, false);
      const size = this.expected.length;
      tree.save({ ...node, size, contentDirty: false, base: { ...node.base!, size } });
    });
  }

  #trim(): void {
    const { contents } = this.cache;
    contents.care.trim({ bytes: Infinity, after: -1, mayGo: () => true });
    for (const at of this.flipped)
      if (!contents.covered(this.id, at * B, at * B + 1)) this.flipped.delete(at);
  }

  #goOnSyncing(): void {
    const { contents } = this.cache;
    if (this.#sync === undefined) {
      const [round] = contents.takeSyncRounds();
      if (round !== undefined) this.#sync = { round };
    } else if (this.#sync.sums === undefined) {
      this.#sync.sums = this.#sync.round.toSum.map(sumsOf);
    } else {
      const { round, sums } = this.#sync;
      contents.endSyncRound(round, { failed: new Set(), sums });
      this.#sync = undefined;
    }
  }

  #goOnChecking(): void {
    const { contents } = this.cache;
    if (this.#check === undefined) {
      const round = contents.checks.take();
      if (round !== undefined) this.#check = { round };
    } else if (this.#check.found === undefined) {
      this.#check.found = this.#check.round.files.map((file) => differing(file, sumsOf(file)));
    } else {
      const { round, found } = this.#check;
      this.#check = undefined;
      for (const { id, blocks } of contents.checks.end(round, found)) this.#forget(id, blocks);
    }
  }

  #forget(id: string, blocks: readonly number[]): void {
    const { contents } = this.cache;
    if (id !== this.id) return;
    expect(contents.isDirty(id)).toBe(false);
    for (const at of blocks) expect(this.flipped.has(at), `block ${at} is damaged`).toBe(true);
    const before = contents.missing(id, 0, Infinity);
    if (!contents.care.forgetBlocks(id, blocks)) return;
    this.found += 1;
    for (const at of blocks) this.flipped.delete(at);
    const lost = contents
      .missing(id, 0, Infinity)
      .reduce((sum, gap) => sum + gap.end - gap.start, 0);
    const wasLost = before.reduce((sum, gap) => sum + gap.end - gap.start, 0);
    expect(lost - wasLost).toBeLessThanOrEqual(blocks.length * B);
  }

  #restart(how: 'clean' | 'killed'): void {
    this.#sync = undefined;
    this.#check = undefined;
    if (how === 'killed') {
      this.cache = openCache(abandon(this.cache));
    } else {
      this.cache.contents.close();
      this.cache.db.close();
      this.cache = openCache(this.cache.folder);
    }
    this.cache.contents.recover();
    const { contents } = this.cache;
    for (const at of this.flipped) {
      // Its sync was not recorded: it is fetched again.
      if (!contents.covered(this.id, at * B, at * B + 1)) this.flipped.delete(at);
    }
  }
}

function play(steps: readonly Step[]): number {
  const world = new World();
  try {
    for (const each of steps) {
      world.run(each);
      world.verify();
    }
    return world.found;
  } finally {
    world.end();
  }
}

describe('sums', () => {
  it('never cost a byte of the user, and never a sound one of the server', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        found += play(steps);
      }),
      { numRuns: 120 },
    );
    expect(found, 'damage was found at all').toBeGreaterThan(0);
  });

  it('find a flipped bit in a fetched block', () => {
    const one = (op: 'fetch' | 'read' | 'flip'): Step => ({ op, block: 2 });
    const summed: Step[] = [one('fetch'), { op: 'sync-all' }];
    expect(play([...summed, one('flip'), one('read'), { op: 'check-all' }])).toBe(1);
  });
});
