/** Copies within the account are made by the server, and are right whatever it says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SERVER_COPY_BYTES_MIN } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';

const TEXT = 'x'.repeat(SERVER_COPY_BYTES_MIN);

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/a.bin', TEXT);
  bench.list('');
});
afterEach(() => bench.close());

const ops = () => bench.server.log.map(({ op }) => op).filter((op) => /copy|put|fetch/.test(op));

describe('a copy of an unchanged file', () => {
  it('is made by the server: nothing is fetched or sent', () => {
    bench.copy('Cours/a.bin', 'b.bin');
    bench.settle();
    expect(ops()).toEqual(['copy']);
    expect(bench.server.read('b.bin')).toBe(TEXT);
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
    expect(bench.read('b.bin')).toBe(TEXT);
  });

  it('can be written to at once, like any file', () => {
    bench.copy('Cours/a.bin', 'b.bin');
    const file = bench.open('b.bin');
    bench.writeHandle(file, 0, 'changed');
    bench.closeHandle(file);
    bench.settle();
    expect(bench.server.read('b.bin')).toBe(`changed${TEXT.slice(7)}`);
    expect(bench.server.read('Cours/a.bin')).toBe(TEXT);
  });

  it.each(['precondition', 'forbidden', 'quota', 'not-supported'] as const)(
    'that the server does not make (%s) is made here',
    (kind) => {
      bench.server.refuse('Cours/a.bin', kind);
      bench.copy('Cours/a.bin', 'b.bin');
      bench.server.refuse('Cours/a.bin', undefined);
      bench.settle();
      expect(bench.server.read('b.bin')).toBe(TEXT);
      expect(bench.read('b.bin')).toBe(TEXT);
    },
  );
});

describe('a copy that the server could not make', () => {
  it.each([
    ['of a changed file', 'Cours/a.bin', 'b.bin'],
    ['into a folder that it does not have yet', 'Cours/a.bin', 'Neu/b.bin'],
    ['to a name that stays here', 'Cours/a.bin', '.~lock.b.bin#'],
  ])('%s is made here', (title, from, to) => {
    if (to.startsWith('Neu')) bench.mkdir('Neu');
    let text = TEXT;
    if (title.includes('changed')) {
      const file = bench.open(from);
      bench.writeHandle(file, 0, 'new');
      bench.closeHandle(file);
      text = `new${TEXT.slice(3)}`;
    }
    bench.copy(from, to);
    expect(bench.server.log.some(({ op }) => op === 'copy')).toBe(false);
    expect(bench.read(to)).toBe(text);
  });
});
