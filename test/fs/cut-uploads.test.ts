/**
 * A server that keeps what had come of a new file when its upload was cut short, as a Nextcloud
 * with object storage does: it is the beginning of the user's file, and nobody else's.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.list('Cours');
});
afterEach(() => bench.close());

/** Until the file has been sent in half. */
function cutShort(at: string): void {
  bench.server.cutUploads = 1;
  for (let tries = 0; tries < 100 && bench.server.cutUploads > 0; tries += 1) {
    while (bench.step());
    bench.advance(100);
  }
  expect(bench.server.has(at)).toBe(true);
}

it('is replaced by the whole, under the name that the user gave it', () => {
  bench.write('Cours/film', 'all of the film');
  cutShort('Cours/film');
  const fileId = bench.server.fileId('Cours/film');
  bench.settle();
  expect(bench.server.tree()).toEqual(
    new Map([
      ['Cours/', ''],
      ['Cours/film', 'all of the film'],
    ]),
  );
  expect(bench.server.fileId('Cours/film')).toBe(fileId);
  expect(bench.read('Cours/film')).toBe('all of the film');
});

it('is no conflict when a listing shows it before the upload goes again', () => {
  bench.write('Cours/film', 'all of the film');
  cutShort('Cours/film');
  bench.server.failuresOf.set('put', 'offline');
  bench.pass(120);
  expect(bench.list('Cours')).toEqual(['film']);
  expect(bench.read('Cours/film')).toBe('all of the film');
  bench.server.failuresOf.clear();
  bench.settle();
  expect([...bench.server.tree().keys()]).toEqual(['Cours/', 'Cours/film']);
  expect(bench.server.read('Cours/film')).toBe('all of the film');
});

it('is no conflict after a restart either', () => {
  bench.write('Cours/film', 'all of the film');
  cutShort('Cours/film');
  bench.restart('killed');
  bench.list('Cours');
  bench.settle();
  expect([...bench.server.tree().keys()]).toEqual(['Cours/', 'Cours/film']);
  expect(bench.server.read('Cours/film')).toBe('all of the film');
});

it('a shorter file of somebody else stays, beside a copy of the user’s', () => {
  bench.write('Cours/film', 'all of the film');
  bench.server.failuresOf.set('put', 'offline');
  bench.pass(30);
  bench.server.write('Cours/film', 'theirs');
  bench.pass(60);
  bench.server.failuresOf.clear();
  bench.settle();
  const texts = [...bench.server.tree().values()];
  expect(bench.server.read('Cours/film')).toBe('theirs');
  expect(texts).toContain('all of the film');
  expect(texts).toHaveLength(3);
  expect(bench.engine.context.tree.pendingCount()).toBe(0);
});

it('so does what the server holds when the user has written something else since', () => {
  bench.write('Cours/film', 'all of the film');
  cutShort('Cours/film');
  const file = bench.open('Cours/film');
  bench.writeHandle(file, 0, 'ALL OF');
  bench.closeHandle(file);
  bench.settle();
  const texts = [...bench.server.tree().values()];
  expect(texts).toContain('ALL OF the film');
  expect(bench.engine.context.tree.pendingCount()).toBe(0);
});

it.each(['quota', 'forbidden', 'too-large', 'corrupt'] as const)(
  'a shorter file of somebody else is shown at once where ours was refused (%s)',
  (kind) => {
    bench.server.refuse('Cours/film', kind);
    bench.write('Cours/film', 'all of the film');
    bench.pass(30);
    bench.server.write('Cours/film', 'theirs');
    bench.pass(60);
    expect(bench.read('Cours/film')).toBe('theirs');
    expect(bench.list('Cours')).toHaveLength(2);
    const before = bench.server.log.length;
    bench.pass(600);
    const listings = bench.server.log.slice(before).filter(({ op }) => op === 'list');
    expect(listings.length).toBeLessThan(20);
  },
);
