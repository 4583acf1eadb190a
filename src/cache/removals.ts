/** What is deleted here and still on the server, by an index that holds exactly this. */
import type { CacheDatabase } from './database.js';
import { NODE_SQL } from './node-row.js';
import type { Sql } from './sql.js';

export interface RemovalAmount {
  /** Files and folders. */
  readonly entries: number;
  /** Of the files. */
  readonly bytes: number;
}

export class Removals {
  readonly #all: Sql<[], number>;
  readonly #amount: Sql<[number], readonly [number, number]>;

  constructor(db: CacheDatabase) {
    this.#all = db.prepareValue(NODE_SQL.detached);
    this.#amount = db.prepare(NODE_SQL.removals);
  }

  /** By their inode numbers. */
  all(): readonly number[] {
    return this.#all.all();
  }

  /** Of those whose oldest unsent change is newer than this one. */
  amountAfter(change: number): RemovalAmount {
    const [entries, bytes] = this.#amount.get(change) ?? [0, 0];
    return { entries, bytes };
  }
}
