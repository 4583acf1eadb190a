/** What is known of one content: its row, and beside it what only memory knows. */
import { BLOCK_SIZE_BYTES } from '../limits.js';
import { BlockMap } from './block-map.js';
import type { BlockSums } from './block-sums.js';
import type { ByteRanges } from './byte-ranges.js';
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

/** The mutable state of one content. Owned by the content store alone. */
export interface ContentState {
  // --- constant ---
  readonly id: string;

  // --- as in the row ---
  size: number;
  /** Undefined: every byte is here, and durably known to be. */
  map: BlockMap | undefined;
  dirty: boolean;
  /** Written by the user since the last fdatasync, and the row says so. */
  unsynced: boolean;
  /** The file is about to be cut to this size: a crash leaves it cut or not. */
  cutTo: number | undefined;
  /** Bytes allocated when last measured. */
  stored: number;
  lastUsed: number;

  // --- in memory only ---
  /**
   * Blocks of `map` that were fetched and not yet synced: the row must not speak of them. Has the
   * same blocks as `map`; undefined when there are none.
   */
  fetched: BlockMap | undefined;
  /** Fetched parts of blocks that are not in `map` as a whole; undefined when there are none. */
  fragments: ByteRanges | undefined;
  /** The committed row says that it is dirty: bytes of the user may be written. */
  dirtyCommitted: boolean;
  /** The row lags behind in what may be lost: size, use. Saved by the next flush. */
  needsSave: boolean;
  /** The folder's entry is not synced yet. */
  isNewFile: boolean;
  /**
   * An fdatasync failed: the system may have dropped the bytes, so no later one proves anything.
   */
  syncFailed: boolean;
  /** Its row is deleted; the file goes when nobody uses it any more. */
  removed: boolean;
  /** Counted uses; while there are any the descriptor stays open. */
  uses: number;
  /** -1: not open. */
  fd: number;
  /** Written or fetched since the last sync was begun. */
  unflushedBytes: number;
  /**
   * Grows whenever a byte of the file may become another than was fetched ({@link disturb}): what
   * somebody else has read of it since is void.
   */
  epoch: number;
  /** Of blocks in `fetched`: the row of the sums must not speak of them yet. */
  freshSums: BlockSums | undefined;
  /** One bit per block: it was read, and was compared with its sum or waits for that. */
  seen: Uint8Array | undefined;
}

/** What a fresh content and one read from its row share. */
const IN_MEMORY = {
  fetched: undefined,
  fragments: undefined,
  needsSave: false,
  isNewFile: false,
  syncFailed: false,
  removed: false,
  uses: 0,
  fd: -1,
  unflushedBytes: 0,
  epoch: 0,
  freshSums: undefined,
  seen: undefined,
} as const;

/** Call before a byte of the file may change that counts as fetched, or no longer counts so. */
export function disturb(state: ContentState): void {
  state.epoch += 1;
  state.freshSums = undefined;
  state.seen = undefined;
}

export function newContent(options: {
  readonly id: string;
  readonly size: number;
  readonly complete: boolean;
  readonly lastUsed: number;
}): ContentState {
  const { id, size, complete, lastUsed } = options;
  const map = complete || size === 0 ? undefined : new BlockMap(size);
  const born = { dirty: complete, dirtyCommitted: complete, unsynced: complete };
  const file = { stored: 0, cutTo: undefined, isNewFile: true };
  return { ...IN_MEMORY, ...born, ...file, id, size, map, lastUsed };
}

type ContentRow = readonly [
  id: string,
  size: number,
  fetchable: number,
  bitmap: Uint8Array | null,
  dirty: number,
  unsynced: number,
  cutTo: number | null,
  stored: number,
  lastUsed: number,
];

export type SizeRow = readonly [id: string, size: number, stored: number, cutTo: number | null];

export interface ContentCounts {
  /** Contents that take space. */
  readonly kept: number;
  /** All of whose bytes are here. */
  readonly whole: number;
  readonly unsent: number;
}

type RowParameters = readonly [
  size: number,
  fetchable: number,
  bitmap: Uint8Array | null,
  dirty: number,
  unsynced: number,
  cutTo: number | null,
  stored: number,
  lastUsed: number,
  id: string,
];

const COLUMNS = 'id, size, fetchable, bitmap, dirty, unsynced, cut_to, stored, last_used';

/** Every statement of the contents, so that the tests can look at their query plans. */
export const CONTENT_SQL = {
  get: `SELECT ${COLUMNS} FROM content WHERE id = ?`,
  sizes: 'SELECT id, size, stored, cut_to FROM content',
  isDirty: 'SELECT dirty FROM content WHERE id = ?',
  insert: `INSERT INTO content
    (size, fetchable, bitmap, dirty, unsynced, cut_to, stored, last_used, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  update: `UPDATE content SET size = ?, fetchable = ?, bitmap = ?, dirty = ?, unsynced = ?,
    cut_to = ?, stored = ?, last_used = ? WHERE id = ?`,
  remove: 'DELETE FROM content WHERE id = ?',
  stored: 'SELECT sum(stored) FROM content',
  /**
   * Of what takes space: how many, how many are wholly here, how many are unsent. Not of files
   * that are never sent.
   */
  counts: `SELECT count(*), coalesce(sum(bitmap IS NULL), 0), coalesce(sum(dirty), 0)
    FROM content LEFT JOIN node ON node.content = content.id
    WHERE (stored > 0 OR dirty = 1) AND coalesce(node.stays_here, 0) = 0`,
  idsAfter: 'SELECT id FROM content WHERE id > ? ORDER BY id LIMIT ?',
  lastUsed: 'SELECT max(last_used) FROM content',
  oldest: `SELECT id, last_used FROM content WHERE dirty = 0 AND last_used > ?
    ORDER BY last_used LIMIT ?`,
  oldestTails: `SELECT id, last_used FROM content
    WHERE dirty = 0 AND stored > ${BLOCK_SIZE_BYTES} AND last_used > ?
    ORDER BY last_used LIMIT ?`,
  headBytes: `SELECT sum(min(stored, ${BLOCK_SIZE_BYTES})) FROM content WHERE dirty = 0`,
  unsynced: 'SELECT id FROM content WHERE unsynced = 1',
} as const;

/** The `content` table. */
export class ContentRows {
  readonly #get: Sql<[string], ContentRow>;
  readonly #sizes: Sql<[], SizeRow>;
  readonly #isDirty: Sql<[string], number>;
  readonly #insert: Sql<RowParameters>;
  readonly #update: Sql<RowParameters>;
  readonly #remove: Sql<[string]>;
  readonly #stored: Sql<[], number | null>;
  readonly #counts: Sql<[], readonly [number, number, number]>;
  readonly #idsAfter: Sql<[string, number], string>;
  readonly #lastUsed: Sql<[], number | null>;
  readonly #oldest: Sql<[number, number], readonly [string, number]>;
  readonly #oldestTails: Sql<[number, number], readonly [string, number]>;
  readonly #headBytes: Sql<[], number | null>;
  readonly #unsynced: Sql<[], string>;

  constructor(db: CacheDatabase) {
    this.#get = db.prepare(CONTENT_SQL.get);
    this.#sizes = db.prepare(CONTENT_SQL.sizes);
    this.#isDirty = db.prepareValue(CONTENT_SQL.isDirty);
    this.#insert = db.prepare(CONTENT_SQL.insert);
    this.#update = db.prepare(CONTENT_SQL.update);
    this.#remove = db.prepare(CONTENT_SQL.remove);
    this.#stored = db.prepareValue(CONTENT_SQL.stored);
    this.#counts = db.prepare(CONTENT_SQL.counts);
    this.#idsAfter = db.prepareValue(CONTENT_SQL.idsAfter);
    this.#lastUsed = db.prepareValue(CONTENT_SQL.lastUsed);
    this.#oldest = db.prepare(CONTENT_SQL.oldest);
    this.#oldestTails = db.prepare(CONTENT_SQL.oldestTails);
    this.#headBytes = db.prepareValue(CONTENT_SQL.headBytes);
    this.#unsynced = db.prepareValue(CONTENT_SQL.unsynced);
  }

  get(id: string): ContentState | undefined {
    const row = this.#get.get(id);
    return row === undefined ? undefined : stateFromRow(row);
  }

  /** Of all contents, without their bitmaps. */
  sizes(): readonly SizeRow[] {
    return this.#sizes.all();
  }

  /** Undefined when there is no row. */
  isDirty(id: string): boolean | undefined {
    const dirty = this.#isDirty.get(id);
    return dirty === undefined ? undefined : dirty === 1;
  }

  insert(state: ContentState): void {
    this.#insert.run(...parametersOf(state));
  }

  /** Writes what may be said of it now: everything but fetched blocks that are not synced. */
  save(state: ContentState): void {
    this.#update.run(...parametersOf(state));
    state.needsSave = false;
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  storedBytes(): number {
    return this.#stored.get() ?? 0;
  }

  counts(): ContentCounts {
    const [kept = 0, whole = 0, unsent = 0] = this.#counts.get() ?? [];
    return { kept, whole, unsent };
  }

  /** In the order of their ids, after `id`. */
  idsAfter(id: string, limit: number): readonly string[] {
    return this.#idsAfter.all(id, limit);
  }

  lastUsed(): number {
    return this.#lastUsed.get() ?? 0;
  }

  /** Clean contents in order of their use, after `lastUsed`. */
  oldest(lastUsed: number, limit: number): readonly (readonly [string, number])[] {
    return this.#oldest.all(lastUsed, limit);
  }

  /** Those of them that have more than their first block. */
  oldestTails(lastUsed: number, limit: number): readonly (readonly [string, number])[] {
    return this.#oldestTails.all(lastUsed, limit);
  }

  /** What the first blocks of all clean contents take. */
  headBytes(): number {
    return this.#headBytes.get() ?? 0;
  }

  unsynced(): readonly string[] {
    return this.#unsynced.all();
  }
}

function stateFromRow(row: ContentRow): ContentState {
  const [id, size, fetchable, bitmap, dirty, unsynced, cutTo, stored, lastUsed] = row;
  return {
    ...IN_MEMORY,
    id,
    size,
    map: bitmap === null ? undefined : new BlockMap(fetchable, bitmap),
    dirty: dirty === 1,
    dirtyCommitted: dirty === 1,
    unsynced: unsynced === 1,
    cutTo: cutTo ?? undefined,
    stored,
    lastUsed,
  };
}

function parametersOf(state: ContentState): RowParameters {
  const { id, size, map, fetched, stored, lastUsed } = state;
  const isComplete = map === undefined || (map.isComplete && fetched === undefined);
  return [
    size,
    isComplete ? 0 : map.fetchable,
    isComplete ? null : map.bitsWithout(fetched),
    state.dirty ? 1 : 0,
    state.unsynced ? 1 : 0,
    state.cutTo ?? null,
    stored,
    lastUsed,
    id,
  ];
}
