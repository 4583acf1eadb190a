/**
 * Random work by the user, by another client and by misfortune, on the real engine with a simulated
 * clock and server. Whatever happens, in the end both sides hold the same, and nothing that anybody
 * wrote is gone unless somebody who had seen it deleted or replaced it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorKind, NuageError } from '../../src/errors.js';
import { EngineBench } from '../support/engine-bench.js';

const NAMES = ['a', 'b', 'é.txt'];
const FOLDERS = ['', 'd', 'e', 'd/f'];

const place = fc
  .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES))
  .map(([folder, name]) => (folder === '' ? name : `${folder}/${name}`));
const folder = fc.constantFrom('d', 'e', 'd/f', 'e/f');
const anything = fc.oneof(place, folder);
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  fc.constant(200_000),
);

const ours = [
  fc.record({ do: fc.constant('write' as const), at: place, size }),
  fc.record({ do: fc.constant('append' as const), at: place, size }),
  fc.record({ do: fc.constant('mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('unlink' as const), at: place }),
  fc.record({ do: fc.constant('rmdir' as const), at: folder }),
  fc.record({ do: fc.constant('rename' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('exchange' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('read' as const), at: place }),
  fc.record({ do: fc.constant('list' as const), at: folder }),
];
const theirs = [
  fc.record({ do: fc.constant('their write' as const), at: place, size }),
  fc.record({ do: fc.constant('their mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('their remove' as const), at: anything }),
  fc.record({ do: fc.constant('their move' as const), at: anything, to: anything }),
];
const time = [
  fc.record({
    do: fc.constant('answers' as const),
    count: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(3),
  }),
  fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(1, 2, 40) }),
  fc.record({ do: fc.constant('settle' as const) }),
];
const misfortune = [
  fc.record({ do: fc.constant('lose answers' as const), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({
    do: fc.constant('restart' as const),
    how: fc.constantFrom('clean' as const, 'killed' as const),
  }),
  fc.record({
    do: fc.constant('trees' as const),
    how: fc.constantFrom('whole', 'refused', 'cut', 'one level', 'too large'),
  }),
  fc.record({ do: fc.constant('offline' as const), count: fc.integer({ min: 1, max: 4 }) }),
];
const step = fc.oneof(...ours, ...theirs, ...time, ...misfortune);
const quietStep = fc.oneof(...ours, ...time);

type StepOf<List extends readonly fc.Arbitrary<unknown>[]> =
  List[number] extends fc.Arbitrary<infer T> ? T : never;
type UserStep = StepOf<typeof ours>;
type OtherStep = StepOf<typeof theirs>;
type Circumstance = StepOf<typeof time> | StepOf<typeof misfortune>;
type Step = UserStep | OtherStep | Circumstance;
/** How each kind of step is played. */
type Plays<Of extends { do: string }> = {
  [Kind in Of['do']]: (action: Extract<Of, { do: Kind }>) => void;
};

const NO_FILE: ReadonlySet<ErrorKind> = new Set(['not-found', 'not-a-folder', 'is-a-folder']);

class World {
  readonly bench = new EngineBench();
  /** Whatever was written and not replaced or deleted by somebody who had it. */
  readonly #alive = new Set<string>();
  #tokens = 0;

  play(action: Step): void {
    try {
      this.#play(action);
      this.bench.forgetAll();
    } catch (error) {
      // A user's operation may be refused; a defect may not.
      if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
    }
  }

  #user: Plays<UserStep> = {
    write: ({ at, size }) => {
      const before = this.#localText(at);
      const text = this.#token(size);
      this.bench.write(at, text);
      this.#replaced(before, text);
    },
    append: ({ at, size }) => {
      const before = this.#localText(at);
      if (before === undefined) return;
      const file = this.bench.open(at);
      const added = this.#token(size);
      this.bench.writeHandle(file, Buffer.byteLength(before), added);
      this.bench.closeHandle(file);
      this.#replaced(before, before + added);
    },
    mkdir: ({ at }) => this.bench.mkdir(at),
    unlink: ({ at }) => {
      const before = this.#localText(at);
      this.bench.unlink(at);
      this.#replaced(before, undefined);
    },
    rmdir: ({ at }) => this.bench.rmdir(at),
    rename: ({ at, to }) => {
      const over = at === to ? undefined : this.#localText(to);
      this.bench.rename(at, to);
      this.#replaced(over, undefined);
    },
    exchange: ({ at, to }) => this.bench.rename(at, to, 2),
    read: ({ at }) => void this.bench.read(at),
    list: ({ at }) => void this.bench.list(at),
  };

  #otherClient: Plays<OtherStep> = {
    'their write': ({ at, size }) => {
      const { server } = this.bench;
      const before = server.has(at) ? server.read(at) : undefined;
      const text = this.#token(size);
      server.write(at, text);
      this.#replaced(before, text);
    },
    'their mkdir': ({ at }) => this.bench.server.makeFolder(at),
    'their remove': ({ at }) => {
      const { server } = this.bench;
      const gone = [...server.tree()].filter(([path]) => path === at || path.startsWith(`${at}/`));
      server.remove(at);
      for (const [, text] of gone) this.#replaced(text, undefined);
    },
    'their move': ({ at, to }) => this.bench.server.move(at, to),
  };

  #circumstances: Plays<Circumstance> = {
    answers: ({ count, pick }) => this.#answers(count, pick),
    time: ({ seconds }) => this.bench.advance(seconds * 1000),
    settle: () => this.bench.settle(),
    'lose answers': ({ count }) => {
      this.bench.server.lostAnswers += count;
    },
    restart: ({ how }) => this.bench.restart(how),
    trees: ({ how }) => {
      const { server } = this.bench;
      server.deepFailure = how === 'refused' ? 'forbidden' : undefined;
      server.breaksAfter = how === 'cut' ? 2 : undefined;
      server.levelsMax = how === 'one level' ? 1 : Infinity;
      server.tooLarge = (path) => how === 'too large' && path !== 'd/f';
    },
    offline: ({ count }) => {
      this.bench.server.failure = 'offline';
      this.#answers(count);
      this.bench.server.failure = undefined;
    },
  };

  #play(action: Step): void {
    const plays: Plays<Step> = { ...this.#user, ...this.#otherClient, ...this.#circumstances };
    (plays[action.do] as (action: Step) => void)(action);
  }

  #answers(count: number, pick?: number): void {
    for (let answer = 0; answer < count; answer += 1) this.bench.step(pick);
  }

  finish(): void {
    const { bench } = this;
    bench.server.failure = undefined;
    bench.server.lostAnswers = 0;
    for (let round = 0; round < 8; round += 1) bench.settle();
    const { tree } = bench.engine.context;
    const waiting = tree.pending({ afterChange: 0, limit: 5 });
    expect(waiting, 'nothing waits').toEqual([]);
    expect(sorted(bench.tree()), 'both sides hold the same').toEqual(sorted(bench.server.tree()));
    const kept = new Set(bench.server.tree().values());
    for (const text of this.#alive) expect(kept, 'nothing is lost').toContain(text);
  }

  /** Undefined when there is no such file; what cannot be read is not touched by the test. */
  #localText(at: string): string | undefined {
    try {
      return this.bench.read(at);
    } catch (error) {
      const isNone = error instanceof NuageError && NO_FILE.has(error.kind);
      if (isNone) return undefined;
      throw error;
    }
  }

  #token(length: number): string {
    this.#tokens += 1;
    return `<${this.#tokens}>`.padEnd(length, '.');
  }

  #replaced(before: string | undefined, after: string | undefined): void {
    if (before !== undefined) this.#alive.delete(before);
    if (after !== undefined && after !== '') this.#alive.add(after);
  }
}

function sorted(tree: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
}

const RUNS = Number(process.env['NUAGE_MODEL_RUNS'] ?? 40);

function play(steps: readonly Step[], end: (world: World) => void): void {
  const world = new World();
  try {
    for (const action of steps) world.play(action);
    end(world);
  } finally {
    world.bench.close();
  }
}

describe('the engine', { timeout: 600_000 }, () => {
  it('converges and loses nothing, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) =>
        play(steps, (world) => world.finish()),
      ),
      { numRuns: RUNS },
    );
  });

  it('brings the server exactly what the user sees when nobody else works there', () => {
    fc.assert(
      fc.property(fc.array(quietStep, { minLength: 5, maxLength: 30 }), (steps) =>
        play([{ do: 'settle' }, ...steps], (world) => {
          const seen = sorted(world.bench.tree());
          world.finish();
          expect(sorted(world.bench.server.tree())).toEqual(seen);
        }),
      ),
      { numRuns: RUNS },
    );
  });
});
