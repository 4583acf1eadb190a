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

/** Texts as long as these are no good to be shown. */
const heads = (tree: ReadonlyMap<string, string>) =>
  [...tree].map(([name, text]) => `${name} ${text.length} ${text.slice(0, 8)}`).sort();

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

describe('a copy into a folder that was just made', () => {
  const TO = 'Neu/Semestre/b.bin';

  beforeEach(() => {
    bench.mkdir('Neu');
    bench.mkdir('Neu/Semestre');
  });

  it('waits for the folder and is made by the server', () => {
    bench.copy('Cours/a.bin', TO);
    bench.settle();
    expect(ops()).toEqual(['copy']);
    expect(bench.server.read(TO)).toBe(TEXT);
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });

  it.each(['forbidden', 'offline'] as const)(
    'that the server does not make (%s) is made here',
    (kind) => {
      bench.read('Cours/a.bin');
      bench.server.failuresOf.set('create-folder', kind);
      bench.copy('Cours/a.bin', TO);
      expect(bench.read(TO)).toBe(TEXT);
      expect(ops()).not.toContain('copy');
      bench.server.failuresOf.clear();
      bench.settle();
      expect(bench.server.read(TO)).toBe(TEXT);
    },
  );

  it('does not wait for ever', () => {
    bench.server.holds = ({ op }) => op === 'create-folder';
    bench.copy('Cours/a.bin', TO);
    expect(bench.read(TO)).toBe(TEXT);
    expect(ops()).not.toContain('copy');
  });
});

describe('a copy that nobody waits for any more', () => {
  beforeEach(() => {
    bench.copyAndGiveUp('Cours/a.bin', 'b.bin');
    expect(bench.server.waiting).toBe(1);
  });

  it('is there once the server has made it', () => {
    bench.settle();
    expect(bench.read('b.bin')).toBe(TEXT);
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });

  it('is there after a kill, and once', () => {
    bench.server.step(() => undefined);
    bench.restart('killed');
    bench.settle();
    expect(heads(bench.tree())).toEqual(heads(bench.server.tree()));
    expect(bench.list('')).toEqual(['Cours', 'b.bin']);
    expect(bench.read('b.bin')).toBe(TEXT);
  });

  it('does not replace what was written meanwhile', () => {
    bench.write('b.bin', 'mine');
    bench.settle();
    expect(bench.read('b.bin')).toBe('mine');
    expect([...bench.server.tree()]).toContainEqual(['b.bin', 'mine']);
    expect(bench.server.tree().size).toBe(3);
  });

  it('does not come back when it was deleted', () => {
    bench.unlink('b.bin');
    bench.settle();
    expect(bench.list('')).toEqual(['Cours']);
    expect(bench.server.has('b.bin')).toBe(false);
  });

  it('has the place that it was given meanwhile', () => {
    bench.rename('b.bin', 'Cours/c.bin');
    bench.settle();
    expect([...bench.server.tree().keys()].sort()).toEqual([
      'Cours/',
      'Cours/a.bin',
      'Cours/c.bin',
    ]);
    expect(heads(bench.tree())).toEqual(heads(bench.server.tree()));
  });

  it('is made anew for who asks again', () => {
    bench.server.write('other.bin', 'y'.repeat(SERVER_COPY_BYTES_MIN + 1));
    bench.settle();
    bench.copy('other.bin', 'b.bin');
    expect(bench.read('b.bin')).toBe('y'.repeat(SERVER_COPY_BYTES_MIN + 1));
    bench.settle();
    expect(heads(bench.tree())).toEqual(heads(bench.server.tree()));
  });
});

describe('a copy that meets trouble', () => {
  it('is one file when the answer is lost', () => {
    bench.read('Cours/a.bin');
    bench.server.lostAnswers = 1;
    bench.copy('Cours/a.bin', 'b.bin');
    bench.settle();
    expect([...bench.server.tree().keys()].sort()).toEqual(['Cours/', 'Cours/a.bin', 'b.bin']);
    expect(heads(bench.tree())).toEqual(heads(bench.server.tree()));
  });

  it('is made here of the bytes that are here while the server is away', () => {
    bench.read('Cours/a.bin');
    bench.server.failure = 'offline';
    bench.copy('Cours/a.bin', 'b.bin');
    expect(bench.read('b.bin')).toBe(TEXT);
    bench.server.failure = undefined;
    bench.settle();
    expect(bench.server.read('b.bin')).toBe(TEXT);
  });

  it('has the version that was opened, though the server has another one', () => {
    bench.read('Cours/a.bin');
    bench.server.write('Cours/a.bin', 'newer');
    bench.copy('Cours/a.bin', 'b.bin');
    bench.settle();
    expect(bench.server.read('b.bin')).toBe(TEXT);
    expect(bench.read('Cours/a.bin')).toBe('newer');
  });
});

describe('a copy that the server could not make', () => {
  it.each([
    ['of a changed file', 'Cours/a.bin', 'b.bin'],
    ['to a name that stays here', 'Cours/a.bin', '.~lock.b.bin#'],
  ])('%s is made here', (title, from, to) => {
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
