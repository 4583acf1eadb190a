/** Reading the tree ahead: how many requests it takes, what it must not believe, who goes first. */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT_INO } from '../../src/cache/node.js';
import { ENTRIES_AHEAD_MAX, GROUP_ENTRIES_MAX, MERGE_SLICE_ENTRIES } from '../../src/limits.js';
import type { Effect, EffectRequest } from '../../src/remote/messages.js';
import type { RemoteEntry } from '../../src/remote/remote.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

type Listing = Extract<Effect, { op: 'list' }>;

function listings(): Listing[] {
  return bench.server.log.filter((effect) => effect.op === 'list');
}

function listed(depth: Listing['depth']): string[] {
  return listings()
    .filter((effect) => effect.depth === depth)
    .map(({ path }) => path);
}

/** `folders` folders with `files` files each, in `at`. */
function fill(at: string, folders: number, files: number): void {
  if (at !== '') bench.server.makeFolder(at);
  for (let folder = 0; folder < folders; folder += 1) {
    const path = `${at === '' ? '' : `${at}/`}d${folder}`;
    bench.server.makeFolder(path);
    for (let file = 0; file < files; file += 1) bench.server.write(`${path}/f${file}`, 'x');
  }
}

/** Lets everything run, as long as nobody uses the mount. */
function rest(): void {
  while (bench.step());
}

/** All that the server has, as far as it is known here. */
function knows(): boolean {
  const { tree } = bench.engine.context;
  return tree.count() === bench.server.tree().size + 1 && tree.frontier.folders(1).length === 0;
}

describe('a first mount', () => {
  it('learns a tree of some folders by the root and one request for each', () => {
    fill('A', 3, 4);
    fill('B', 3, 4);
    rest();
    expect(knows()).toBe(true);
    expect([listed('1'), listed('infinity').sort()]).toEqual([[''], ['A', 'B']]);
  });

  it('asks for many small folders together once it has seen a few of them', () => {
    fill('', 100, 5);
    rest();
    expect(knows()).toBe(true);
    expect(listings().length).toBeLessThanOrEqual(6);
    expect(listed('infinity')).toContain('');
  });

  it('does not ask together for more than one answer should hold', () => {
    fill('', 24, 1_100);
    rest();
    expect(knows()).toBe(true);
    const left = 24 - listed('infinity').indexOf('');
    expect(left * 1_100).toBeLessThanOrEqual(GROUP_ENTRIES_MAX);
  });

  it('answers a walk without a further request', () => {
    fill('A', 20, 10);
    rest();
    const before = bench.server.log.length;
    expect(bench.tree().size).toBe(bench.server.tree().size);
    expect(bench.server.log.slice(before).filter(({ op }) => op === 'list')).toEqual([]);
  });

  it('goes on where it was ended', () => {
    fill('A', 5, 5);
    fill('B', 5, 5);
    bench.step();
    bench.step();
    expect(knows()).toBe(false);
    bench.restart('killed');
    rest();
    expect(knows()).toBe(true);
    const before = listings().length;
    bench.restart();
    rest();
    expect(listings().length).toBe(before);
  });

  it('shows what it has learned without a server after the next start', () => {
    fill('A', 5, 5);
    rest();
    bench.server.failure = 'offline';
    bench.restart();
    rest();
    expect(bench.list('A')).toHaveLength(5);
    expect(bench.list('A/d4')).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    expect(bench.has('A/d4/f9')).toBe(false);
  });

  it('goes on by itself when the server is back', () => {
    fill('A', 5, 5);
    bench.server.failure = 'maintenance';
    rest();
    bench.advance(5_000);
    rest();
    bench.server.failure = undefined;
    bench.advance(61_000);
    rest();
    expect(knows()).toBe(true);
  });
});

describe('a folder that somebody waits for', () => {
  beforeEach(() => {
    fill('A', 3, 300);
    while (listed('infinity').length === 0) bench.step();
  });

  it('comes with a tree that is on its way', () => {
    bench.lookup('A');
    expect(bench.list('A/d1')).toHaveLength(300);
    expect(listed('1')).toEqual(['']);
  });

  it('is asked for by itself when the tree takes too long', () => {
    bench.server.holds = (effect) => effect.op === 'list' && effect.depth === 'infinity';
    expect(bench.list('A')).toHaveLength(3);
    expect(listed('1')).toEqual(['', 'A']);
    bench.server.holds = () => false;
    rest();
    expect(knows()).toBe(true);
  });

  it('keeps what it showed when the older answer comes after it', () => {
    bench.server.holds = (effect) => effect.op === 'list' && effect.depth === 'infinity';
    bench.server.prepareHeld();
    bench.server.write('A/d1/new', 'x');
    expect(bench.list('A/d1')).toContain('new');
    bench.server.holds = () => false;
    rest();
    expect(bench.list('A/d1')).toContain('new');
    expect(bench.list('A/d2')).toHaveLength(300);
    bench.settle();
    expect(bench.list('A/d1')).toHaveLength(301);
  });

  it('goes before trees that nobody waits for', () => {
    for (const name of ['B', 'C', 'D']) fill(name, 2, 2);
    bench.settle();
    bench.server.makeFolder('D/new');
    bench.server.makeFolder('D/new/deep');
    bench.settle();
    expect(bench.list('D/new')).toEqual(['deep']);
  });
});

describe('a server that gives no trees', () => {
  it.each(['forbidden', 'invalid-argument', 'not-supported'] as const)(
    'is read folder by folder (%s)',
    (kind) => {
      bench.server.deepFailure = kind;
      fill('A', 10, 3);
      rest();
      expect(knows()).toBe(true);
      expect(listed('infinity').length).toBeLessThanOrEqual(2);
      expect(listed('1').length).toBe(12);
    },
  );

  it('is not believed when it shows one level of a tree only', () => {
    bench.server.levelsMax = 1;
    fill('A', 10, 3);
    fill('B', 2, 3);
    rest();
    expect(knows()).toBe(true);
    expect(listed('infinity').length).toBeLessThanOrEqual(2);
  });

  it('is not believed when it shows two levels only', () => {
    bench.server.levelsMax = 2;
    fill('A', 2, 2);
    bench.server.makeFolder('A/d0/x');
    bench.server.write('A/d0/x/f', 'text');
    rest();
    expect(knows()).toBe(true);
  });

  it('has the branches read that are too large for one answer, in parts', () => {
    fill('A', 2, 2);
    fill('A/big', 5, 2);
    bench.server.tooLarge = (path) => path === 'A';
    rest();
    expect(knows()).toBe(true);
    expect(listed('infinity').sort()).toEqual(['A', 'A/big', 'A/d0', 'A/d1']);
    expect(bench.engine.context.sync.connection.online).toBe(true);
  });

  it('lets a walk find the folders before it comes to them', () => {
    bench.server.deepFailure = 'forbidden';
    fill('A', 30, 3);
    rest();
    const before = listings().length;
    bench.tree();
    expect(listings().length).toBe(before);
  });
});

describe('an answer that breaks off', () => {
  it('deletes nothing, and what it showed is no complete folder', () => {
    fill('A', 3, 100);
    bench.server.breaksAfter = 150;
    while (listed('infinity').length === 0) bench.step();
    bench.step();
    const { tree } = bench.engine.context;
    expect(tree.get(bench.lookup('A/d0'))?.listedEtag).toBeDefined();
    expect(tree.get(bench.lookup('A/d1'))?.listedEtag).toBeUndefined();
    bench.server.breaksAfter = undefined;
    rest();
    expect(knows()).toBe(true);
    expect(bench.list('A/d2')).toHaveLength(100);
  });
});

describe('what a user does meanwhile', () => {
  it('stays, whatever the tree on its way says', () => {
    fill('A', 2, 100);
    bench.list('A');
    bench.list('A/d0');
    bench.server.holds = (effect) => effect.op === 'list' && effect.depth === 'infinity';
    bench.server.prepareHeld();
    bench.write('A/d0/mine', 'text');
    bench.unlink('A/d0/f1');
    bench.rename('A/d0/f2', 'A/d0/renamed');
    for (let turn = 0; turn < 20; turn += 1) {
      rest();
      bench.advance(1_000);
    }
    expect(bench.server.tree().get('A/d0/mine')).toBe('text');
    bench.server.holds = () => false;
    bench.settle();
    const names = bench.list('A/d0');
    expect(names).toContain('mine');
    expect(names).toContain('renamed');
    expect(names).not.toContain('f1');
    expect(new Map([...bench.tree()].sort())).toEqual(new Map([...bench.server.tree()].sort()));
  });
});

describe('a file moved elsewhere into a folder that is new', () => {
  it('keeps its number and its bytes', () => {
    fill('A', 1, 1);
    bench.server.write('A/kept', 'bytes');
    bench.settle();
    bench.read('A/kept');
    const ino = bench.lookup('A/kept');
    bench.server.makeFolder('N');
    bench.server.makeFolder('N/deep');
    bench.server.move('A/kept', 'N/deep/moved');
    bench.settle();
    expect(bench.lookup('N/deep/moved')).toBe(ino);
    bench.server.failure = 'offline';
    expect(bench.read('N/deep/moved')).toBe('bytes');
  });
});

/** A little more than one turn folds in, so that something always waits. */
const PIECE_ENTRIES = MERGE_SLICE_ENTRIES + 10;

function entry(path: string, id: number): RemoteEntry {
  return {
    path,
    isFolder: path === '',
    fileId: String(id),
    etag: `etag ${id}`,
    size: 1,
    mtime: 1_763_900_000,
    permissions: 'RGDNVWCK',
    uploadTime: 0,
    checksum: '',
  };
}

async function collectGarbage(): Promise<void> {
  // What was looked at stays until the turn has ended.
  await pause(0);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('a tree of any size', () => {
  it('is not kept in memory as it comes, although more always waits', async () => {
    bench.close();
    const requests: EffectRequest[] = [];
    bench = new EngineBench({ post: (request) => requests.push(request) });
    const { engine } = bench;
    const nothing = (): void => undefined;
    engine.context.sync.lister.listTree(ROOT_INO, { done: nothing, failed: nothing });
    const id = requests.at(-1)?.id ?? 0;
    const deliver = (entries: RemoteEntry[]): WeakRef<RemoteEntry> => {
      engine.deliver({ type: 'entries', id, entries });
      bench.clock.advance(1);
      engine.runTimers();
      return new WeakRef(entries.at(-1) ?? entry('', 0));
    };
    deliver([entry('', 1)]);
    const refs: WeakRef<RemoteEntry>[] = [];
    for (let from = 2; from <= 2 * ENTRIES_AHEAD_MAX; from += PIECE_ENTRIES) {
      const numbers = Array.from({ length: PIECE_ENTRIES }, (_, at) => from + at);
      refs.push(deliver(numbers.map((number) => entry(`f${number}`, number))));
    }
    await collectGarbage();
    expect(refs.at(-1)?.deref()).toBeDefined();
    expect(refs.at(0)?.deref()).toBeUndefined();
  });
});
