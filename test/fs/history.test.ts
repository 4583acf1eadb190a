/** The server's trash and versions, as a person asks for them. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import type { Ending, Restored, Trashed } from '../../src/fs/history.js';
import { chosen } from '../../src/fs/trash-choice.js';
import type { FileVersion, TrashedEntry } from '../../src/remote/remote.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/a.txt', 'one');
  bench.server.write('Cours/a.txt', 'two');
  bench.list('');
  bench.list('Cours');
});
afterEach(() => bench.close());

/** What comes of a question, once the server has answered. */
function answer<T>(ask: (ending: Ending<T>) => void): T {
  let result: { readonly value: T } | undefined;
  let refused: NuageError | undefined;
  ask({ done: (value) => (result = { value }), failed: (error) => (refused = error) });
  for (let step = 0; step < 50 && result === undefined && refused === undefined; step += 1) {
    if (!bench.step()) bench.advance(100);
  }
  if (refused !== undefined) throw refused;
  if (result === undefined) throw new Error('nothing came of it');
  return result.value;
}

const history = () => bench.engine.history;
const restore = (which: string) =>
  answer<Restored>((ending) => history().restoreTrashed(which, ending));

describe('the trash', () => {
  it('gives back what was deleted here, and it is there when the answer comes', () => {
    bench.unlink('Cours/a.txt');
    bench.settle();
    const { entries, count } = answer<Trashed>((ending) => history().trash(ending));
    expect(count).toBe(1);
    expect(entries[0]).toMatchObject({ path: 'Cours/a.txt', size: 3 });
    expect(bench.has('Cours/a.txt')).toBe(false);
    expect(restore('a.txt')).toEqual({ path: 'Cours/a.txt', oldPath: 'Cours/a.txt' });
    const { tree } = bench.engine.context;
    expect(tree.child(bench.lookup('Cours'), 'a.txt')?.size).toBe(3);
    expect(bench.read('Cours/a.txt')).toBe('two');
  });

  it('gives back a folder with what is in it, also one that another client deleted', () => {
    bench.server.remove('Cours');
    bench.settle();
    expect(bench.has('Cours')).toBe(false);
    expect(restore('Cours').path).toBe('Cours');
    expect(bench.read('Cours/a.txt')).toBe('two');
  });

  it('says under which name it is back where the name is taken', () => {
    bench.unlink('Cours/a.txt');
    bench.settle();
    bench.write('Cours/a.txt', 'new');
    bench.settle();
    expect(restore('Cours/a.txt').path).toBe('Cours/a (restored).txt');
    expect(bench.read('Cours/a.txt')).toBe('new');
  });

  it('refuses what is not in it, and hands on what the server says', () => {
    expect(() => restore('nothing')).toThrow(/no nothing in the trash/);
    bench.server.failure = 'forbidden';
    expect(() => restore('Cours')).toThrow(/simulated/);
  });
});

describe('what is meant in the trash', () => {
  const entry = (fileId: string, at: string, deletedAt: number): TrashedEntry => {
    return { id: `x.d${deletedAt}`, fileId, path: at, isFolder: false, size: 1, deletedAt };
  };
  const entries = [entry('30', 'a/x', 3), entry('20', 'b/x', 2), entry('10', 'a/x', 1)];

  it.each([
    ['10', '10'],
    ['a/x', '30'],
    ['/b/x/', '20'],
  ])('by %s is number %s', (which, fileId) => {
    expect(chosen(entries, which)).toMatchObject({ fileId });
  });

  it('is asked for where a name is that of several', () => {
    const refusal = chosen(entries, 'x') as NuageError;
    expect(refusal.kind).toBe('invalid-argument');
    expect(refusal.message).toContain('20 (b/x)');
  });
});

describe('versions', () => {
  const ino = () => bench.lookup('Cours/a.txt');
  const versions = () =>
    answer<readonly FileVersion[]>((ending) => history().versions(ino(), ending));

  it('are told with the newest first, and one that is restored is read at once', () => {
    expect(versions().map(({ size }) => size)).toEqual([3, 3]);
    expect(bench.read('Cours/a.txt')).toBe('two');
    answer<FileVersion>((ending) => history().restoreVersion(ino(), 2, ending));
    expect(bench.read('Cours/a.txt')).toBe('one');
    expect(versions()).toHaveLength(3);
  });

  it('go to a file of their own', () => {
    const file = path.join(bench.folder, 'old.txt');
    answer<FileVersion>((ending) => history().saveVersion(ino(), { number: 2, file }, ending));
    expect(fs.readFileSync(file, 'utf8')).toBe('one');
    expect(bench.read('Cours/a.txt')).toBe('two');
  });

  it('are not put over changes that the server does not have', () => {
    const file = bench.open('Cours/a.txt');
    bench.writeHandle(file, 0, 'mine');
    bench.closeHandle(file);
    const refused = () =>
      answer<FileVersion>((ending) => history().restoreVersion(ino(), 2, ending));
    expect(refused).toThrow(NuageError);
  });

  it('are those of a file that the server has, and of the numbers that there are', () => {
    bench.write('new.txt', 'x');
    const ofNew = () =>
      answer<readonly FileVersion[]>((ending) =>
        history().versions(bench.lookup('new.txt'), ending),
      );
    expect(ofNew).toThrow(/does not have/);
    expect(() =>
      answer<FileVersion>((ending) => history().restoreVersion(ino(), 9, ending)),
    ).toThrow(/no version 9/);
  });
});
