import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecoveryReport } from '../../src/cache/content-recovery.js';
import type { NodeDraft } from '../../src/cache/node.js';
import { openSqlite } from '../../src/cache/sqlite.js';
import { databasePath } from '../../src/cache/state-folder.js';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { scratchFolder } from '../support/scratch.js';
import { abandon, bytes, type Cache, draft, openCache, synced } from './support.js';

let cache: Cache;

beforeEach(() => {
  cache = openCache(scratchFolder());
});

afterEach(() => {
  cache.db.close();
  fs.rmSync(cache.folder, { recursive: true });
});

const NOTHING: RecoveryReport = {
  orphans: [],
  damagedClean: [],
  damagedDirty: [],
  maybeTorn: [],
  neverAcknowledged: [],
};

/** A complete, clean content of a node in step with the server. */
function clean(name: string, size: number): string {
  const { contents, tree } = cache;
  const id = contents.create({ size, complete: false });
  fs.writeFileSync(contents.dataPath(id), bytes(size, 1), { flag: 'r+' });
  contents.markFetched(id, 0, size);
  contents.flush();
  tree.insert(synced(1, name, { content: id, size }));
  return id;
}

/** Unsent work. */
function dirty(fields: Partial<NodeDraft>, size: number): string {
  const { contents, tree } = cache;
  const id = contents.create({ size: 0, complete: true });
  contents.write(id, 0, bytes(size, 2));
  tree.insert(draft({ content: id, contentDirty: true, size, ...fields }));
  return id;
}

function killAndRecover(between: (folder: string) => void = () => undefined): RecoveryReport {
  const folder = abandon(cache);
  between(folder);
  cache = openCache(folder);
  return cache.contents.recover();
}

function dataFile(folder: string, id: string): string {
  return path.join(folder, 'data', id.slice(0, 2), id);
}

describe('after a crash', () => {
  it('what was committed is there and nothing else is touched', () => {
    const a = clean('a', 2 * B);
    const b = dirty({ name: 'b' }, 7);
    expect(killAndRecover()).toEqual(NOTHING);
    expect(cache.contents.isComplete(a)).toBe(true);
    expect(cache.contents.isDirty(b)).toBe(true);
    const into = new Uint8Array(7);
    expect(cache.contents.size(b)).toBe(7);
    cache.contents.read(b, 0, into);
    expect(into).toEqual(bytes(7, 2));
  });

  it('what was not synced yet waits to be synced again', () => {
    const id = dirty({ name: 'b' }, 7);
    killAndRecover();
    const [round] = cache.contents.takeSyncRounds();
    expect(round?.dataFiles).toEqual([cache.contents.dataPath(id)]);
    if (round !== undefined) cache.contents.endSyncRound(round, { failed: new Set(), sums: [] });
    expect(cache.contents.hasUnsynced()).toBe(false);
    killAndRecover();
    expect(cache.contents.hasUnsynced()).toBe(false);
  });

  it('a data file without a row and a content without a node are removed', () => {
    const file = 'ab'.repeat(16);
    const unreachable = cache.contents.create({ size: 5, complete: false });
    const report = killAndRecover((folder) => fs.writeFileSync(dataFile(folder, file), 'x'));
    expect([...report.orphans].sort()).toEqual([file, unreachable].sort());
    expect(fs.existsSync(dataFile(cache.folder, file))).toBe(false);
    expect(fs.existsSync(dataFile(cache.folder, unreachable))).toBe(false);
    expect(cache.contents.has(unreachable)).toBe(false);
  });

  it('a file that is not ours in the data folder is left alone', () => {
    const report = killAndRecover((folder) =>
      fs.writeFileSync(path.join(folder, 'data', '00', 'note'), ''),
    );
    expect(report).toEqual(NOTHING);
    expect(fs.existsSync(path.join(cache.folder, 'data', '00', 'note'))).toBe(true);
  });

  it('a truncated clean file is fetched again where it is missing', () => {
    const id = clean('a', 3 * B + 5);
    const report = killAndRecover((folder) => fs.truncateSync(dataFile(folder, id), B + 5));
    expect(report).toEqual({ ...NOTHING, damagedClean: [id] });
    expect(cache.contents.size(id)).toBe(3 * B + 5);
    expect(cache.contents.missing(id, 0, 4 * B)).toEqual([{ start: B, end: 3 * B + 5 }]);
    expect(fs.statSync(dataFile(cache.folder, id)).size).toBe(3 * B + 5);
  });

  it('a clean file that is gone, or is a symbolic link now, is fetched again as a whole', () => {
    const gone = clean('a', B);
    const linked = clean('b', B);
    const report = killAndRecover((folder) => {
      fs.unlinkSync(dataFile(folder, gone));
      fs.unlinkSync(dataFile(folder, linked));
      fs.symlinkSync('/etc/hostname', dataFile(folder, linked));
    });
    expect([...report.damagedClean].sort()).toEqual([gone, linked].sort());
    expect(cache.contents.missing(gone, 0, B)).toEqual([{ start: 0, end: B }]);
    expect(cache.contents.missing(linked, 0, B)).toEqual([{ start: 0, end: B }]);
    expect(fs.lstatSync(dataFile(cache.folder, linked)).isFile()).toBe(true);
  });

  it('a clean file that is too long is cut to its size', () => {
    const id = clean('a', B);
    expect(killAndRecover((folder) => fs.appendFileSync(dataFile(folder, id), 'x'))).toEqual(
      NOTHING,
    );
    expect(fs.statSync(dataFile(cache.folder, id)).size).toBe(B);
  });

  it('unsent work in a shorter file is kept as it is, and reported', () => {
    const short = dirty({ name: 'a' }, 100);
    const gone = dirty({ name: 'b' }, 100);
    cache.contents.flush();
    const report = killAndRecover((folder) => {
      fs.truncateSync(dataFile(folder, short), 40);
      fs.unlinkSync(dataFile(folder, gone));
    });
    expect([...report.damagedDirty].sort()).toEqual([short, gone].sort());
    expect(cache.contents.size(short)).toBe(40);
    expect(cache.contents.size(gone)).toBe(0);
    expect(cache.logs.map((record) => record.level)).toEqual(['error']);
  });

  it('unsent work in a longer file than its row knew keeps every byte', () => {
    const id = dirty({ name: 'a' }, 10);
    const report = killAndRecover((folder) => fs.appendFileSync(dataFile(folder, id), 'more'));
    expect(report).toEqual(NOTHING);
    expect(cache.contents.size(id)).toBe(14);
  });

  it('a write that was never acknowledged is given up: the node is as the server has it', () => {
    const id = clean('a', B);
    cache.contents.write(id, 0, bytes(10, 9));
    const node = cache.tree.child(1, 'a');
    const report = killAndRecover();
    expect(report).toEqual({ ...NOTHING, orphans: [id], neverAcknowledged: [id] });
    expect(cache.tree.get(node!.ino)?.content).toBeUndefined();
    expect(cache.contents.has(id)).toBe(false);
  });

  it.each<[string, Partial<NodeDraft>]>([
    ['differs from the base', { name: 'b', contentDirty: true }],
    ['was never on the server', { name: 'b' }],
    ['stays on this machine', { name: 'b', staysHere: true }],
  ])('the content of a node that %s counts as dirty whatever its row says', (_title, fields) => {
    const id = dirty(fields, 5);
    cache.contents.setDirty(id, false);
    expect(killAndRecover()).toEqual(NOTHING);
    expect(cache.contents.isDirty(id)).toBe(true);
  });

  it('a node that names a content without a row forgets it, or is reported', () => {
    const lost = 'cd'.repeat(16);
    const node = cache.tree.insert(synced(1, 'a', { content: 'ef'.repeat(16) }));
    cache.tree.insert(draft({ name: 'b', content: lost, contentDirty: true }));
    expect(killAndRecover()).toEqual({ ...NOTHING, damagedDirty: [lost] });
    expect(cache.tree.get(node.ino)?.content).toBeUndefined();
    expect(cache.contents.size(lost)).toBe(0);
  });

  it('deleted nodes that were kept for their users are gone, with attributes and bytes', () => {
    const id = dirty({ name: 'a', parent: undefined }, 5);
    const { tree } = cache;
    const node = tree.byContent(id)!;
    tree.setXattr(node.ino, 'user.a', bytes(1, 1));
    const waiting = tree.save({ ...tree.insert(synced(1, 'b')), parent: undefined });
    expect(killAndRecover().orphans).toEqual([id]);
    expect(cache.tree.get(node.ino)).toBeUndefined();
    expect(cache.tree.listXattrs(node.ino)).toEqual([]);
    expect(cache.tree.get(waiting.ino)).toEqual(waiting);
  });

  it('a snapshot that the tree read before recovery is not believed after it', () => {
    const id = clean('a', B);
    cache.contents.write(id, 0, bytes(10, 9));
    const folder = abandon(cache);
    cache = openCache(folder);
    expect(cache.tree.child(1, 'a')?.content).toBe(id);
    cache.contents.recover();
    expect(cache.tree.child(1, 'a')?.content).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')(
    'of the machine, unsynced work is reported as uncertain',
    () => {
      const synchronised = dirty({ name: 'a' }, 5);
      cache.contents.sync(synchronised);
      const id = dirty({ name: 'b' }, 5);
      const report = killAndRecover((folder) => {
        const raw = openSqlite(databasePath(folder));
        raw.prepare("UPDATE meta SET value = 'another boot' WHERE key = 'cache.boot'").run();
        raw.close();
      });
      expect(report).toEqual({ ...NOTHING, maybeTorn: [id] });
      expect(cache.contents.isDirty(synchronised)).toBe(true);
    },
  );

  it.runIf(process.platform === 'linux')(
    'of the machine makes what was sent but never synced be fetched again',
    () => {
      const id = dirty({ name: 'a', base: synced(1, 'a', {}).base, contentDirty: false }, 5);
      cache.contents.setDirty(id, false);
      const report = killAndRecover((folder) => {
        const raw = openSqlite(databasePath(folder));
        raw.prepare("UPDATE meta SET value = 'another boot' WHERE key = 'cache.boot'").run();
        raw.close();
      });
      expect(report).toEqual({ ...NOTHING, damagedClean: [id] });
      expect(cache.contents.missing(id, 0, 5)).toEqual([{ start: 0, end: 5 }]);
    },
  );
});
