/**
 * What a damaged database that was set aside still tells of unsent files. Rows are read one by one
 * where many at a time cannot be, so that a bad page costs what stands on it and nothing else.
 */
import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { SALVAGE_RANGE_NODES } from '../limits.js';
import { ROOT_INO, type Timestamp } from './node.js';
import { openSqlite } from './sqlite.js';
import { dataFolder, databasePath } from './state-folder.js';

/** A file with bytes that the server does not have. */
export interface UnsentFile {
  /** Names of the folders it was in, from the root on, as far as they are known. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly mode: number;
  readonly mtime: Timestamp;
  /** Has all of its bytes. */
  readonly dataFile: string;
}

export interface Salvage {
  readonly files: readonly UnsentFile[];
  /** Unsent files whose bytes are not all here, or no longer: names in their folders. */
  readonly incomplete: readonly string[];
}

const NOTHING: Salvage = { files: [], incomplete: [] };

type Row = readonly [
  parent: number,
  name: string,
  mode: number,
  mtimeSec: number,
  mtimeNsec: number,
  content: string,
];

/** NOT INDEXED: an index may be damaged as well, and then leaves rows out without a word. */
const SQL = {
  lastIno: 'SELECT max(ino) FROM node NOT INDEXED',
  unsent: `SELECT parent, name, mode, mtime_sec, mtime_nsec, content FROM node NOT INDEXED
    WHERE ino >= ? AND ino < ? AND is_folder = 0 AND parent IS NOT NULL AND content IS NOT NULL
      AND stays_here = 0 AND (content_dirty = 1 OR base_parent IS NULL)`,
  place: 'SELECT parent, name FROM node NOT INDEXED WHERE ino = ?',
  isWhole: 'SELECT bitmap IS NULL FROM content WHERE id = ?',
} as const;

/** Nothing where the database cannot be read at all. */
export function salvage(damagedFolder: string): Salvage {
  let db: Database.Database | undefined;
  try {
    db = openSqlite(databasePath(damagedFolder));
    return readUnsent(db, dataFolder(damagedFolder));
  } catch {
    return NOTHING;
  } finally {
    db?.close();
  }
}

function readUnsent(db: Database.Database, data: string): Salvage {
  const files: UnsentFile[] = [];
  const incomplete: string[] = [];
  const lastIno = db.prepare(SQL.lastIno).pluck().get() as number;
  const folders = new Folders(db);
  for (let ino = ROOT_INO; ino <= lastIno; ino += SALVAGE_RANGE_NODES) {
    for (const [parent, name, mode, sec, nsec, content] of unsentRows(db, ino)) {
      const dataFile = path.join(data, content.slice(0, 2), content);
      const isWhole = isWholeContent(db, content) && fs.existsSync(dataFile);
      if (!isWhole) incomplete.push([...folders.above(parent), name].join('/'));
      else
        files.push({ folders: folders.above(parent), name, mode, mtime: { sec, nsec }, dataFile });
    }
  }
  return { files, incomplete };
}

/** Of one range of inodes; halves it where it cannot be read. */
function unsentRows(db: Database.Database, from: number): readonly Row[] {
  const statement = db.prepare<[number, number], Row>(SQL.unsent).raw();
  const read = (start: number, end: number): readonly Row[] => {
    try {
      return statement.all(start, end);
    } catch {
      if (end - start === 1) return [];
      const middle = Math.floor((start + end) / 2);
      return [...read(start, middle), ...read(middle, end)];
    }
  };
  return read(from, from + SALVAGE_RANGE_NODES);
}

/** Where that cannot be read, no: holes would pass for zeros. */
function isWholeContent(db: Database.Database, content: string): boolean {
  try {
    return db.prepare(SQL.isWhole).pluck().get(content) === 1;
  } catch {
    return false;
  }
}

class Folders {
  readonly #place: Database.Statement<[number], readonly [number | null, string]>;
  readonly #known = new Map<number, readonly string[]>([[ROOT_INO, []]]);

  constructor(db: Database.Database) {
    this.#place = db.prepare<[number], readonly [number | null, string]>(SQL.place).raw();
  }

  /** Names from the root down to this folder; of one that cannot be read, none. */
  above(ino: number): readonly string[] {
    const known = this.#known.get(ino);
    if (known !== undefined) return known;
    // A ring of damaged rows ends here.
    this.#known.set(ino, []);
    const [parent, name] = this.#read(ino);
    const names = parent === null ? [] : [...this.above(parent), name];
    this.#known.set(ino, names);
    return names;
  }

  #read(ino: number): readonly [number | null, string] {
    try {
      return this.#place.get(ino) ?? [null, ''];
    } catch {
      return [null, ''];
    }
  }
}
