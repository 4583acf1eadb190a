/**
 * The edge of what is known: folders that the server has and whose children were never listed. An
 * index holds exactly these, so that reading ahead goes on where the last process ended.
 */
import type { CacheDatabase } from './database.js';
import { NODE_SQL } from './node-row.js';
import type { Sql } from './sql.js';

export interface FrontierSize {
  readonly folders: number;
  /** Bytes of all files below them. */
  readonly bytes: number;
}

export class Frontier {
  readonly #all: Sql<[number, number], number>;
  readonly #in: Sql<[number, number], number>;
  readonly #sizeIn: Sql<[number], readonly [number, number]>;

  constructor(db: CacheDatabase) {
    this.#all = db.prepareValue(NODE_SQL.unlisted);
    this.#in = db.prepareValue(NODE_SQL.unlistedIn);
    this.#sizeIn = db.prepare(NODE_SQL.unlistedSizeIn);
  }

  /** In about the order in which they were found. */
  folders(limit: number): readonly number[] {
    return this.#all.all(0, limit);
  }

  foldersIn(parent: number, limit: number): readonly number[] {
    return this.#in.all(parent, limit);
  }

  sizeIn(parent: number): FrontierSize {
    const [folders, bytes] = this.#sizeIn.get(parent) ?? [0, 0];
    return { folders, bytes };
  }
}
