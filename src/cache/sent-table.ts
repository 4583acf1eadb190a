/**
 * Uploads that were begun and of which no answer has come: the line broke, the process ended, or
 * they are under way. The server may hold what they sent, and whoever meets it there must know it
 * for our own, also when the file has been saved again, renamed or deleted since.
 */
import type { CacheDatabase } from './database.js';
import type { Sql } from './sql.js';

export interface SentUpload {
  /** Inode of the folder on the server. */
  readonly parent: number;
  readonly name: string;
  /** `SHA256:hex` of the bytes; of a copy something that no server tells. */
  readonly checksum: string;
  /** Of the file that held them. */
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** What the server has at a place; a checksum is empty where it knows of none. */
export type FoundFile = Pick<SentUpload, 'parent' | 'name' | 'checksum' | 'size' | 'mtime'>;

/** A Nextcloud keeps no checksum of a bulk upload: size and time tell it, as they do its ETag. */
const OF_THESE_BYTES = "(checksum = ? OR ? = '' AND size = ? AND mtime = ?)";

/** SQL of the table. Exported for its tests. */
export const SENT_SQL = {
  at: `SELECT ino FROM sent_upload WHERE parent = ? AND name = ? AND ${OF_THESE_BYTES} LIMIT 1`,
  of: `SELECT 1 FROM sent_upload WHERE ino = ? AND ${OF_THESE_BYTES} LIMIT 1`,
  forget: `DELETE FROM sent_upload WHERE parent = ? AND name = ? AND ${OF_THESE_BYTES}`,
  settle: 'DELETE FROM sent_upload WHERE parent = ? AND name = ?',
  folders: 'SELECT DISTINCT parent FROM sent_upload',
  senders: 'SELECT DISTINCT ino FROM sent_upload WHERE sent_at < ?',
  forgetOf: 'DELETE FROM sent_upload WHERE ino = ? AND sent_at < ?',
  any: 'SELECT 1 FROM sent_upload LIMIT 1',
} as const;

type Found = readonly [checksum: string, sameChecksum: string, size: number, mtime: number];

export class SentTable {
  readonly #insert: Sql<[number, string, string, number, number, number, number]>;
  readonly #at: Sql<[number, string, ...Found], number>;
  readonly #of: Sql<[number, ...Found], number>;
  readonly #forget: Sql<[number, string, ...Found]>;
  readonly #settle: Sql<[number, string]>;
  readonly #folders: Sql<[], number>;
  readonly #senders: Sql<[number], number>;
  readonly #forgetOf: Sql<[number, number]>;
  readonly #any: Sql<[], number>;
  /** A listing of many asks nothing while none is under way. */
  #isEmpty: boolean;

  constructor(db: CacheDatabase) {
    this.#insert = db.prepare('INSERT OR REPLACE INTO sent_upload VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#at = db.prepareValue(SENT_SQL.at);
    this.#of = db.prepareValue(SENT_SQL.of);
    this.#forget = db.prepare(SENT_SQL.forget);
    this.#settle = db.prepare(SENT_SQL.settle);
    this.#folders = db.prepareValue(SENT_SQL.folders);
    this.#senders = db.prepareValue(SENT_SQL.senders);
    this.#forgetOf = db.prepare(SENT_SQL.forgetOf);
    this.#any = db.prepareValue(SENT_SQL.any);
    this.#isEmpty = this.#any.get() === undefined;
    db.onRollback(() => this.#look());
  }

  /** @param now seconds since the epoch. */
  add({ parent, name, checksum, ino, size, mtime }: SentUpload, now: number): void {
    this.#insert.run(parent, name, checksum, ino, size, mtime, now);
    this.#isEmpty = false;
  }

  /** Whose bytes the server may have at this place, if these are such. */
  ownerAt(found: FoundFile): number | undefined {
    if (this.#isEmpty) return undefined;
    return this.#at.get(found.parent, found.name, ...wanted(found));
  }

  /** This file has been sent with these bytes, wherever it was then. */
  isOf(ino: number, found: FoundFile): boolean {
    return !this.#isEmpty && this.#of.get(ino, ...wanted(found)) !== undefined;
  }

  /** What became of it is known: who brings such bytes there from now on is somebody else. */
  forget(found: FoundFile): void {
    if (this.#isEmpty) return;
    this.#forget.run(found.parent, found.name, ...wanted(found));
    this.#look();
  }

  /** What the server has at this place is known again. */
  settled(parent: number, name: string): void {
    if (this.#isEmpty) return;
    this.#settle.run(parent, name);
    this.#look();
  }

  /** Where something may have arrived, by their inodes. */
  folders(): readonly number[] {
    return this.#isEmpty ? [] : this.#folders.all();
  }

  /** The files of which something was sent before, by their inodes. @param time as `add`. */
  sentBefore(time: number): readonly number[] {
    return this.#isEmpty ? [] : this.#senders.all(time);
  }

  /** What was sent of these files before will not arrive any more. @param time as `add`. */
  forgetBefore(time: number, files: readonly number[] = this.sentBefore(time)): void {
    if (files.length === 0) return;
    for (const ino of files) this.#forgetOf.run(ino, time);
    this.#look();
  }

  #look(): void {
    this.#isEmpty = this.#any.get() === undefined;
  }
}

function wanted({ checksum, size, mtime }: FoundFile): Found {
  return [checksum, checksum, size, mtime];
}
