/** The alphabet of the model tests: what a random history is made of, and the fast-check of it. */
import fc from 'fast-check';
import type { ErrorKind } from '../../src/errors.js';

const NAMES = ['a', 'b', 'A', 'é.txt'];
const FOLDERS = ['', 'd', 'e', 'd/f'];

const place = fc
  .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES))
  .map(([folder, name]) => (folder === '' ? name : `${folder}/${name}`));
const folder = fc.constantFrom('d', 'e', 'd/f', 'e/f', 'D');
const anything = fc.oneof(place, folder);
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  fc.constant(200_000),
);
const slot = fc.nat(1);

export const userSteps = [
  fc.record({ do: fc.constant('write' as const), at: place, size }),
  fc.record({ do: fc.constant('append' as const), at: place, size }),
  fc.record({ do: fc.constant('truncate' as const), at: place, size }),
  fc.record({ do: fc.constant('safe save' as const), at: place, size }),
  fc.record({ do: fc.constant('save with backup' as const), at: place, size }),
  fc.record({ do: fc.constant('unheard save' as const), at: place, size }),
  fc.record({ do: fc.constant('slow save' as const), at: place, size }),
  fc.record({ do: fc.constant('copy' as const), at: place, to: place }),
  fc.record({ do: fc.constant('unheard copy' as const), at: place, to: place }),
  fc.record({ do: fc.constant('copy and give up' as const), at: place, to: place }),
  fc.record({ do: fc.constant('mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('unlink' as const), at: place }),
  fc.record({ do: fc.constant('rmdir' as const), at: folder }),
  fc.record({ do: fc.constant('rename' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('exchange' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('read' as const), at: place }),
  fc.record({ do: fc.constant('list' as const), at: folder }),
  fc.record({ do: fc.constant('open' as const), at: place, slot }),
  fc.record({ do: fc.constant('write open' as const), size, slot }),
  fc.record({ do: fc.constant('sync open' as const), slot }),
  fc.record({ do: fc.constant('close' as const), slot }),
];

export const otherSteps = [
  fc.record({ do: fc.constant('their write' as const), at: place, size }),
  fc.record({ do: fc.constant('their new file' as const), at: place, size }),
  fc.record({ do: fc.constant('their same bytes' as const), at: place }),
  fc.record({ do: fc.constant('their mkdir' as const), at: folder }),
  fc.record({ do: fc.constant('their remove' as const), at: anything }),
  fc.record({ do: fc.constant('their move' as const), at: anything, to: anything }),
  fc.record({ do: fc.constant('their change of case' as const), at: fc.constantFrom('a', 'd') }),
  fc.record({ do: fc.constant('their file becomes a folder' as const), at: anything }),
  fc.record({ do: fc.constant('their folder becomes a file' as const), at: folder, size }),
];

export const timeSteps = [
  fc.record({
    do: fc.constant('answers' as const),
    count: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(3),
  }),
  fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(1, 2, 40) }),
  fc.record({
    do: fc.constant('clock jump' as const),
    seconds: fc.constantFrom(-86_400, -1, 3_600, 86_400),
  }),
  fc.record({ do: fc.constant('settle' as const) }),
];

/** What may be answered to anything at all. A program that meets one of these changed nothing. */
export const PASSING_FAULTS = [
  'offline',
  'timeout',
  'server',
  'locked',
  'forbidden',
  'maintenance',
  'rate-limited',
  'quota',
  'protocol',
] as const satisfies readonly ErrorKind[];

/** What only a change can meet, and may be a mistake of the server. */
const REFUSALS = ['precondition', 'exists', 'parent-missing', 'too-large'] as const;

export const misfortuneSteps = [
  fc.record({
    do: fc.constant('faults' as const),
    kinds: fc.array(fc.constantFrom(...PASSING_FAULTS), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant('refusals' as const),
    kinds: fc.array(fc.constantFrom(...REFUSALS), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('lose answers' as const), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('late answers' as const), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('cut fetches' as const), count: fc.integer({ min: 1, max: 2 }) }),
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

type StepOf<List extends readonly fc.Arbitrary<unknown>[]> =
  List[number] extends fc.Arbitrary<infer T> ? T : never;
export type UserStep = StepOf<typeof userSteps>;
export type OtherStep = StepOf<typeof otherSteps>;
export type Circumstance = StepOf<typeof timeSteps> | StepOf<typeof misfortuneSteps>;
export type Step = UserStep | OtherStep | Circumstance;

export interface History {
  /** Decides which waiting request is answered next wherever the steps do not say. */
  readonly schedule: number;
  readonly steps: readonly Step[];
}

function historyOf(...alphabet: fc.Arbitrary<Step>[]): fc.Arbitrary<History> {
  return fc.record({
    schedule: fc.nat(),
    steps: fc.array(fc.oneof(...alphabet), { minLength: 5, maxLength: 30 }),
  });
}

/** Two clients and every misfortune. */
export const anyHistory = historyOf(...userSteps, ...otherSteps, ...timeSteps, ...misfortuneSteps);

/** Nobody else works there, but everything may go wrong. */
export const lonelyHistory = historyOf(
  ...userSteps,
  ...userSteps,
  ...timeSteps,
  ...misfortuneSteps,
);
