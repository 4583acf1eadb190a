/** Many folders of one folder that have changed on the server are read in one request. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

const FOLDERS = 30;
const POLL_MS = 40_000;

let bench: EngineBench;

const folderOf = (number: number): string => `d/objects/${number}`;

beforeEach(() => {
  bench = new EngineBench();
  for (const name of ['d', 'd/objects', 'd/other']) bench.server.makeFolder(name);
  // So much that the rest is no large part of the account.
  for (let number = 0; number < 500; number += 1) {
    bench.server.write(`d/other/${number}`, 'what stays'.repeat(10));
  }
  for (let number = 0; number < FOLDERS; number += 1) {
    bench.server.makeFolder(folderOf(number));
    bench.server.write(`${folderOf(number)}/f`, 'old');
  }
  bench.tree();
  bench.settle();
  bench.server.log.length = 0;
});

afterEach(() => bench.close());

const listings = (): number => bench.server.log.filter(({ op }) => op === 'list').length;

function change(): void {
  for (let number = 0; number < FOLDERS; number += 1) {
    bench.server.write(`${folderOf(number)}/f`, `new ${number}`);
  }
}

function expectNew(): void {
  const before = listings();
  for (let number = 0; number < FOLDERS; number += 1) {
    expect(bench.read(`${folderOf(number)}/f`)).toBe(`new ${number}`);
  }
  expect(listings()).toBe(before);
}

describe('folders that changed together', () => {
  it('cost a few listings, and not one each', () => {
    change();
    bench.advance(POLL_MS);
    bench.settle();
    expectNew();
    expect(listings()).toBeLessThan(8);
  });

  it('are read one by one where the server has nothing to say to a request for all', () => {
    change();
    bench.advance(POLL_MS);
    while (
      !bench.server.log.some((effect) => effect.op === 'list' && effect.depth === 'infinity')
    ) {
      if (!bench.step()) throw new Error('no request for a tree');
    }
    bench.server.failures.push('server');
    bench.settle();
    expectNew();
  });

  it('by our own hand are deleted by one request, after a few questions', () => {
    for (let number = 0; number < FOLDERS; number += 1) {
      bench.write(`${folderOf(number)}/f`, `mine ${number}`);
    }
    bench.settle();
    bench.server.log.length = 0;
    for (let number = 0; number < FOLDERS; number += 1) {
      bench.unlink(`${folderOf(number)}/f`);
      bench.rmdir(folderOf(number));
    }
    bench.rmdir('d/objects');
    bench.advance(POLL_MS);
    bench.settle();
    expect(bench.server.log.filter(({ op }) => op === 'remove')).toHaveLength(1);
    expect(listings()).toBeLessThan(12);
    expect(bench.server.has('d/objects')).toBe(false);
  });
});
