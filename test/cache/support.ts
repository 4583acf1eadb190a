/** A state folder of its own for a test, and drafts of nodes. */
import fs from 'node:fs';
import { ContentStore } from '../../src/cache/content-store.js';
import { type CacheDatabase, openDatabase } from '../../src/cache/database.js';
import type { NodeBase, NodeDraft } from '../../src/cache/node.js';
import { TreeStore } from '../../src/cache/tree-store.js';
import { type Clock, systemClock } from '../../src/clock.js';
import { NuageError } from '../../src/errors.js';
import { Logger, type LogRecord } from '../../src/log.js';
import { scratchFolder } from '../support/scratch.js';

export interface Cache {
  readonly folder: string;
  readonly db: CacheDatabase;
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly logs: LogRecord[];
}

export function openCache(folder: string, clock: Clock = systemClock): Cache {
  const logs: LogRecord[] = [];
  const logger = new Logger('cache', (record) => logs.push(record));
  const db = openDatabase(folder, { logger });
  const tree = new TreeStore(db);
  const contents = new ContentStore({ db, stateFolder: folder, logger, clock });
  return { folder, db, tree, contents, logs };
}

/** As a killed process leaves it: nothing flushed, nothing marked clean, the lock gone. */
export function abandon(cache: Cache): string {
  const copy = scratchFolder();
  fs.cpSync(cache.folder, copy, { recursive: true });
  cache.db.close();
  fs.rmSync(cache.folder, { recursive: true });
  return copy;
}

const TIME = { sec: 1_700_000_000, nsec: 0 };

export function draft(fields: Partial<NodeDraft> = {}): NodeDraft {
  return {
    isFolder: false,
    parent: 1,
    name: 'Élèves & notes #1.odt',
    mode: 0o644,
    uid: undefined,
    gid: undefined,
    size: 0,
    atime: TIME,
    mtime: TIME,
    ctime: TIME,
    content: undefined,
    contentVersion: 0,
    contentDirty: false,
    staysHere: false,
    base: undefined,
    listedEtag: undefined,
    uploadId: undefined,
    failure: undefined,
    ...fields,
  };
}

export function base(fields: Partial<NodeBase> = {}): NodeBase {
  return {
    parent: 1,
    name: 'Élèves & notes #1.odt',
    fileId: '77',
    etag: 'abc',
    size: 0,
    mtime: TIME.sec,
    uploadTime: 0,
    checksum: '',
    permissions: 'RGDNVW',
    ...fields,
  };
}

/** A node that agrees with the server. */
export function synced(parent: number, name: string, fields: Partial<NodeDraft> = {}): NodeDraft {
  return draft({
    parent,
    name,
    base: base({ parent, name, fileId: `${parent}/${name}` }),
    ...fields,
  });
}

export function kindOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return error instanceof NuageError ? error.kind : `not a NuageError: ${String(error)}`;
  }
  return 'nothing thrown';
}

export function bytes(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** What the main thread does with a fetch effect. */
export function arrive({ contents }: Cache, id: string, start: number, data: Uint8Array): void {
  const fd = fs.openSync(contents.dataPath(id), 'r+');
  fs.writeSync(fd, data, 0, data.length, start);
  fs.closeSync(fd);
  contents.markFetched(id, start, start + data.length);
}
