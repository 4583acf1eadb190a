/**
 * Every place where the engine changes what is on the disk, as named points: the calls of `fs` that
 * write, and the statements of SQLite. A test hears of each before it happens, and may look at the
 * disk as a kill would leave it, or let the call fail. The product knows nothing of it.
 */
import Database from 'better-sqlite3';
import fs from 'node:fs';

/** What every one of these does to the disk is done, or not, by the time of the next. */
const FILE_CALLS = [
  'writeSync',
  'ftruncateSync',
  'truncateSync',
  'fdatasyncSync',
  'fsyncSync',
  'unlinkSync',
  'mkdirSync',
  'renameSync',
] as const;

const STATEMENT_CALLS = ['run', 'get', 'all'] as const;
const DATABASE_CALLS = ['exec', 'pragma'] as const;

export interface Crossing {
  /** Such as `file writeSync` or `sql COMMIT`. */
  readonly name: string;
  /** Nothing of it is on the disk before a later commit. */
  readonly isWithinTransaction: boolean;
  readonly isRead: boolean;
}

/** May throw, in place of the call. */
export type OnCrossing = (crossing: Crossing) => void;

type Call = (...args: unknown[]) => unknown;
type Methods = Record<string, Call>;

interface StatementLike {
  readonly source: string;
  readonly database: { readonly inTransaction: boolean };
}

let listener: OnCrossing | undefined;

/** Runs `fn` with `onCrossing` told of every crossing. What the listener does crosses nothing. */
export function watchingBoundaries<T>(onCrossing: OnCrossing, fn: () => T): T {
  install();
  listener = onCrossing;
  try {
    return fn();
  } finally {
    listener = undefined;
  }
}

function cross(crossing: Crossing): void {
  const told = listener;
  if (told === undefined) return;
  listener = undefined;
  try {
    told(crossing);
  } finally {
    listener = told;
  }
}

let isInstalled = false;

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const methods = fs as unknown as Methods;
  for (const call of FILE_CALLS) {
    before(methods, call, () => {
      cross({ name: `file ${call}`, isWithinTransaction: false, isRead: false });
    });
  }
  const memory = new Database(':memory:');
  const statement = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Methods;
  for (const call of STATEMENT_CALLS) {
    before(statement, call, function (this: StatementLike) {
      const { source, database } = this;
      const verb = source.trim().split(/\s+/, 3).join(' ');
      cross({
        name: `sql ${verb}`,
        isWithinTransaction: database.inTransaction && source !== 'COMMIT',
        isRead: call !== 'run',
      });
    });
  }
  const database = Object.getPrototypeOf(memory) as Methods;
  for (const call of DATABASE_CALLS) {
    before(database, call, function (this: { inTransaction: boolean }, sql) {
      cross({
        name: `sql ${call} ${String(sql)}`,
        isWithinTransaction: this.inTransaction,
        isRead: false,
      });
    });
  }
  memory.close();
}

function before(
  methods: Methods,
  name: string,
  tell: (this: never, argument: unknown) => void,
): void {
  const original = methods[name];
  if (original === undefined) throw new Error(`there is no ${name}`);
  methods[name] = function (this: unknown, ...args: unknown[]): unknown {
    tell.call(this as never, args[0]);
    return original.apply(this, args);
  };
}
