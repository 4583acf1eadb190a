/** The disk of the cache refuses a write while what the server has is folded in. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { MERGE_SLICE_ENTRIES } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

/** More than one slice, and what one slice holds. */
const SIZES = [2 * MERGE_SLICE_ENTRIES, 3];

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('d');
  bench.list('');
  bench.settle();
});

afterEach(() => {
  vi.restoreAllMocks();
  bench.close();
});

function refuseInsertOnce(): void {
  vi.spyOn(bench.engine.context.tree, 'insert').mockImplementationOnce(() => {
    throw new NuageError('disk-full', 'database or disk is full');
  });
}

function fill(count: number): void {
  for (let file = 0; file < count; file += 1) bench.server.write(`d/${file}`, 'text');
}

function poll(times: number): void {
  for (let round = 0; round < times; round += 1) {
    bench.advance(40_000);
    bench.settle();
  }
}

it.each(SIZES)('a folder of %i files is listed all the same', (count) => {
  fill(count);
  refuseInsertOnce();
  poll(1);
  expect(bench.list('d')).toHaveLength(count);
});

it.each(SIZES)('a known folder into which %i files came is listed again by itself', (count) => {
  bench.list('d');
  bench.settle();
  fill(count);
  refuseInsertOnce();
  poll(2);
  bench.server.failure = 'offline';
  expect(bench.list('d')).toHaveLength(count);
});

it.each(SIZES)('%i files that are gone are found to be so again', (count) => {
  fill(count);
  bench.list('d');
  bench.settle();
  for (let file = 0; file < count; file += 1) bench.server.remove(`d/${file}`);
  const { tree } = bench.engine.context;
  const save = tree.save.bind(tree);
  let refusals = 1;
  vi.spyOn(tree, 'save').mockImplementation((node) => {
    if (node.parent === undefined && refusals > 0) {
      refusals -= 1;
      throw new NuageError('disk-full', 'database or disk is full');
    }
    return save(node);
  });
  poll(3);
  expect(refusals).toBe(0);
  bench.server.failure = 'offline';
  expect(bench.list('d')).toEqual([]);
});

it('a tree that cannot be taken in is not waited for by the answer that brings it', () => {
  const { effects } = bench.engine.context.sync.context;
  const abort = vi.spyOn(effects, 'abort');
  const failed = vi.fn();
  fill(3);
  refuseInsertOnce();
  const { lister } = bench.engine.context.sync;
  lister.listTree(bench.lookup('d'), { done: () => undefined, failed });
  bench.settle();
  expect(failed).toHaveBeenCalledOnce();
  expect(abort).toHaveBeenCalledOnce();
});
