import fs from 'node:fs';
import type Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECOVERY_SQL } from '../../src/cache/content-recovery.js';
import { CONTENT_SQL } from '../../src/cache/content-row.js';
import { NODE_SQL } from '../../src/cache/node-row.js';
import { SENT_SQL } from '../../src/cache/sent-table.js';
import { openSqlite } from '../../src/cache/sqlite.js';
import { databasePath } from '../../src/cache/state-folder.js';
import { scratchFolder } from '../support/scratch.js';
import { openCache } from './support.js';

let folder: string;
let db: Database.Database;

beforeAll(() => {
  folder = scratchFolder();
  openCache(folder).db.close();
  db = openSqlite(databasePath(folder));
});

afterAll(() => {
  db.close();
  fs.rmSync(folder, { recursive: true });
});

function planOf(sql: string): string {
  const parameters = Array.from({ length: (sql.match(/\?/g) ?? []).length }, () => 1);
  const rows = db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...parameters);
  return rows.map((row) => row.detail).join('; ');
}

describe('the plan of', () => {
  it.each<[string, string, string]>([
    ['a node by inode', NODE_SQL.get, 'USING INTEGER PRIMARY KEY'],
    ['a child by name', NODE_SQL.child, 'COVERING INDEX node_place (parent=? AND name=?)'],
    ['a piece of a folder', NODE_SQL.childrenFrom, 'INDEX node_child (parent=? AND rowid>?)'],
    ['a listing', NODE_SQL.children, 'INDEX node_place (parent=?)'],
    [
      'the number of subfolders',
      NODE_SQL.subfolderCount,
      'COVERING INDEX node_subfolder (parent=?)',
    ],
    ['whether there are children', NODE_SQL.hasChildren, 'COVERING INDEX node_child (parent=?)'],
    ['a node by file id', NODE_SQL.byFileId, 'COVERING INDEX node_file_id (base_file_id=?)'],
    [
      'a node by its place there',
      NODE_SQL.byBasePlace,
      'COVERING INDEX node_base_place (base_parent=? AND base_name=?)',
    ],
    ['a node by content', NODE_SQL.byContent, 'COVERING INDEX node_content (content=?)'],
    ['what a folder has there', NODE_SQL.baseChildren, 'INDEX node_base_place (base_parent=?)'],
    ['the edge of what is known', NODE_SQL.unlisted, 'INDEX node_unlisted (parent>?)'],
    ['the edge in a folder', NODE_SQL.unlistedIn, 'INDEX node_unlisted (parent=?)'],
    ['the size of the edge', NODE_SQL.unlistedSizeIn, 'INDEX node_unlisted (parent=?)'],
    ['the number of folders', NODE_SQL.folderCount, 'INDEX node_subfolder'],
    ['what was sent to a place', SENT_SQL.at, 'PRIMARY KEY (parent=? AND name=?)'],
    ['what was sent of a file', SENT_SQL.of, 'INDEX sent_upload_ino (ino=?)'],
    ['what has been met of it', SENT_SQL.forget, 'PRIMARY KEY (parent=? AND name=?)'],
    ['what was lost of a file', SENT_SQL.forgetOf, 'INDEX sent_upload_ino (ino=?)'],
    ['the queue', NODE_SQL.pending, 'INDEX node_change (change>?)'],
    ['the last change', NODE_SQL.lastChange, 'COVERING INDEX node_change'],
    ['the number of changes', NODE_SQL.pendingCount, 'COVERING INDEX node_change'],
    ['the number of failures', NODE_SQL.failedCount, 'COVERING INDEX node_failure'],
    ['a content', CONTENT_SQL.get, 'INDEX sqlite_autoindex_content_1 (id=?)'],
    ['the oldest contents', CONTENT_SQL.oldest, 'INDEX content_age (last_used>?)'],
    ['the oldest tails', CONTENT_SQL.oldestTails, 'INDEX content_tail (last_used>?)'],
    ['unsynced contents', CONTENT_SQL.unsynced, 'COVERING INDEX content_unsynced'],
    ['detached nodes', RECOVERY_SQL.detached, 'INDEX node_detached'],
  ])('%s uses its index and sorts nothing', (_title, sql, index) => {
    const plan = planOf(sql);
    expect(plan).toContain(index);
    expect(plan).not.toContain('TEMP B-TREE');
  });

  it.each(Object.entries(RECOVERY_SQL))('recovery’s %s never scans all nodes', (_name, sql) => {
    expect(planOf(sql)).not.toMatch(/SCAN node(;|$)/);
  });
});
