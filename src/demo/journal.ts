/**
 * What a folder on disk cannot say (file ids, etags, checksums), kept beside it: one JSON line per
 * change, the last line of an id wins. Lines are written at once, so they survive a kill of the
 * server; a torn last line is dropped. The data folder stays the truth: a lost journal costs new
 * ids and nothing else.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import type { DiskState, TrashInfo, TreeNode } from './tree-node.js';

export interface JournalRow {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly diskName: string;
  readonly folder: boolean;
  readonly etag: string;
  readonly mtime: number;
  readonly uploadTime: number;
  readonly creationTime: number;
  readonly checksum: string;
  readonly favorite: boolean;
  readonly grants: number;
  readonly seen: DiskState;
  readonly trash?: TrashInfo | undefined;
}

type JournalLine = JournalRow | { readonly id: number; readonly gone: true };

export class Journal {
  readonly #file: string;
  #descriptor: number;
  #lines = 0;

  private constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, 'a', 0o600);
    // Ends the torn line that a killed server may have left; an empty line is skipped.
    writeSync(this.#descriptor, '\n');
  }

  /** The rows that live, and the first id that was never given away. */
  static open(file: string): { journal: Journal; rows: Map<number, JournalRow>; nextId: number } {
    const rows = new Map<number, JournalRow>();
    let nextId = 0;
    for (const line of readLines(file)) {
      nextId = Math.max(nextId, line.id + 1);
      if ('gone' in line) rows.delete(line.id);
      else rows.set(line.id, line);
    }
    return { journal: new Journal(file), rows, nextId };
  }

  get lines(): number {
    return this.#lines;
  }

  write(node: TreeNode): void {
    this.#append(JSON.stringify(rowOf(node)));
  }

  forget(id: number): void {
    this.#append(JSON.stringify({ id, gone: true }));
  }

  /** Replaces the journal by the rows given; `lastId` keeps given-away ids from coming back. */
  rewrite(nodes: Iterable<TreeNode>, lastId: number): void {
    const lines = [JSON.stringify({ id: lastId, gone: true })];
    for (const node of nodes) lines.push(JSON.stringify(rowOf(node)));
    writeFileSync(`${this.#file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
    closeSync(this.#descriptor);
    renameSync(`${this.#file}.new`, this.#file);
    this.#descriptor = openSync(this.#file, 'a', 0o600);
    this.#lines = lines.length;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(line: string): void {
    writeSync(this.#descriptor, `${line}\n`);
    this.#lines += 1;
  }
}

function rowOf(node: TreeNode): JournalRow {
  const { id, name, diskName, etag, mtime, uploadTime, creationTime, checksum, favorite } = node;
  const { grants, seen, trash } = node;
  const parent = node.parent?.id ?? 0;
  const folder = node.children !== undefined;
  const known = { etag, mtime, uploadTime, creationTime, checksum, favorite, grants, seen, trash };
  return { id, parent, name, diskName, folder, ...known };
}

function readLines(file: string): JournalLine[] {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const lines: JournalLine[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      // The file is written by this class alone.
      lines.push(JSON.parse(line) as JournalLine);
    } catch {
      // The last line of a killed server.
    }
  }
  return lines;
}
