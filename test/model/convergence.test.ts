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

const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), at: place, size }),
  fc.record({ do: fc.constant('append' as const), at: place, size }),
  fc.record({ do: fc.constant('mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('unlink' as const), at: place }),
  fc.record({ do: fc.constant('rmdir' as const), at: folder }),
  fc.record({ do: fc.constant('rename' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('exchange' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('read' as const), at: place }),
  fc.record({ do: fc.constant('list' as const), at: folder }),
  fc.record({ do: fc.constant('their write' as const), at: place, size }),
  fc.record({ do: fc.constant('their mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('their remove' as const), at: anything }),
  fc.record({ do: fc.constant('their move' as const), at: anything, to: anything }),
  fc.record({
    do: fc.constant('answers' as const),
    count: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(3),
  }),
  fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(1, 2, 40) }),
  fc.record({ do: fc.constant('settle' as const) }),
  fc.record({ do: fc.constant('lose answers' as const), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({
    do: fc.constant('restart' as const),
    how: fc.constantFrom('clean' as const, 'killed' as const),
  }),
  fc.record({ do: fc.constant('offline' as const), count: fc.integer({ min: 1, max: 4 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const NO_FILE: ReadonlySet<ErrorKind> = new Set(['not-found', 'not-a-folder', 'is-a-folder']);

class World {
  readonly bench = new EngineBench();
  /** Whatever was written and not replaced or deleted by somebody who had it. */
  readonly #alive = new Set<string>();
  #tokens = 0;

  play(action: Step): void {
    try {
      this.#play(action);
    } catch (error) {
      // A user's operation may be refused; a defect may not.
      if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
    }
  }

  #play(action: Step): void {
    const { bench } = this;
    const { server } = bench;
    switch (action.do) {
      case 'write': {
        const before = this.#localText(action.at);
        const text = this.#token(action.size);
        bench.write(action.at, text);
        this.#replaced(before, text);
        return;
      }
      case 'append': {
        const before = this.#localText(action.at);
        if (before === undefined) return;
        const file = bench.open(action.at);
        const added = this.#token(action.size);
        bench.writeHandle(file, Buffer.byteLength(before), added);
        bench.closeHandle(file);
        this.#replaced(before, before + added);
        return;
      }
      case 'mkdir':
        bench.mkdir(action.at);
        return;
      case 'unlink': {
        const before = this.#localText(action.at);
        bench.unlink(action.at);
        this.#replaced(before, undefined);
        return;
      }
      case 'rmdir':
        bench.rmdir(action.at);
        return;
      case 'rename': {
        const over = action.at === action.to ? undefined : this.#localText(action.to);
        bench.rename(action.at, action.to);
        this.#replaced(over, undefined);
        return;
      }
      case 'exchange':
        bench.rename(action.at, action.to, 2);
        return;
      case 'read':
        bench.read(action.at);
        return;
      case 'list':
        bench.list(action.at);
        return;
      case 'their write': {
        const before = server.has(action.at) ? server.read(action.at) : undefined;
        const text = this.#token(action.size);
        server.write(action.at, text);
        this.#replaced(before, text);
        return;
      }
      case 'their mkdir':
        server.makeFolder(action.at);
        return;
      case 'their remove': {
        const gone = [...server.tree()].filter(
          ([path]) => path === action.at || path.startsWith(`${action.at}/`),
        );
        server.remove(action.at);
        for (const [, text] of gone) this.#replaced(text, undefined);
        return;
      }
      case 'their move':
        server.move(action.at, action.to);
        return;
      case 'answers':
        for (let answer = 0; answer < action.count; answer += 1) bench.step(action.pick);
        return;
      case 'time':
        bench.advance(action.seconds * 1000);
        return;
      case 'settle':
        bench.settle();
        return;
      case 'lose answers':
        server.lostAnswers += action.count;
        return;
      case 'restart':
        bench.restart(action.how);
        return;
      case 'offline':
        server.failure = 'offline';
        for (let answer = 0; answer < action.count; answer += 1) bench.step();
        server.failure = undefined;
        return;
    }
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

describe('the engine', () => {
  it('converges and loses nothing, whatever happens', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
        const world = new World();
        try {
          for (const action of steps) world.play(action);
          world.finish();
        } finally {
          world.bench.close();
        }
      }),
      { numRuns: RUNS },
    );
  });
});
