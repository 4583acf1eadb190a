/** A folder goes as one request, and only in the state that was seen here, which is waited for. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/a', 'a');
  bench.server.write('elsewhere', 'stays');
  bench.list('');
  bench.list('Cours');
});
afterEach(() => bench.close());

const isListing = ({ op }: Effect): boolean => op === 'list';

const asked = (op: Effect['op']): number =>
  bench.server.log.filter(
    (effect) => effect.op === op && 'path' in effect && effect.path === 'Cours',
  ).length;

describe('the removal of a folder', () => {
  it('asks once while the listing that it waits for takes long', () => {
    bench.server.write('Cours/b', 'new there');
    bench.server.holds = isListing;
    bench.unlink('Cours/a');
    bench.rmdir('Cours');
    bench.server.log.length = 0;
    bench.pass(60);
    expect(asked('stat')).toBe(1);
    expect(asked('list')).toBe(1);
    bench.server.holds = () => false;
    bench.settle();
    expect(bench.server.has('Cours/b')).toBe(true);
    expect(bench.read('Cours/b')).toBe('new there');
  });

  it('asks ever more seldom where no listing is to be had', () => {
    bench.server.write('Cours/b', 'new there');
    bench.server.failuresOf.set('list', 'server');
    bench.unlink('Cours/a');
    bench.rmdir('Cours');
    bench.server.log.length = 0;
    bench.pass(120);
    expect(asked('stat')).toBeLessThanOrEqual(15);
    bench.server.failuresOf.clear();
    bench.settle();
    expect(bench.server.has('Cours/b')).toBe(true);
    expect(bench.read('Cours/b')).toBe('new there');
  });

  it('needs no listing where nothing has changed', () => {
    bench.unlink('Cours/a');
    bench.rmdir('Cours');
    bench.server.log.length = 0;
    bench.pass(5);
    expect(['stat', 'list', 'remove'].map((op) => asked(op as Effect['op']))).toEqual([1, 0, 1]);
    expect(bench.server.has('Cours')).toBe(false);
  });
});
