/**
 * Brings rows, data files and nodes into agreement after whatever ended the last process. Repairs
 * what can come back from the server, reports what cannot, and deletes only what no row names or
 * no node can reach.
 */
import type { Stats } from 'node:fs';
import fs from 'node:fs';
import { BLOCK_SIZE_BYTES } from '../limits.js';
import type { Logger } from '../log.js';
import { BlockMap } from './block-map.js';
import { type ContentRows, type ContentState, newContent, type SizeRow } from './content-row.js';
import type { DataFiles } from './data-files.js';
import type { CacheDatabase } from './database.js';
import { onDisk } from './disk-error.js';
import type { SumTable } from './sum-table.js';

export interface RecoveryReport {
  /** Data files without a row, and contents that no node has: removed. */
  readonly orphans: readonly string[];
  /** Clean, with a file that was missing or of a wrong size: what is missing is fetched again. */
  readonly damagedClean: readonly string[];
  /** Unsent work whose file is missing or too short: now as long as its file. */
  readonly damagedDirty: readonly string[];
  /** Unsent work that the machine went down on before it was synced: it may have holes. */
  readonly maybeTorn: readonly string[];
  /** Written to, but the node never came to say so: given up, the node has no content now. */
  readonly neverAcknowledged: readonly string[];
}

export interface RecoveryParts {
  readonly db: CacheDatabase;
  readonly rows: ContentRows;
  readonly sums: SumTable;
  readonly files: DataFiles;
  readonly logger: Logger;
}

/** SQL of the agreement between `node` and `content`. Exported for its tests. */
export const RECOVERY_SQL = {
  /** Deleted here and agreed with the server: kept for who had it open, and nobody has now. */
  detachedXattrs: `DELETE FROM xattr WHERE ino IN (
    SELECT ino FROM node WHERE parent IS NULL AND base_parent IS NULL)`,
  detached: 'DELETE FROM node WHERE parent IS NULL AND base_parent IS NULL',
  /** Its node is in step with the server, so no write to it was acknowledged. */
  neverAcknowledged: `SELECT content.id FROM content CROSS JOIN node ON node.content = content.id
    WHERE dirty = 1 AND content_dirty = 0 AND stays_here = 0 AND base_parent IS NOT NULL`,
  clearContent: 'UPDATE node SET content = NULL WHERE content = ?',
  markDirty: `UPDATE content SET dirty = 1 WHERE dirty = 0 AND id IN (
    SELECT content FROM node WHERE content IS NOT NULL
      AND (content_dirty = 1 OR stays_here = 1 OR base_parent IS NULL))`,
  unreachable: `SELECT id FROM content
    WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.content = content.id)`,
  /** Nodes whose content has no row: of each, 1 when the server does not have its bytes. */
  dangling: `SELECT content, content_dirty = 1 OR stays_here = 1 OR base_parent IS NULL
    FROM node WHERE content IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM content WHERE content.id = node.content)`,
  /** The triggers leave none; a false sum of bytes of the user would cost them. */
  unfoundedSums: `DELETE FROM block_sum
    WHERE content NOT IN (SELECT id FROM content WHERE dirty = 0)`,
} as const;

export function recoverContents(parts: RecoveryParts): RecoveryReport {
  const { db, rows, files, logger } = parts;
  const settled = db.atomically(() => settleRows(parts));
  db.resetMemory();
  const maybeTorn = db.wentDownWithMachine ? unsyncedDirty(rows) : [];
  const damagedClean = db.wentDownWithMachine ? forgetUnsyncedClean(parts) : [];
  const damagedDirty: string[] = [];
  const known = rows.sizes();
  db.atomically(() => {
    for (const row of known) {
      const state = unlikeItsFile(parts, row);
      if (state === undefined || !repairFile(parts, state)) continue;
      (state.dirty ? damagedDirty : damagedClean).push(state.id);
    }
    db.prepare<[]>(RECOVERY_SQL.unfoundedSums).run();
  });
  // Rows that were deleted above must not come back to files that are gone.
  db.barrier();
  const orphans = removeOrphans(files, new Set(known.map(([id]) => id)));
  const report = { orphans, damagedClean, damagedDirty, maybeTorn, ...settled };
  if (damagedDirty.length > 0 || maybeTorn.length > 0) {
    logger.error('unsent work was damaged', { damagedDirty, maybeTorn });
  }
  return report;
}

/** Nodes and contents agree on what is dirty; what no node has loses its row. */
function settleRows({ db, rows }: RecoveryParts): { neverAcknowledged: readonly string[] } {
  db.prepare<[]>(RECOVERY_SQL.detachedXattrs).run();
  db.prepare<[]>(RECOVERY_SQL.detached).run();
  const neverAcknowledged = db.prepareValue<[], string>(RECOVERY_SQL.neverAcknowledged).all();
  const clearContent = db.prepare<[string]>(RECOVERY_SQL.clearContent);
  for (const id of neverAcknowledged) clearContent.run(id);
  db.prepare<[]>(RECOVERY_SQL.markDirty).run();
  for (const id of db.prepareValue<[], string>(RECOVERY_SQL.unreachable).all()) rows.remove(id);
  for (const [id, isPrecious] of db.prepare<[], [string, number]>(RECOVERY_SQL.dangling).all()) {
    // An empty row for lost work: the next step finds its file missing and reports it.
    if (isPrecious === 1) rows.insert(newContent({ id, size: 0, complete: true, lastUsed: 0 }));
    else clearContent.run(id);
  }
  return { neverAcknowledged };
}

/** Sent, but never synced here: what the disk has of it is unknown, so it is fetched again. */
function forgetUnsyncedClean({ db, rows, sums }: RecoveryParts): string[] {
  return db.atomically(() =>
    rows.unsynced().filter((id) => {
      const state = rows.get(id);
      if (state === undefined || state.dirty) return false;
      state.map = new BlockMap(state.size);
      state.unsynced = false;
      rows.save(state);
      sums.remove(id);
      return true;
    }),
  );
}

function unsyncedDirty(rows: ContentRows): string[] {
  return rows.unsynced().filter((id) => rows.isDirty(id) === true);
}

/** Undefined in the usual case: the file is as its row says. */
function unlikeItsFile({ rows, files }: RecoveryParts, row: SizeRow): ContentState | undefined {
  const [id, size, stored, cutTo] = row;
  const stat = files.stat(id);
  const isAsKnown = stat?.size === size && storedBytes(stat) === stored && cutTo === null;
  if (isAsKnown) return undefined;
  return rows.get(id);
}

/** @returns true when bytes are missing. */
export function repairFile(
  { rows, sums, files }: Pick<RecoveryParts, 'rows' | 'sums' | 'files'>,
  state: ContentState,
): boolean {
  const stat = files.stat(state.id);
  if (stat === undefined) files.recreate(state.id);
  if (state.dirty && state.cutTo !== undefined) finishCut(files, state, state.cutTo);
  state.cutTo = undefined;
  const fileSize = files.stat(state.id)?.size ?? 0;
  const isDamaged = stat === undefined || fileSize < state.size;
  if (state.dirty) adoptFileSize(state, fileSize);
  else if (fileSize !== state.size) restoreSize(files, state, fileSize);
  state.stored = stat === undefined ? 0 : storedBytes(stat);
  rows.save(state);
  if (stat?.size !== state.size || isDamaged) sums.remove(state.id);
  return isDamaged;
}

const storedBytes = (stat: Stats): number => stat.blocks * 512;

/** Nobody was told yet that it is done, and it may be: so it is. */
function finishCut(files: DataFiles, state: ContentState, size: number): void {
  const fileSize = files.stat(state.id)?.size ?? 0;
  if (fileSize > size) {
    onDisk('cut data file', () => fs.truncateSync(files.pathOf(state.id), size));
  }
  state.map?.cut(size);
  state.size = size;
}

/** Unsent work: the file is the truth. */
function adoptFileSize(state: ContentState, fileSize: number): void {
  state.size = fileSize;
  state.map?.cut(fileSize);
}

/** The server's bytes: the file gets its size back, and lost blocks are fetched again. */
function restoreSize(files: DataFiles, state: ContentState, fileSize: number): void {
  onDisk('repair data file', () => fs.truncateSync(files.pathOf(state.id), state.size));
  if (fileSize >= state.size) return;
  const map = new BlockMap(state.size);
  const kept = Math.floor(fileSize / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
  map.addWhole(0, kept);
  for (const gap of state.map?.missing(0, state.size) ?? []) map.deleteTouched(gap.start, gap.end);
  state.map = map;
}

function removeOrphans(files: DataFiles, known: ReadonlySet<string>): string[] {
  const orphans = onDisk('list data files', () => files.list()).filter((id) => !known.has(id));
  for (const id of orphans) files.unlink(id);
  return orphans;
}
