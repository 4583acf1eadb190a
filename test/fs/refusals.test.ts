/** What the server does not take stays, says why, holds nothing up, and is the user’s to decide. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/errors.js';
import { pendingNodes } from '../../src/fs/status.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/a.txt', 'base');
  bench.list('');
  bench.read('Cours/a.txt');
});
afterEach(() => bench.close());

const refusals = () => bench.engine.refusals;

/** Less than the first pause after a refusal. */
function soon(): void {
  for (let tenth = 0; tenth < 40; tenth += 1) {
    while (bench.step());
    bench.advance(100);
  }
}

describe('a refused change', () => {
  const KINDS: readonly ErrorKind[] = [
    'forbidden',
    'parent-missing',
    'too-large',
    'locked',
    'quota',
    'invalid-name',
    'server',
  ];

  it.each(KINDS)('(%s) stays with its reason and holds up nothing else', (kind) => {
    bench.server.refuse('Cours/a.txt', kind);
    bench.write('Cours/a.txt', 'edited');
    bench.write('Cours/b.txt', 'other');
    soon();
    expect(bench.server.read('Cours/b.txt')).toBe('other');
    expect(bench.server.read('Cours/a.txt')).toBe('base');
    expect(pendingNodes(bench.engine.context)).toMatchObject([
      { path: 'Cours/a.txt', failure: { kind, hint: 'Wait.' } },
    ]);
    bench.server.refuse('Cours/a.txt', undefined);
    expect(refusals().retry('')).toBe(1);
    soon();
    expect(bench.server.read('Cours/a.txt')).toBe('edited');
  });

  it('for lack of room goes once there is room', () => {
    bench.server.refuse('Cours/a.txt', 'quota');
    bench.write('Cours/a.txt', 'edited');
    for (let minute = 0; minute < 20; minute += 1) {
      while (bench.step());
      bench.advance(60_000);
    }
    bench.server.refuse('Cours/a.txt', undefined);
    // The pause after so many refusals is five minutes; the quota is asked for every two.
    for (let second = 0; second < 125; second += 1) {
      while (bench.step());
      bench.advance(1_000);
    }
    expect(bench.server.read('Cours/a.txt')).toBe('edited');
  });

  it('for lack of permission goes once that is given', () => {
    bench.server.permit('Cours/a.txt', 'RG');
    bench.server.refuse('Cours/a.txt', 'forbidden');
    bench.write('Cours/a.txt', 'edited');
    for (let minute = 0; minute < 20; minute += 1) {
      while (bench.step());
      bench.advance(60_000);
    }
    bench.server.refuse('Cours/a.txt', undefined);
    bench.server.permit('Cours/a.txt', 'RGDNVW');
    bench.lookup('Cours');
    for (let second = 0; second < 60; second += 1) {
      while (bench.step());
      bench.advance(1_000);
    }
    expect(bench.server.read('Cours/a.txt')).toBe('edited');
  });

  it('is retried below the path that is named, and nowhere else', () => {
    bench.server.refuse('Cours/a.txt', 'locked');
    bench.write('Cours/a.txt', 'edited');
    bench.mkdir('Notes');
    soon();
    expect(refusals().retry('Notes')).toBe(0);
    expect(refusals().retry('Cours')).toBe(1);
    expect(() => refusals().retry('nothing')).toThrow(/no such file/);
  });
});

describe('giving up', () => {
  it('an edit says what is lost, and brings back what the server has', () => {
    bench.server.refuse('Cours/a.txt', 'too-large');
    bench.write('Cours/a.txt', 'edited');
    soon();
    const told = [{ path: 'Cours/a.txt', what: 'content', lostBytes: 6 }];
    expect(refusals().unsent('Cours')).toEqual(told);
    expect(bench.read('Cours/a.txt')).toBe('edited');
    expect(refusals().giveUp('Cours')).toEqual(told);
    expect(bench.read('Cours/a.txt')).toBe('base');
    expect(pendingNodes(bench.engine.context)).toEqual([]);
  });

  it('something new removes it, a folder with what is in it', () => {
    bench.server.refuse('Neu', 'forbidden');
    bench.mkdir('Neu');
    bench.write('Neu/x.txt', 'x');
    soon();
    expect(refusals().giveUp('Neu')).toHaveLength(2);
    expect(bench.has('Neu')).toBe(false);
    bench.settle();
    expect(bench.server.has('Neu')).toBe(false);
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });

  it('a move goes back', () => {
    bench.server.refuse('Cours/a.txt', 'forbidden');
    bench.rename('Cours/a.txt', 'moved.txt');
    soon();
    refusals().giveUp('moved.txt');
    expect(bench.read('Cours/a.txt')).toBe('base');
    expect(bench.has('moved.txt')).toBe(false);
  });

  it('a deletion brings it back, by the path that it had', () => {
    bench.server.refuse('Cours/a.txt', 'locked');
    bench.unlink('Cours/a.txt');
    soon();
    expect(refusals().giveUp('Cours/a.txt')).toMatchObject([{ what: 'remove', lostBytes: 0 }]);
    expect(bench.read('Cours/a.txt')).toBe('base');
  });

  it('waits until a file is closed', () => {
    const file = bench.open('Cours/a.txt');
    bench.writeHandle(file, 0, 'half');
    expect(() => refusals().giveUp('Cours/a.txt')).toThrow(/moment/);
    bench.closeHandle(file);
  });
});

it('does not wait in a sync for what lies behind a refused folder', () => {
  bench.server.refuse('Neu', 'forbidden');
  bench.mkdir('Neu');
  bench.write('Neu/x.txt', 'x');
  let isDone = false;
  bench.engine.flush(() => (isDone = true));
  soon();
  expect(isDone).toBe(true);
});
