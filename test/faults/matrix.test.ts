/**
 * Every request of a day's work meets every fault, once or for half a minute: nothing is lost, nothing
 * is there twice, what others wrote stays, no wrong byte is read, and the queue is empty soon after.
 * `NUAGE_MATRIX_STRIDE=1` takes every cell; else some of them, others each time.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type * as limits from '../../src/limits.js';
import { NuageError } from '../../src/errors.js';
import { isConflictName } from '../../src/sync/conflict.js';
import type { FaultAction } from '../../src/demo/faults.js';
import { LiveBench } from './live-bench.js';
import { FAULTS, type Operation, OPERATIONS } from './matrix-faults.js';

// The pauses between two tries of one request run by the real clock.
vi.mock('../../src/limits.js', async (original) => ({
  ...(await original<typeof limits>()),
  SAFE_RETRY_FIRST_MS: 5,
  ASSEMBLY_POLL_FIRST_MS: 5,
  ASSEMBLY_POLL_MS_MAX: 50,
  ASSEMBLY_WAIT_MS_MAX: 500,
  CLEAN_UP_TIMEOUT_MS: 300,
  SURVEY_FOLDERS_MIN: 2,
}));

const STRIDE = Number(process.env['NUAGE_MATRIX_STRIDE'] ?? 8);
const OFFSET = Math.floor(Math.random() * STRIDE);
const CELLS_AT_ONCE = 4;

const LASTING_MS = 30_000;

/** At most, until the user saves again: what was saved first is on its way, or there, or waits. */
const GOES_ON_MS_MAX = 15_000;

/** What met the fault at its very end has been answered. */
const FAULT_GONE_MS = 1_000;

/** Twice the pause that has grown in {@link LASTING_MS}: 5, 10, 20, then 40 s, and the last try. */
const EMPTY_WITHIN_MS = 2 * 40_000 + 10_000;

/** Listings come as far as the next poll. */
const POLL_MS = 70_000;

/** Characters of an entry in the report. */
const SHOWN_MAX = 60;

const HOUR_MS = 3_600_000;

type Tree = readonly (readonly [string, string])[];

/** So much that the server copies it. */
const LARGE = 'grand '.repeat(45_000);

/** So many that they go together. */
const SMALL = ['a', 'b', 'c', 'd', 'e'];

const BEFORE = {
  saved: 'first',
  large: LARGE,
  'folder/old name': 'kept',
  gone: 'to be deleted',
  unread: LARGE,
  theirs: 'of both',
  'late/changed': 'early',
};

const AFTER: Tree = [
  ['folder/', ''],
  ['folder/new name', 'kept'],
  ['large', `${LARGE}and more`],
  ['late/', ''],
  ['late/changed', 'changed elsewhere'],
  ['made/', ''],
  ['made/a', 'small a, again'],
  ['made/b', 'small b, again'],
  ['made/copied', LARGE],
  ['made/e', 'small e'],
  ['made/renamed', 'small c'],
  ['new', 'NEW'],
  ['saved', 'third, and longer'],
  ['theirs', 'written elsewhere'],
  ['theirs (conflict)', 'mine'],
  ['unread', LARGE],
];

/** A server that says that a file is gone already is believed; its next listing brings it back. */
const isBelieved = ({ operation, fault }: Cell): boolean =>
  operation === 'DELETE' && fault === '404';

const afterwards = (cell: Cell): Tree =>
  isBelieved(cell) ? sorted([...AFTER, ['gone', BEFORE.gone], ['made/d', 'small d']]) : AFTER;

interface Cell {
  readonly operation: Operation;
  readonly fault: string;
  readonly lasts: 'once' | 'lasting';
  /** Milliseconds until the user saves again. */
  readonly goesOn: number;
}

/** @returns how many requests met the fault. */
async function play(cell: Cell): Promise<number> {
  const { operation, fault, lasts, goesOn } = cell;
  const live = await LiveBench.start(BEFORE);
  const { bench, nuage } = live;
  try {
    for (const name of ['saved', 'theirs']) await retried(live, () => live.read(name));
    for (const folder of ['', 'folder', 'late']) {
      await retried(live, () => live.perform(() => bench.list(folder)));
    }
    await live.turnFor(2_000);
    if (operation === 'POST') await live.offerBulkUpload();
    const rule = nuage.faults.add({
      ...OPERATIONS[operation],
      action: actionOf(fault),
      ...(lasts === 'once' ? { times: 1 } : { forMs: LASTING_MS }),
    });
    const end = bench.clock.monotonic() + (lasts === 'once' ? 0 : LASTING_MS);
    await work(live);
    await live.turnFor(goesOn);
    await goOn(live, !isBelieved(cell));
    await live.turnFor(end - bench.clock.monotonic() + FAULT_GONE_MS);
    // As after a new login.
    bench.engine.context.sync.connection.askAgain();
    await live.turnFor(EMPTY_WITHIN_MS, () => live.pending === 0);
    expect(live.pending, 'changes that still wait').toBe(0);
    await live.turnFor(POLL_MS);
    const expected = afterwards(cell);
    expect(difference(onServer(nuage.folder), expected), 'the server').toBe('');
    const seen = sorted(await retried(live, () => live.tree()));
    expect(difference(seen, expected), 'the mount').toBe('');
    return nuage.faults.hits(rule);
  } finally {
    await live.close();
  }
}

function actionOf(fault: string): FaultAction {
  const action = FAULTS.get(fault);
  if (action === undefined) throw new RangeError(fault);
  return action;
}

/** A morning: the machine starts, others have worked, and so does its user. */
async function work(live: LiveBench): Promise<void> {
  const { bench } = live;
  await live.restart();
  live.writeElsewhere('theirs', 'written elsewhere');
  live.writeElsewhere('late/changed', 'changed elsewhere');
  const steps: (() => void)[] = [
    () => bench.write('theirs', 'mine'),
    () => bench.write('new', 'new'),
    () => bench.write('saved', 'second'),
    () => bench.mkdir('made'),
    ...SMALL.map((name) => () => bench.write(`made/${name}`, `small ${name}`)),
    () => bench.rename('folder/old name', 'folder/new name'),
    () => bench.unlink('gone'),
  ];
  for (const step of steps) await retried(live, () => live.perform(step));
  await retried(live, () => live.copy('unread', 'made/copied'));
  await retried(live, () => live.writeAt('large', LARGE.length, 'and more'));
  expect(await retried(live, () => live.read('unread')), 'what was read').toBe(LARGE);
}

/** What was sent meets its successor, whatever has become of it. */
async function goOn(live: LiveBench, deletes: boolean): Promise<void> {
  const { bench } = live;
  const steps: (() => void)[] = [
    () => bench.write('saved', 'third, and longer'),
    () => bench.write('new', 'NEW'),
    () => bench.write('made/a', 'small a, again'),
    () => bench.write('made/b.new', 'small b, again'),
    () => bench.rename('made/b.new', 'made/b'),
    () => bench.rename('made/c', 'made/renamed'),
    ...(deletes ? [() => bench.unlink('made/d')] : []),
  ];
  for (const step of steps) await retried(live, () => live.perform(step));
}

/** A user who is told of an error tries again. */
async function retried<T>(live: LiveBench, operation: () => Promise<T>): Promise<T> {
  const { clock, engine } = live.bench;
  const end = clock.monotonic() + LASTING_MS + EMPTY_WITHIN_MS;
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof NuageError) || clock.monotonic() > end) throw error;
      engine.context.sync.connection.askAgain();
      await live.turnFor(1_000);
    }
  }
}

function onServer(folder: string): Tree {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return sorted(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file);
      return entry.isDirectory() ? [`${name}/`, ''] : [name, fs.readFileSync(file, 'utf8')];
    }),
  );
}

/** What is missing, what should not be there, and what is there too often. */
function difference(tree: Tree, expected: Tree): string {
  const [found, wanted] = [linesOf(tree), linesOf(expected)];
  const twice = found.filter((line, index) => found.indexOf(line) < index);
  return [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `- ${shown(line)}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `+ ${shown(line)}`),
    ...twice.map((line) => `twice ${shown(line)}`),
  ].join('; ');
}

const linesOf = (tree: Tree): readonly string[] => tree.map((entry) => entry.join(': '));

const shown = (line: string): string => line.slice(0, SHOWN_MAX);

/** A conflict copy under a name without its date. */
function sorted(tree: Tree): Tree {
  return tree
    .map(([name, text]): readonly [string, string] => [
      isConflictName(name) ? `${name.split(' (')[0] ?? ''} (conflict)` : name,
      text,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns what failed, by its cell. */
async function playAll(cells: readonly Cell[]): Promise<readonly string[]> {
  const failures: string[] = [];
  const waiting = [...cells];
  let met = 0;
  const player = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      try {
        if ((await play(cell)) > 0) met += 1;
      } catch (error) {
        const { operation, fault, lasts, goesOn } = cell;
        failures.push(
          `${operation}, ${fault}, ${lasts}, again after ${goesOn} ms: ${String(error)}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: CELLS_AT_ONCE }, player));
  console.log(`${cells.length} cells, ${met} met their fault`);
  return failures;
}

const CELLS: readonly Cell[] = (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) =>
  [...FAULTS.keys()].flatMap((fault) =>
    (['once', 'lasting'] as const).map((lasts) => ({
      operation,
      fault,
      lasts,
      goesOn: Math.floor(Math.random() * GOES_ON_MS_MAX),
    })),
  ),
);

const ONLY = process.env['NUAGE_MATRIX_ONLY'];

describe('the fault matrix', { timeout: HOUR_MS }, () => {
  it('loses nothing, doubles nothing, and is done soon after the fault', async () => {
    const named = (cell: Cell): boolean =>
      `${cell.operation}, ${cell.fault}, ${cell.lasts}`.includes(ONLY ?? '');
    const cells = CELLS.filter((cell, index) => index % STRIDE === OFFSET && named(cell));
    expect(cells.length).toBeGreaterThan(0);
    expect(await playAll(cells)).toEqual([]);
  });
});
