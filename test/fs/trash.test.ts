/** What file managers move into their trash: deleted on the server, and nothing is lost. */
import { afterEach, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

const FILES = '.Trash-1000/files';
const INFO = '.Trash-1000/info';

let bench: EngineBench;

function start(cacheBytesMax?: number): void {
  bench = new EngineBench(cacheBytesMax === undefined ? {} : { cacheBytesMax });
}

afterEach(() => bench.close());

/** What GIO does, but for the time in the note. */
function trash(path: string): void {
  for (const folder of ['.Trash-1000', FILES, INFO]) {
    if (!bench.has(folder)) bench.mkdir(folder);
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  bench.write(`${INFO}/${name}.trashinfo`, `[Trash Info]\nPath=${path}\n`);
  bench.rename(path, `${FILES}/${name}`);
}

function kindOf(action: () => unknown): string {
  try {
    action();
    return 'done';
  } catch (error) {
    return error instanceof NuageError ? error.kind : String(error);
  }
}

function sent(op: Effect['op']): number {
  return bench.server.log.filter((effect) => effect.op === op).length;
}

describe('a file that is moved into the trash', () => {
  it('is deleted on the server, and can be taken out again when it was here whole', () => {
    start();
    bench.server.write('letter.txt', 'Dear all');
    expect(bench.read('letter.txt')).toBe('Dear all');
    trash('letter.txt');
    bench.settle();
    expect(bench.server.has('letter.txt')).toBe(false);
    expect(bench.server.has('.Trash-1000')).toBe(false);
    expect(bench.list(FILES)).toEqual(['letter.txt']);
    bench.rename(`${FILES}/letter.txt`, 'letter.txt');
    bench.settle();
    expect(bench.server.read('letter.txt')).toBe('Dear all');
  });

  it('keeps its identity when it is taken out before the server has heard of it', () => {
    start();
    bench.server.write('letter.txt', 'Dear all');
    const id = bench.server.fileId('letter.txt');
    bench.read('letter.txt');
    trash('letter.txt');
    bench.rename(`${FILES}/letter.txt`, 'letter.txt');
    bench.settle();
    expect(bench.server.fileId('letter.txt')).toBe(id);
    expect(bench.server.read('letter.txt')).toBe('Dear all');
  });

  it('does not show in the trash when its bytes are on the server alone, whose trash has them', () => {
    start();
    bench.server.write('film.bin', 'x'.repeat(1_000_000));
    bench.list('');
    trash('film.bin');
    expect(bench.list(FILES)).toEqual([]);
    expect(bench.list(INFO)).toEqual([]);
    expect(bench.notifications).toContainEqual(
      expect.objectContaining({ what: 'entry', name: 'film.bin' }),
    );
    bench.settle();
    expect(bench.server.has('film.bin')).toBe(false);
    expect(sent('fetch')).toBe(0);
  });

  it('is refused as one of another disk when the server has no trash and its bytes are not here', () => {
    start();
    bench.server.write('film.bin', 'x'.repeat(1_000_000));
    bench.list('');
    bench.engine.learn({ keepsDeleted: false } as never);
    expect(kindOf(() => trash('film.bin'))).toBe('cross-device');
    bench.settle();
    expect(bench.server.has('film.bin')).toBe(true);
    expect(bench.has('film.bin')).toBe(true);
  });

  it('is refused as one of another disk while it holds unsent bytes and is not here whole', () => {
    start();
    bench.server.write('film.bin', 'x'.repeat(32 * 1024 ** 2));
    const file = bench.open('film.bin');
    bench.writeHandle(file, 0, 'mine');
    bench.closeHandle(file);
    expect(kindOf(() => trash('film.bin'))).toBe('cross-device');
    bench.settle();
    expect(bench.server.read('film.bin').slice(0, 6)).toBe('minexx');
  });

  it('is refused while a program writes into it', () => {
    start();
    bench.write('notes.txt', 'one');
    const file = bench.open('notes.txt');
    expect(kindOf(() => trash('notes.txt'))).toBe('cross-device');
    bench.closeHandle(file);
    trash('notes.txt');
    expect(bench.read(`${FILES}/notes.txt`)).toBe('one');
  });

  it('stays when the cache is cleared or too small: nobody else has these bytes', () => {
    start(1024 ** 2);
    bench.server.write('letter.txt', 'Dear all');
    bench.read('letter.txt');
    trash('letter.txt');
    bench.settle();
    const freed = bench.engine.context.keeper.evict({ bytes: 1e9, after: -1, mayGo: () => true });
    expect(freed.evicted).toBe(0);
    bench.restart();
    expect(bench.read(`${FILES}/letter.txt`)).toBe('Dear all');
  });

  it('is really gone when the trash is emptied', () => {
    start();
    bench.server.write('letter.txt', 'Dear all');
    bench.read('letter.txt');
    trash('letter.txt');
    bench.unlink(`${FILES}/letter.txt`);
    bench.settle();
    expect(bench.server.has('letter.txt')).toBe(false);
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });
});

describe('a folder that is moved into the trash', () => {
  function makeFolder(): void {
    for (const folder of ['Cours', 'Cours/3e']) bench.server.makeFolder(folder);
    bench.server.write('Cours/a.txt', 'a');
    bench.server.write('Cours/3e/b.txt', 'b');
  }

  it('is one deletion on the server, and comes back whole', () => {
    start();
    makeFolder();
    expect([...bench.tree('Cours')].length).toBe(3);
    trash('Cours');
    bench.settle();
    expect(bench.server.has('Cours')).toBe(false);
    expect(sent('remove')).toBe(1);
    expect(bench.read(`${FILES}/Cours/3e/b.txt`)).toBe('b');
    bench.rename(`${FILES}/Cours`, 'Cours');
    bench.settle();
    expect(bench.server.read('Cours/3e/b.txt')).toBe('b');
    expect(bench.server.read('Cours/a.txt')).toBe('a');
  });

  it('does not come back in part: where one file is not here, none shows in the trash', () => {
    start();
    makeFolder();
    bench.read('Cours/a.txt');
    trash('Cours');
    expect(bench.list(FILES)).toEqual([]);
    bench.settle();
    expect(bench.server.has('Cours')).toBe(false);
    expect(sent('remove')).toBe(1);
  });

  it('stays where something new came into it on the server', () => {
    start();
    makeFolder();
    bench.tree('Cours');
    trash('Cours');
    bench.server.write('Cours/new.txt', 'from elsewhere');
    bench.settle();
    expect(bench.server.read('Cours/new.txt')).toBe('from elsewhere');
    expect(bench.read('Cours/new.txt')).toBe('from elsewhere');
    expect(bench.read(`${FILES}/Cours/3e/b.txt`)).toBe('b');
  });
});

describe('a file that is renamed to a name which stays here', () => {
  it('keeps its bytes however small the cache is', () => {
    start(1024 ** 2);
    bench.server.write('text.odt', 'first version');
    bench.read('text.odt');
    bench.rename('text.odt', 'text.odt~');
    bench.settle();
    bench.engine.context.keeper.evict({ bytes: 1e9, after: -1, mayGo: () => true });
    bench.restart();
    expect(bench.read('text.odt~')).toBe('first version');
  });
});
