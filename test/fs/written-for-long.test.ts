/** A file that a program keeps open and writes to, while its folder changes elsewhere. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/journal.log', 'one');
  bench.list('Cours');
});
afterEach(() => bench.close());

function listingsDuring(seconds: number): number {
  const before = bench.server.log.length;
  bench.pass(seconds);
  const later = bench.server.log.slice(before);
  return later.filter((effect) => effect.op === 'list' && effect.path === 'Cours').length;
}

describe('the folder of a file that is open and has unsent bytes', () => {
  it('is listed once for a change beside it, and shows that', () => {
    const file = bench.open('Cours/journal.log');
    bench.writeHandle(file, 3, 'two');
    bench.syncHandle(file);
    bench.server.write('Cours/beside.txt', 'new');
    expect(listingsDuring(120)).toBeLessThanOrEqual(8);
    expect(bench.list('Cours')).toContain('beside.txt');
    bench.closeHandle(file);
    bench.settle();
    expect(bench.server.read('Cours/journal.log')).toBe('onetwo');
  });

  it('is looked at ever more seldom while somebody else has changed that file', () => {
    const file = bench.open('Cours/journal.log');
    bench.writeHandle(file, 3, 'two');
    bench.syncHandle(file);
    bench.server.write('Cours/journal.log', 'theirs, and longer');
    expect(listingsDuring(120)).toBeLessThanOrEqual(20);
    bench.closeHandle(file);
    bench.settle();
    const texts = [...bench.server.tree().values()];
    expect(texts).toContain('onetwo');
    expect(texts).toContain('theirs, and longer');
  });
});

describe('a file that stays open', () => {
  it.each([
    ['new', 'Cours/cahier.log', ''],
    ['known to the server', 'Cours/journal.log', 'one'],
  ])('is sent within two minutes of each write, be it %s', (_, at, before) => {
    const isKnown = before !== '';
    const file = isKnown ? bench.open(at) : bench.create(at);
    bench.pass(300);
    bench.writeHandle(file, before.length, ' two');
    bench.pass(120);
    expect(bench.server.read(at)).toBe(`${before} two`);
    bench.pass(300);
    bench.writeHandle(file, before.length, ' and three');
    bench.syncHandle(file);
    bench.pass(120);
    expect(bench.server.read(at)).toBe(`${before} and three`);
    bench.closeHandle(file);
  });

  it('is made there within two minutes, be it empty', () => {
    const file = bench.create('Cours/vide');
    bench.pass(120);
    expect(bench.server.has('Cours/vide')).toBe(true);
    bench.closeHandle(file);
  });
});
