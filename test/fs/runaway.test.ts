/** Deletions that may be an accident wait for an answer, and nothing else waits with them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pendingNodes } from '../../src/fs/status.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

const FILES = 60;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  for (let number = 0; number < FILES; number += 1) {
    bench.server.write(`Cours/${number}.txt`, `content ${number}`);
  }
  bench.server.makeFolder('Notes');
  bench.server.write('Notes/3e.ods', 'x'.repeat(100));
  bench.list('');
  bench.list('Cours');
  bench.list('Notes');
});
afterEach(() => bench.close());

/** As `rm -r`. */
function removeAll(folder: string): void {
  for (const name of bench.list(folder)) bench.unlink(`${folder}/${name}`);
  bench.rmdir(folder);
}

function removals(): readonly string[] {
  return bench.server.log.filter((effect) => effect.op === 'remove').map(({ path }) => path);
}

const guard = () => bench.engine.context.sync.removals;

function confirm(): void {
  guard().confirm();
  bench.engine.context.sync.uploader.planSoon(0);
}

describe('much of the account', () => {
  it('is not deleted before somebody has said so, while all else goes on', () => {
    removeAll('Cours');
    bench.settle();
    bench.write('Notes/neu.txt', 'neu');
    bench.settle();
    expect(removals()).toEqual([]);
    expect(bench.server.has('Cours/1.txt')).toBe(true);
    expect(bench.server.read('Notes/neu.txt')).toBe('neu');
    expect(guard().held()).toMatchObject({ reason: 'much', entries: FILES + 1, paths: ['Cours'] });
    expect(bench.notices).toHaveLength(1);
    expect(pendingNodes(bench.engine.context)).toEqual([]);
  });

  it('is looked through once to say what is held, however many files a folder has', () => {
    removeAll('Cours');
    const looked = vi.spyOn(bench.engine.context.tree, 'baseChildren');
    expect(guard().held()).toBeUndefined();
    expect(looked).toHaveBeenCalledTimes(1);
  });

  it('goes as one request once it is confirmed', () => {
    removeAll('Cours');
    bench.settle();
    confirm();
    bench.settle();
    expect(removals()).toEqual(['Cours']);
    expect(bench.server.has('Cours')).toBe(false);
    expect(guard().held()).toBeUndefined();
    bench.unlink('Notes/3e.ods');
    bench.settle();
    expect(bench.server.has('Notes/3e.ods')).toBe(false);
  });

  it('is here again when it is taken back, with what the server has', () => {
    removeAll('Cours');
    bench.settle();
    bench.write('Cours', 'a file in its place');
    guard().takeBack();
    bench.settle();
    expect(bench.read('Cours/7.txt')).toBe('content 7');
    expect(bench.list('Cours')).toHaveLength(FILES);
    expect(removals()).toEqual([]);
    const copies = bench.list('').filter((name) => name.startsWith('Cours (conflicted copy'));
    expect(copies.map((name) => bench.server.read(name))).toEqual(['a file in its place']);
  });

  it('is still held after a kill, and goes after the answer', () => {
    removeAll('Cours');
    bench.settle();
    bench.restart('killed');
    bench.settle();
    expect(removals()).toEqual([]);
    confirm();
    bench.restart('killed');
    bench.settle();
    expect(removals()).toEqual(['Cours']);
  });

  it('is noticed although it is deleted slowly', () => {
    for (let number = 0; number < FILES; number += 1) {
      bench.unlink(`Cours/${number}.txt`);
      bench.advance(3_000);
      while (bench.step());
    }
    expect(guard().held()?.reason).toBe('much');
    expect(bench.server.has(`Cours/${FILES - 1}.txt`)).toBe(true);
  });

  it('lets no sync wait for an answer', () => {
    removeAll('Cours');
    let isDone = false;
    bench.engine.flush(() => (isDone = true));
    bench.settle();
    expect(isDone).toBe(true);
    expect(removals()).toEqual([]);
  });
});

describe('the root of a received share', () => {
  beforeEach(() => {
    bench.server.permit('Notes', 'SRGDNVCK');
    bench.server.permit('Notes/3e.ods', 'SRGDNVW');
    bench.settle();
  });

  it('asks whatever is in it, and other deletions go on', () => {
    removeAll('Notes');
    bench.unlink('Cours/1.txt');
    bench.settle();
    expect(removals()).toEqual(['Cours/1.txt']);
    expect(guard().held()).toMatchObject({ reason: 'share', entries: 2, paths: ['Notes'] });
    expect(bench.notices).toHaveLength(1);
    confirm();
    bench.settle();
    expect(removals()).toEqual(['Cours/1.txt', 'Notes']);
  });

  it('is asked about within a folder of one’s own', () => {
    bench.mkdir('Fach');
    bench.settle();
    bench.rename('Notes', 'Fach/Notes');
    bench.settle();
    removeAll('Fach/Notes');
    bench.rmdir('Fach');
    bench.settle();
    expect(removals()).toEqual([]);
    expect(guard().held()?.paths).toEqual(['Fach']);
  });

  it('may lose a file without a question', () => {
    bench.unlink('Notes/3e.ods');
    bench.settle();
    expect(removals()).toEqual(['Notes/3e.ods']);
  });
});
