/**
 * What the user keeps on this machine: the mark stands on the node that was named, and all below a
 * folder inherits it. So a mark costs the same for a file and for a folder of a hundred thousand,
 * and what comes into the folder later is kept as well.
 */
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

export class PinTable {
  readonly #all: Sql<[], number>;
  readonly #insert: Sql<[number]>;
  readonly #remove: Sql<[number]>;
  /** As the table has it: people mark a few things, and every eviction asks. */
  readonly #inos = new Set<number>();

  constructor(db: CacheDatabase) {
    this.#all = db.prepareValue('SELECT ino FROM pin ORDER BY ino');
    this.#insert = db.prepare('INSERT OR IGNORE INTO pin VALUES (?)');
    this.#remove = db.prepare('DELETE FROM pin WHERE ino = ?');
    this.#load();
    db.onRollback(() => this.#load());
  }

  get size(): number {
    return this.#inos.size;
  }

  /** The mark of this very node. */
  has(ino: number): boolean {
    return this.#inos.has(ino);
  }

  all(): readonly number[] {
    return [...this.#inos];
  }

  add(ino: number): void {
    this.#insert.run(ino);
    this.#inos.add(ino);
  }

  /** @returns false when there was none. */
  remove(ino: number): boolean {
    if (!this.#inos.has(ino)) return false;
    this.#remove.run(ino);
    return this.#inos.delete(ino);
  }

  /** Who takes the place of another keeps its mark: editors save by renaming over the old file. */
  inherit(heir: number, from: number): void {
    if (this.remove(from)) this.add(heir);
  }

  #load(): void {
    this.#inos.clear();
    for (const ino of this.#all.all()) this.#inos.add(ino);
  }
}
