/**
 * As SQLite is tested: the Nth thing that can fail fails, until a run has met none.
 * What can fail is each call that writes to the disk, each statement of the database, and each
 * request to the server. A program may be told of the failure; what it was told is done is done.
 */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ErrorKind, NuageError } from '../../src/errors.js';
import { type Crossing, watchingBoundaries } from '../support/boundaries.js';
import { EngineBench } from '../support/engine-bench.js';

/** What each file may hold; undefined: it may not be there. */
type Allowed = Map<string, ReadonlySet<string | undefined>>;

/** A program that goes on whatever it is told, and remembers what it was told. */
class StubbornProgram {
  readonly allowed: Allowed = new Map();
  readonly #bench: EngineBench;
  failures = 0;

  constructor(bench: EngineBench) {
    this.#bench = bench;
  }

  run(): void {
    for (const name of ['a', 'b', 'new']) this.#write(name, `${name} first`);
    this.#write('large', 'large '.repeat(30_000));
    this.#bench.advance(1_200);
    this.#try('a', 'cut', () => {
      this.#bench.truncate('a', 0);
      this.#bench.write('a', 'cut');
    });
    this.#try('b', undefined, () => this.#bench.unlink('b'));
    this.#bench.settle();
    this.#write('d/below', 'in a folder');
    this.#try('new', 'renamed over', () => {
      this.#bench.write('new.tmp', 'renamed over');
      this.#bench.rename('new.tmp', 'new');
    });
    this.#write('a', 'and again');
    this.#bench.settle();
  }

  #write(name: string, text: string): void {
    this.#try(name, text, () => {
      const [folder] = name.split('/');
      if (folder !== undefined && folder !== name && !this.#bench.has(folder)) {
        this.#bench.mkdir(folder);
      }
      this.#bench.write(name, text);
      this.#sync(name);
    });
  }

  #sync(name: string): void {
    const file = this.#bench.open(name);
    try {
      this.#bench.syncHandle(file);
    } finally {
      this.#bench.closeHandle(file);
    }
  }

  #try(name: string, after: string | undefined, operation: () => void): void {
    const before = this.allowed.get(name) ?? new Set([undefined]);
    try {
      operation();
      this.allowed.set(name, new Set([after]));
    } catch (error) {
      if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
      this.failures += 1;
      // In the middle of several calls it may be empty.
      this.allowed.set(name, new Set([...before, after, '']));
    }
  }
}

interface Run {
  readonly wasMet: boolean;
  readonly name: string;
}

function play(fail: (bench: EngineBench, met: (name: string) => void, run: () => void) => void) {
  const bench = new EngineBench();
  const outcome = { wasMet: false, name: '' };
  try {
    for (const name of ['a', 'b']) bench.server.write(name, `${name} of the server`);
    bench.tree();
    bench.settle();
    const program = new StubbornProgram(bench);
    for (const name of ['a', 'b']) program.allowed.set(name, new Set([`${name} of the server`]));
    const met = (name: string): void => {
      outcome.wasMet = true;
      outcome.name = name;
    };
    fail(bench, met, () => program.run());
    bench.server.failures.length = 0;
    for (let round = 0; round < 8; round += 1) bench.settle();
    expectKept(bench, program.allowed, outcome);
    bench.restart('killed');
    for (let round = 0; round < 4; round += 1) bench.settle();
    expectKept(bench, program.allowed, outcome);
  } finally {
    bench.close();
  }
  return outcome;
}

function expectKept(bench: EngineBench, allowed: Allowed, { name }: Run): void {
  const seen = bench.tree();
  for (const [path, texts] of allowed) {
    expect(texts, `${path} after the failure of ${name}`).toContain(seen.get(path));
  }
  const sorted = (tree: ReadonlyMap<string, string>) =>
    [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(sorted(bench.server.tree()), `the server after the failure of ${name}`).toEqual(
    sorted(seen),
  );
}

/** `NUAGE_NTH_STRIDE=1` takes every N; else some of them, others each time. */
const STRIDE = Number(process.env['NUAGE_NTH_STRIDE'] ?? 6);

/** Until one meets nothing. @returns how many there are. */
function forEveryN(run: (n: number) => Run, stride = STRIDE): number {
  const first = 1 + Math.floor(Math.random() * stride);
  for (let n = first; ; n += stride) if (!run(n).wasMet) return n - 1;
}

/** A real disk that is full or broken still lets SQLite take back what it has not written. */
const mayFail = ({ name }: Crossing): boolean => !/ROLLBACK|RELEASE|wal_checkpoint/.test(name);

function diskFailure(name: string, isFull: boolean): Error {
  const isSql = name.startsWith('sql');
  const full = isSql ? 'SQLITE_FULL' : 'ENOSPC';
  const broken = isSql ? 'SQLITE_IOERR_WRITE' : 'EIO';
  return Object.assign(new Error(`simulated at ${name}`), { code: isFull ? full : broken });
}

const HOUR_MS = 3_600_000;

describe('the Nth failure', { timeout: HOUR_MS }, () => {
  it.each([
    ['of a disk that fails once', 1, false],
    ['of a disk that is full for a moment', 40, true],
  ])('%s loses nothing that was acknowledged', (_, times, isFull) => {
    const count = forEveryN((n) =>
      play((_bench, met, run) => {
        let crossings = 0;
        watchingBoundaries((crossing) => {
          if (!mayFail(crossing) || (isFull && crossing.isRead)) return;
          crossings += 1;
          if (crossings < n || crossings >= n + times) return;
          met(`${n}: ${crossing.name}`);
          throw diskFailure(crossing.name, isFull);
        }, run);
      }),
    );
    console.log(`${count} places`);
    expect(count).toBeGreaterThan(100);
  });

  it.each(['offline', 'timeout', 'server', 'locked', 'quota', 'precondition'] as const)(
    'of a request, of kind %s, loses nothing and leaves nothing behind',
    (kind: ErrorKind) => {
      const count = forEveryN((n) =>
        play((bench, met, run) => {
          bench.server.failAt(n, kind, () => met(`request ${n}`));
          run();
        }),
      );
      expect(count).toBeGreaterThan(10);
    },
  );
});

describe('a start', () => {
  it('that fails anywhere leaves what was queued for the next one', { timeout: HOUR_MS }, () => {
    const bench = new EngineBench();
    bench.write('a', 'precious');
    const wreck = bench.snapshot();
    bench.close();
    const places = forEveryN((n) => {
      let crossings = 0;
      const outcome = { wasMet: false, name: '' };
      const open = (): void => new EngineBench({ folder: wreck }).abandon();
      try {
        watchingBoundaries((crossing) => {
          crossings += 1;
          if (crossings !== n) return;
          outcome.wasMet = true;
          throw diskFailure(crossing.name, false);
        }, open);
      } catch (error) {
        expect(error).toBeInstanceOf(NuageError);
      }
      const next = new EngineBench({ folder: wreck });
      expect(next.read('a'), `after a start that failed at ${n}`).toBe('precious');
      next.abandon();
      return outcome;
    }, 1);
    fs.rmSync(wreck, { recursive: true });
    expect(places).toBeGreaterThan(20);
  });
});
