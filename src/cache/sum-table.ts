/**
 * The sums of fetched blocks. A block has one only while the row of its content says that it is
 * here; a content that holds bytes of the user has none at all, which the database itself sees to
 * (triggers in `schema.ts`, and `put` below). So a sum never speaks of a byte of the user.
 */
import { BlockSums } from './block-sums.js';
import type { ContentState } from './content-row.js';
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

export class SumTable {
  readonly #get: Sql<[string], Uint8Array>;
  readonly #put: Sql<[Uint8Array, string]>;
  readonly #remove: Sql<[string]>;

  constructor(db: CacheDatabase) {
    this.#get = db.prepareValue('SELECT sums FROM block_sum WHERE content = ?');
    this.#put = db.prepare(`INSERT OR REPLACE INTO block_sum
      SELECT id, ? FROM content WHERE id = ? AND dirty = 0`);
    this.#remove = db.prepare('DELETE FROM block_sum WHERE content = ?');
  }

  /** Undefined where nothing is known, and of what is the user's. */
  of({ id, dirty, unsynced, removed }: ContentState): BlockSums | undefined {
    if (dirty || unsynced || removed) return undefined;
    const bytes = this.#get.get(id);
    return bytes === undefined ? undefined : new BlockSums(bytes);
  }

  /** Does nothing where the row says that the content is dirty, or where there is none. */
  put(id: string, sums: BlockSums): void {
    this.#put.run(sums.bytes, id);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }
}
