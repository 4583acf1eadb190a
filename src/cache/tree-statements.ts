/** The statements of the tree store, prepared. */
import type { CacheDatabase } from './database.js';
import { type Column, NODE_SQL, type NodeRow } from './node-row.js';
import type { Sql } from './sql.js';

export interface Statements {
  readonly get: Sql<[number], NodeRow>;
  readonly child: Sql<[number, string], number>;
  readonly childrenFrom: Sql<[number, number, number], NodeRow>;
  readonly children: Sql<[number], readonly [number, string, number]>;
  readonly subfolderCount: Sql<[number], number>;
  readonly hasChildren: Sql<[number], number>;
  readonly byFileId: Sql<[string], number>;
  readonly byBasePlace: Sql<[number, string], number>;
  readonly byContent: Sql<[string], number>;
  readonly baseChildren: Sql<[number], number>;
  readonly hasBaseChildren: Sql<[number], number>;
  readonly folderCount: Sql<[], number>;
  readonly pending: Sql<[number, number], number>;
  readonly failed: Sql<[], number>;
  readonly foldersOutOfDate: Sql<[], number>;
  readonly lastChange: Sql<[], number | null>;
  readonly insert: Sql<Column[]>;
  readonly update: Sql<Column[]>;
  readonly updateAttributes: Sql<Column[]>;
  readonly remove: Sql<[number]>;
  readonly count: Sql<[], number>;
  readonly pendingCount: Sql<[], number>;
  readonly failedCount: Sql<[], number>;
  readonly getMeta: Sql<[string], string>;
  readonly setMeta: Sql<[string, string]>;
}

export function prepareStatements(db: CacheDatabase): Statements {
  return {
    get: db.prepare(NODE_SQL.get),
    child: db.prepareValue(NODE_SQL.child),
    childrenFrom: db.prepare(NODE_SQL.childrenFrom),
    children: db.prepare(NODE_SQL.children),
    subfolderCount: db.prepareValue(NODE_SQL.subfolderCount),
    hasChildren: db.prepareValue(NODE_SQL.hasChildren),
    byFileId: db.prepareValue(NODE_SQL.byFileId),
    byBasePlace: db.prepareValue(NODE_SQL.byBasePlace),
    byContent: db.prepareValue(NODE_SQL.byContent),
    baseChildren: db.prepareValue(NODE_SQL.baseChildren),
    hasBaseChildren: db.prepareValue(NODE_SQL.hasBaseChildren),
    folderCount: db.prepareValue(NODE_SQL.folderCount),
    pending: db.prepareValue(NODE_SQL.pending),
    failed: db.prepareValue(NODE_SQL.failed),
    foldersOutOfDate: db.prepareValue(NODE_SQL.foldersOutOfDate),
    lastChange: db.prepareValue(NODE_SQL.lastChange),
    insert: db.prepare(NODE_SQL.insert),
    update: db.prepare(NODE_SQL.update),
    updateAttributes: db.prepare(NODE_SQL.updateAttributes),
    remove: db.prepare(NODE_SQL.remove),
    count: db.prepareValue(NODE_SQL.count),
    pendingCount: db.prepareValue(NODE_SQL.pendingCount),
    failedCount: db.prepareValue(NODE_SQL.failedCount),
    getMeta: db.prepareValue('SELECT value FROM meta WHERE key = ?'),
    setMeta: db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
  };
}
