/**
 * Which files hold the user's version of a conflict, until somebody has decided on it. Copies that
 * another client made are known by their names alone.
 */
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

const ALL = `SELECT ino FROM conflict
  UNION SELECT ino FROM node WHERE name GLOB '* (conflicted copy ????-??-?? ??????)*'`;

export class ConflictTable {
  readonly #all: Sql<[], number>;
  readonly #insert: Sql<[number]>;
  readonly #remove: Sql<[number]>;

  constructor(db: CacheDatabase) {
    this.#all = db.prepareValue(ALL);
    this.#insert = db.prepare('INSERT OR IGNORE INTO conflict VALUES (?)');
    this.#remove = db.prepare('DELETE FROM conflict WHERE ino = ?');
  }

  /** Those that are recorded, and those that are called so. Looks at every name. */
  all(): readonly number[] {
    return this.#all.all();
  }

  add(ino: number): void {
    this.#insert.run(ino);
  }

  remove(ino: number): void {
    this.#remove.run(ino);
  }
}
