/** Small files come ahead of who reads through a folder, and only what is proven counts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPANY_BYTES_MAX } from '../../src/limits.js';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

const KIB = 1024;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  for (const folder of ['a', 'b', 'c', 'd']) {
    bench.server.makeFolder(folder);
    for (let file = 0; file < 10; file += 1) {
      bench.server.write(`${folder}/${file}`, `${folder}${file}`.repeat(1 + file));
    }
  }
  for (const folder of ['', 'a', 'b', 'c', 'd']) bench.list(folder);
  bench.server.log.length = 0;
});

afterEach(() => bench.close());

function of<Op extends Effect['op']>(op: Op): Extract<Effect, { op: Op }>[] {
  return bench.server.log.filter((effect) => effect.op === op) as Extract<Effect, { op: Op }>[];
}

function answerAll(): void {
  while (bench.step());
}

function readFolder(folder: string): void {
  for (let file = 0; file < 10; file += 1) {
    expect(bench.read(`${folder}/${file}`)).toBe(`${folder}${file}`.repeat(1 + file));
  }
}

describe('who reads the files of a folder one after the other', () => {
  it('finds them here from the third on', () => {
    readFolder('a');
    expect(of('fetch')).toHaveLength(2);
    expect(of('fetch-together')).toHaveLength(1);
  });

  it('and goes on to the next folders finds those on their way', () => {
    for (const folder of ['a', 'b', 'c', 'd']) readFolder(folder);
    expect(of('fetch')).toHaveLength(3);
    expect(of('fetch-together')).toHaveLength(4);
  });

  it('finds them here offline', () => {
    bench.read('a/0');
    bench.read('a/1');
    answerAll();
    bench.server.failure = 'offline';
    expect(bench.read('a/7')).toBe('a7'.repeat(8));
  });

  it('reads them one by one where the server gives none together', () => {
    const failing = bench.server;
    failing.failuresOf.set('fetch-together', 'not-supported');
    readFolder('a');
    readFolder('b');
    expect(of('fetch-together')).toHaveLength(1);
    expect(of('fetch').length).toBeGreaterThanOrEqual(18);
  });

  it('of large pictures finds the next ones on their way', () => {
    bench.server.makeFolder('e');
    for (let file = 0; file < 6; file += 1) {
      bench.server.write(`e/${file}`, Buffer.alloc(1_500 * KIB, file));
    }
    bench.settle();
    bench.list('e');
    bench.server.log.length = 0;
    bench.read('e/0');
    expect(of('fetch').map(({ path }) => path)).toEqual(['e/0']);
    bench.read('e/1');
    expect(of('fetch').map(({ path }) => path)).toEqual(['e/0', 'e/1', 'e/2', 'e/3']);
  });
});

describe('nothing comes ahead', () => {
  it('of one file that is read, once or again and again', () => {
    for (let time = 0; time < 5; time += 1) bench.read('a/0');
    answerAll();
    expect(of('fetch-together')).toHaveLength(0);
    expect(of('fetch')).toHaveLength(1);
  });

  it('of files that are looked at or opened only', () => {
    for (let file = 0; file < 10; file += 1) {
      bench.lookup(`a/${file}`);
      bench.closeHandle(bench.open(`a/${file}`));
    }
    answerAll();
    expect(of('fetch-together')).toHaveLength(0);
    expect(of('fetch')).toHaveLength(0);
  });

  it('of files that are read with long pauses', () => {
    for (let file = 0; file < 4; file += 1) {
      bench.read(`a/${file}`);
      bench.advance(10_000);
    }
    answerAll();
    expect(of('fetch-together')).toHaveLength(0);
  });

  it('where the cache has no room to spare', () => {
    bench.close();
    bench = new EngineBench({ cacheBytesMax: COMPANY_BYTES_MAX });
    bench.server.makeFolder('a');
    for (let file = 0; file < 10; file += 1) bench.server.write(`a/${file}`, 'x');
    bench.list('a');
    bench.read('a/0');
    bench.read('a/1');
    expect(of('fetch-together')).toHaveLength(0);
  });
});

describe('what comes ahead', () => {
  function beginWalk(): void {
    bench.read('a/0');
    bench.read('a/1');
    expect(of('fetch-together')).toHaveLength(1);
  }

  it('is given up when the reader goes elsewhere', () => {
    beginWalk();
    bench.read('c/0');
    bench.read('d/0');
    const before = bench.server.waiting;
    bench.advance(10_000);
    expect(bench.server.waiting).toBeLessThanOrEqual(before);
    expect(of('fetch-together').length).toBeLessThanOrEqual(4);
  });

  it('does not count where the file changed meanwhile, and the others do', () => {
    beginWalk();
    bench.server.duringTogether = () => {
      bench.server.duringTogether = undefined;
      bench.server.write('a/5', 'NEW'.repeat(4));
    };
    answerAll();
    bench.server.log.length = 0;
    expect(bench.read('a/4')).toBe('a4'.repeat(5));
    expect(of('fetch')).toHaveLength(0);
    bench.settle();
    expect(bench.read('a/5')).toBe('NEW'.repeat(4));
  });

  it('does not count where the server had another version before', () => {
    bench.server.write('a/5', 'B5'.repeat(6));
    beginWalk();
    answerAll();
    const { tree } = bench.engine.context;
    bench.settle();
    expect(bench.read('a/5')).toBe('B5'.repeat(6));
    expect(tree.get(bench.lookup('a/5'))?.base?.size).toBe(12);
  });

  it("never takes the place of the user's bytes", () => {
    beginWalk();
    bench.write('a/6', 'MINE');
    answerAll();
    expect(bench.read('a/6')).toBe('MINE');
    bench.settle();
    expect(bench.server.read('a/6')).toBe('MINE');
  });

  it('keeps no reader waiting for long', () => {
    beginWalk();
    const file = bench.open('a/3');
    // The stream of the others is not answered, the file by itself is.
    for (let tenth = 0; tenth < 20; tenth += 1) bench.advance(100);
    const last = bench.server.waiting - 1;
    const text = ((): string => {
      for (let tries = 0; tries < 50; tries += 1) {
        const into = Buffer.alloc(64);
        const at = { ...file, offset: 0 };
        const caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };
        const result = bench.engine.fileSystem.read(caller, at, into);
        if (typeof result === 'number') return into.toString('utf8', 0, result);
        bench.step(last + tries);
        bench.advance(100);
      }
      return '';
    })();
    expect(text).toBe('a3'.repeat(4));
    expect(of('fetch').map(({ path }) => path)).toContain('a/3');
  });
});
