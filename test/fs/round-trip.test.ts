import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

describe('what the server has', () => {
  it('is listed and read', () => {
    bench.server.makeFolder('Cours');
    bench.server.write('Cours/Élèves & notes #1.txt', 'bonjour');
    expect(bench.list('')).toEqual(['Cours']);
    expect(bench.read('Cours/Élèves & notes #1.txt')).toBe('bonjour');
  });

  it('is read again without the server once it was read', () => {
    bench.server.write('a', 'x'.repeat(300_000));
    bench.read('a');
    bench.server.failure = 'offline';
    expect(bench.read('a')).toBe('x'.repeat(300_000));
  });

  it('shows a change made elsewhere after the next poll', () => {
    bench.server.write('a', 'old');
    expect(bench.read('a')).toBe('old');
    bench.server.write('a', 'newer');
    bench.settle();
    expect(bench.read('a')).toBe('newer');
  });

  it('goes from the tree when it was deleted elsewhere', () => {
    bench.server.makeFolder('d');
    bench.server.write('d/a', 'x');
    bench.list('d');
    bench.server.remove('d/a');
    bench.settle();
    expect(bench.list('d')).toEqual([]);
  });

  it('keeps inode and bytes when it was moved elsewhere', () => {
    bench.server.makeFolder('d');
    bench.server.write('a', 'x');
    bench.read('a');
    bench.list('d');
    const ino = bench.lookup('a');
    bench.server.move('a', 'd/b');
    bench.settle();
    expect(bench.lookup('d/b')).toBe(ino);
    expect(bench.has('a')).toBe(false);
  });
});

describe('what the user writes', () => {
  it('goes to the server', () => {
    bench.mkdir('d');
    bench.write('d/a', 'hello');
    bench.settle();
    expect(bench.server.tree()).toEqual(
      new Map([
        ['d/', ''],
        ['d/a', 'hello'],
      ]),
    );
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });

  it('keeps the file id when a file is saved by rename over the old one', () => {
    bench.server.write('a.odt', 'old');
    bench.list('');
    const id = bench.server.fileId('a.odt');
    bench.write('a.tmp', 'new text');
    bench.rename('a.tmp', 'a.odt');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a.odt', 'new text']]));
    expect(bench.server.fileId('a.odt')).toBe(id);
  });

  it('keeps the file id when an editor moves the old file away first', () => {
    bench.server.write('a.txt', 'old');
    bench.read('a.txt');
    const id = bench.server.fileId('a.txt');
    bench.rename('a.txt', 'a.txt~');
    bench.write('a.txt', 'new');
    bench.unlink('a.txt~');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a.txt', 'new']]));
    expect(bench.server.fileId('a.txt')).toBe(id);
  });

  it('sends nothing for a file that was created and deleted at once', () => {
    bench.settle();
    bench.server.log.length = 0;
    bench.write('a', 'x');
    bench.unlink('a');
    bench.settle();
    expect(bench.server.log.map((effect) => effect.op)).not.toContain('put');
  });

  it.each(['folder', 'file'])('removes a %s that was deleted while it was being sent', (kind) => {
    bench.settle();
    if (kind === 'folder') bench.mkdir('a');
    else bench.write('a', 'x');
    bench.advance(1_500);
    if (kind === 'folder') bench.rmdir('a');
    else bench.unlink('a');
    bench.forgetAll();
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map());
    expect(bench.tree()).toEqual(new Map());
  });

  it('survives a kill after close', () => {
    bench.write('a', 'precious');
    bench.restart('killed');
    bench.settle();
    expect(bench.server.read('a')).toBe('precious');
  });

  it('changes the middle of a large file without losing the rest', () => {
    const text = 'abcdefgh'.repeat(100_000);
    bench.server.write('big', text);
    const file = bench.open('big');
    bench.writeHandle(file, 400_001, 'MIDDLE');
    bench.closeHandle(file);
    const expected = `${text.slice(0, 400_001)}MIDDLE${text.slice(400_007)}`;
    expect(bench.read('big')).toBe(expected);
    bench.settle();
    expect(bench.server.read('big')).toBe(expected);
  });

  it('truncates and extends a file that was never read', () => {
    bench.server.write('big', 'abcdefgh'.repeat(100_000));
    bench.truncate('big', 300_001);
    bench.truncate('big', 300_005);
    bench.settle();
    const expected = `${'abcdefgh'.repeat(100_000).slice(0, 300_001)}\0\0\0\0`;
    expect(bench.server.read('big')).toBe(expected);
  });

  it('swaps two files by their names', () => {
    bench.server.write('a', 'A');
    bench.server.write('b', 'B');
    bench.list('');
    bench.rename('a', 'b', 2);
    bench.settle();
    expect(bench.server.tree()).toEqual(
      new Map([
        ['a', 'B'],
        ['b', 'A'],
      ]),
    );
  });

  it('moves a folder with one request', () => {
    bench.server.makeFolder('d');
    bench.server.write('d/a', 'x');
    bench.list('d');
    bench.rename('d', 'e');
    bench.server.log.length = 0;
    bench.settle();
    const writes = bench.server.log.filter((effect) =>
      ['move', 'put', 'remove'].includes(effect.op),
    );
    expect(writes).toHaveLength(1);
    expect(bench.server.tree()).toEqual(
      new Map([
        ['e/', ''],
        ['e/a', 'x'],
      ]),
    );
  });
});

describe('both sides', () => {
  it('keeps both versions of a file that was changed here and there', () => {
    bench.server.write('a.txt', 'base');
    bench.read('a.txt');
    bench.server.write('a.txt', 'theirs, longer');
    bench.write('a.txt', 'mine');
    bench.settle();
    const tree = bench.server.tree();
    expect([...tree.values()].sort()).toEqual(['mine', 'theirs, longer']);
    expect(tree.get('a.txt')).toBe('theirs, longer');
    expect([...tree.keys()].some((name) => name.includes('(conflicted copy '))).toBe(true);
  });

  it.each([10, 100, 300])('is resolved before a flush ends (%i ms per answer)', (answerMs) => {
    bench.server.write('a', 'old');
    bench.read('a');
    bench.write('a', 'mine');
    bench.server.write('a', 'theirs');
    const flushed = vi.fn();
    bench.engine.flush(flushed);
    for (let round = 0; round < 1_000 && flushed.mock.calls.length === 0; round += 1) {
      // Timers run between any two answers of the server.
      bench.advance(answerMs);
      bench.step();
    }
    expect(flushed).toHaveBeenCalledOnce();
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
    expect([...bench.server.tree().values()].toSorted()).toEqual(['mine', 'theirs']);
  });

  it.each([1, 30, 300])(
    'is resolved before a flush ends, where it was changed here and deleted there (%i ms)',
    (answerMs) => {
      bench.mkdir('Cours');
      bench.write('Cours/a', 'old');
      bench.settle();
      bench.write('Cours/a', 'mine');
      bench.server.remove('Cours/a');
      const flushed = vi.fn();
      bench.engine.flush(flushed);
      for (let round = 0; round < 10_000 && flushed.mock.calls.length === 0; round += 1) {
        bench.advance(answerMs);
        bench.step();
      }
      expect(flushed).toHaveBeenCalledOnce();
      expect(bench.engine.context.tree.pendingCount()).toBe(0);
      expect(bench.server.read('Cours/a')).toBe('mine');
    },
  );

  it('makes no conflict of an answer that was lost', () => {
    bench.server.lostAnswers = 1;
    bench.write('a', 'mine');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a', 'mine']]));
    expect(bench.tree()).toEqual(new Map([['a', 'mine']]));
  });

  it('makes no conflict of an answer that was lost before a restart', () => {
    bench.settle();
    bench.server.lostAnswers = 1;
    bench.write('a', 'mine');
    bench.advance(2_000);
    while (bench.step());
    bench.restart('killed');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a', 'mine']]));
  });

  it('keeps an edit of a file that was deleted elsewhere', () => {
    bench.server.write('a', 'base');
    bench.read('a');
    bench.server.remove('a');
    bench.write('a', 'mine');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a', 'mine']]));
  });

  it('brings back a file that was deleted here and changed there', () => {
    bench.server.write('a', 'base');
    bench.read('a');
    bench.server.write('a', 'theirs, new');
    bench.unlink('a');
    bench.settle();
    expect(bench.server.tree()).toEqual(new Map([['a', 'theirs, new']]));
    expect(bench.read('a')).toBe('theirs, new');
  });

  it('removes no folder in which something new has appeared', () => {
    bench.server.makeFolder('d');
    bench.server.write('d/a', 'x');
    bench.list('d');
    bench.unlink('d/a');
    bench.rmdir('d');
    bench.server.write('d/new', 'precious');
    bench.settle();
    expect(bench.server.has('d/new')).toBe(true);
    expect(bench.read('d/new')).toBe('precious');
  });
});
