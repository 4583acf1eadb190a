/**
 * What somebody else brings to the place of an upload of ours, bytes and all: it is theirs, and is
 * neither deleted nor moved for being taken for what was sent from here.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';
import { saveUnheard } from './unheard.js';

const HOUR_MS = 3_600_000;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  // Or the deletion of one file would be held back as too large a part of the account.
  bench.server.write('others', 'x'.repeat(1_000));
  look();
});

afterEach(() => bench.close());

/** Somebody uses the mount, so that it asks the server. */
function look(): void {
  bench.list('');
  bench.settle();
}

function expectBoth(tree: Readonly<Record<string, string>>): void {
  look();
  look();
  const wanted = { others: 'x'.repeat(1_000), ...tree };
  expect(Object.fromEntries(bench.server.tree()), 'on the server').toEqual(wanted);
  expect(Object.fromEntries(bench.tree()), 'here').toEqual(wanted);
}

/** The bytes are announced, and never arrive. */
function saveInVain(at: string, text: string): void {
  bench.server.failuresOf.set('put', 'timeout');
  bench.write(at, text);
  bench.advance(2_000);
  for (let answers = 0; answers < 5 && bench.step(); answers += 1);
  bench.server.failuresOf.clear();
  expect(bench.server.has(at)).toBe(false);
}

function timeOf(at: string): number {
  return bench.engine.context.tree.get(bench.lookup(at))?.mtime.sec ?? 0;
}

/** By size and time, as those of a copy or of an upload by the web page, or by its checksum. */
const WAYS = ['with its checksum', 'with its time'] as const;

function theirs(at: string, text: string, way: (typeof WAYS)[number], mtime: number): void {
  const told = way === 'with its checksum' ? { isHashed: true } : { mtime };
  bench.server.write(at, text, told);
}

describe.each(WAYS)('the same bytes of somebody else, %s', (way) => {
  it('stay where ours were refused and deleted since', () => {
    bench.server.refusals.push('too-large');
    bench.write('a', 'one');
    const mtime = timeOf('a');
    bench.advance(2_000);
    while (bench.step());
    bench.unlink('a');
    look();
    theirs('a', 'one', way, mtime);
    expectBoth({ a: 'one' });
  });

  it('stay where ours were lost on the way, an hour before', () => {
    saveInVain('a', 'one');
    const mtime = timeOf('a');
    bench.unlink('a');
    look();
    bench.advance(HOUR_MS);
    look();
    theirs('a', 'one', way, mtime);
    expectBoth({ a: 'one' });
  });

  it('stay where ours arrived and were moved away since', () => {
    saveUnheard(bench, 'a', 'one');
    const mtime = timeOf('a');
    bench.rename('a', 'b');
    bench.server.failuresOf.set('put', 'server');
    look();
    expect([...bench.server.tree().keys()].sort(), 'moved on the server').toEqual(['b', 'others']);
    bench.server.failuresOf.clear();
    look();
    theirs('a', 'one', way, mtime);
    expectBoth({ a: 'one', b: 'one' });
  });
});
