/** What has changed while nobody listened: found by one search, listed where it differs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  for (let top = 0; top < 4; top += 1) {
    bench.server.makeFolder(`T${top}`);
    for (let folder = 0; folder < 60; folder += 1) {
      bench.server.makeFolder(`T${top}/d${folder}`);
      bench.server.write(`T${top}/d${folder}/f`, 'x');
    }
  }
  while (bench.step());
});

afterEach(() => bench.close());

interface Sent {
  readonly searches: number;
  readonly singles: number;
  readonly trees: number;
}

function sentSince(start: number): Sent {
  const log = bench.server.log.slice(start);
  const lists = log.filter((effect) => effect.op === 'list');
  return {
    searches: log.filter(({ op }) => op === 'list-folders').length,
    singles: lists.filter(({ depth }) => depth === '1').length,
    trees: lists.filter(({ depth }) => depth === 'infinity').length,
  };
}

/** @returns the requests of the next start. */
function mountAgain(): Sent {
  bench.server.dropAll();
  const start = bench.server.log.length;
  bench.restart();
  while (bench.step());
  return sentSince(start);
}

function agrees(): boolean {
  const { tree } = bench.engine.context;
  return tree.count() === bench.server.tree().size + 1;
}

describe('the next mount', () => {
  it('lists nothing where nothing has changed', () => {
    expect(mountAgain()).toEqual({ searches: 0, singles: 0, trees: 0 });
  });

  it('lists the folders that differ, and no others', () => {
    bench.server.write('T1/d7/new', 'x');
    bench.server.write('T3/d2/new', 'x');
    expect(mountAgain()).toEqual({ searches: 1, singles: 5, trees: 0 });
    expect(agrees()).toBe(true);
  });

  it('reads trees where very many differ', () => {
    for (let folder = 0; folder < 60; folder += 1) {
      bench.server.write(`T1/d${folder}/new`, 'x');
      bench.server.remove(`T2/d${folder}/f`);
    }
    const sent = mountAgain();
    expect(sent.searches).toBe(1);
    // Whoever comes upon one of them from above meanwhile may ask once more.
    expect(sent.trees).toBeGreaterThanOrEqual(2);
    expect(sent.trees).toBeLessThanOrEqual(4);
    bench.settle();
    expect(agrees()).toBe(true);
    expect(bench.list('T1/d9')).toEqual(['f', 'new']);
    expect(bench.list('T2/d9')).toEqual([]);
  });

  it('compares level by level where there is no search', () => {
    bench.server.searchFailure = 'not-supported';
    bench.server.write('T1/d7/new', 'x');
    expect(mountAgain()).toEqual({ searches: 1, singles: 3, trees: 0 });
    expect(agrees()).toBe(true);
  });

  it('stays online when the search is too much for the server', () => {
    bench.server.searchFailure = 'timeout';
    bench.server.write('T1/d7/new', 'x');
    mountAgain();
    expect(bench.engine.context.sync.connection.online).toBe(true);
    expect(agrees()).toBe(true);
  });

  it('follows what was renamed and moved, with the numbers of files kept', () => {
    const ino = bench.lookup('T1/d7/f');
    bench.server.move('T1', 'renamed');
    bench.server.move('renamed/d7', 'T2/elsewhere');
    mountAgain();
    expect(bench.lookup('T2/elsewhere/f')).toBe(ino);
    expect(bench.has('T1')).toBe(false);
    bench.settle();
    expect(agrees()).toBe(true);
  });
});

describe('a mount in use', () => {
  it('walks down to a change, without a search', () => {
    mountAgain();
    const start = bench.server.log.length;
    bench.server.write('T1/d7/new', 'x');
    bench.list('');
    bench.advance(40_000);
    while (bench.step());
    expect(sentSince(start)).toEqual({ searches: 0, singles: 3, trees: 0 });
    expect(agrees()).toBe(true);
  });

  it('searches once after a time without the server', () => {
    mountAgain();
    bench.server.failure = 'offline';
    bench.list('');
    bench.advance(40_000);
    while (bench.step());
    bench.server.failure = undefined;
    bench.server.write('T1/d7/new', 'x');
    const start = bench.server.log.length;
    bench.advance(61_000);
    while (bench.step());
    expect(sentSince(start).searches).toBe(1);
    expect(agrees()).toBe(true);
  });
});
