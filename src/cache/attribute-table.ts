/** Extended attributes: kept on this machine only, gone with their node. */
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

export class AttributeTable {
  readonly #get: Sql<[number, string], Uint8Array>;
  readonly #list: Sql<[number], string>;
  readonly #set: Sql<[number, string, Uint8Array]>;
  readonly #remove: Sql<[number, string]>;
  readonly #removeAll: Sql<[number]>;

  constructor(db: CacheDatabase) {
    this.#get = db.prepareValue('SELECT value FROM xattr WHERE ino = ? AND name = ?');
    this.#list = db.prepareValue('SELECT name FROM xattr WHERE ino = ? ORDER BY name');
    this.#set = db.prepare('INSERT OR REPLACE INTO xattr VALUES (?, ?, ?)');
    this.#remove = db.prepare('DELETE FROM xattr WHERE ino = ? AND name = ?');
    this.#removeAll = db.prepare('DELETE FROM xattr WHERE ino = ?');
  }

  get(ino: number, name: string): Uint8Array | undefined {
    return this.#get.get(ino, name);
  }

  list(ino: number): readonly string[] {
    return this.#list.all(ino);
  }

  set(ino: number, name: string, value: Uint8Array): void {
    this.#set.run(ino, name, value);
  }

  /** @returns false when there was none. */
  remove(ino: number, name: string): boolean {
    return this.#remove.run(ino, name).changes > 0;
  }

  removeAll(ino: number): void {
    this.#removeAll.run(ino);
  }
}
