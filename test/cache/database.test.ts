import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, SCHEMA_VERSION } from '../../src/cache/schema.js';
import { openSqlite } from '../../src/cache/sqlite.js';
import { databasePath } from '../../src/cache/state-folder.js';
import { scratchFolder } from '../support/scratch.js';
import { abandon, bytes, draft, kindOf, openCache } from './support.js';

let folder: string;

beforeEach(() => {
  folder = scratchFolder();
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function modeOf(name: string): number {
  return fs.statSync(path.join(folder, name)).mode & 0o777;
}

describe('the state folder', () => {
  it('is created private, with private files', () => {
    fs.rmdirSync(folder);
    const cache = openCache(folder);
    cache.tree.insert(draft());
    expect(modeOf('.')).toBe(0o700);
    expect(modeOf('nuage.sqlite')).toBe(0o600);
    expect(modeOf('nuage.sqlite-wal')).toBe(0o600);
    expect(modeOf('data')).toBe(0o700);
    cache.db.close();
  });

  it('is made private when it was open to others', () => {
    fs.chmodSync(folder, 0o755);
    openCache(folder).db.close();
    fs.chmodSync(databasePath(folder), 0o644);
    openCache(folder).db.close();
    expect(modeOf('.')).toBe(0o700);
    expect(modeOf('nuage.sqlite')).toBe(0o600);
  });

  it('is refused when it, its database or its data are symbolic links', () => {
    const real = path.join(folder, 'real');
    fs.mkdirSync(real);
    fs.symlinkSync(real, path.join(folder, 'link'));
    expect(kindOf(() => openCache(path.join(folder, 'link')))).toBe('forbidden');
    fs.symlinkSync('/etc/hostname', databasePath(real));
    expect(kindOf(() => openCache(real))).toBe('forbidden');
    fs.unlinkSync(databasePath(real));
    fs.symlinkSync('/tmp', path.join(real, 'data'));
    expect(kindOf(() => openCache(real))).toBe('forbidden');
  });

  it('is refused when a folder of data files is a symbolic link', () => {
    fs.mkdirSync(path.join(folder, 'data'), { mode: 0o700 });
    fs.symlinkSync('/tmp', path.join(folder, 'data', '7f'));
    expect(kindOf(() => openCache(folder))).toBe('exists');
  });

  it.runIf(process.getuid?.() === 0)('is refused when it belongs to somebody else', () => {
    fs.chownSync(folder, 12345, 12345);
    expect(kindOf(() => openCache(folder))).toBe('forbidden');
  });
});

describe('opening', () => {
  it('brings a new database to the present schema', () => {
    openCache(folder).db.close();
    const raw = openSqlite(databasePath(folder));
    expect(raw.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
    raw.close();
  });

  it('brings a database of each older version forward, with what it holds', () => {
    for (let version = 1; version < SCHEMA_VERSION; version += 1) {
      fs.rmSync(databasePath(folder), { force: true });
      const raw = openSqlite(databasePath(folder));
      for (const sql of MIGRATIONS.slice(0, version)) raw.exec(sql);
      raw.pragma(`user_version = ${version}`);
      raw.exec("UPDATE node SET mode = 448, base_etag = 'kept' WHERE ino = 1");
      raw.close();
      const cache = openCache(folder);
      expect(cache.tree.get(1)).toMatchObject({ mode: 0o700, base: { etag: 'kept' } });
      cache.db.close();
    }
  });

  it('refuses a database of a newer version and leaves it as it is', () => {
    openCache(folder).db.close();
    const raw = openSqlite(databasePath(folder));
    raw.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    raw.close();
    const before = fs.readFileSync(databasePath(folder));
    expect(kindOf(() => openCache(folder))).toBe('not-supported');
    expect(fs.readFileSync(databasePath(folder))).toEqual(before);
    expect(fs.existsSync(path.join(folder, 'damaged-1'))).toBe(false);
  });

  it('is refused while another process has the database', () => {
    const first = openCache(folder);
    expect(kindOf(() => openCache(folder))).toBe('busy');
    first.db.close();
    openCache(folder).db.close();
  });

  it('tells whether the last process closed it', () => {
    const first = openCache(folder);
    expect(first.db.wasClosedCleanly).toBe(true);
    first.tree.insert(draft());
    const copy = abandon(first);
    folder = copy;
    const second = openCache(copy);
    expect(second.db.wasClosedCleanly).toBe(false);
    expect(second.tree.child(1, draft().name)).toBeDefined();
    second.db.close();
    const third = openCache(copy);
    expect(third.db.wasClosedCleanly).toBe(true);
    third.db.close();
  });
});

describe('a damaged database', () => {
  function damage(at: number, length: number): void {
    const fd = fs.openSync(databasePath(folder), 'r+');
    fs.writeSync(fd, bytes(length, 0xaa), 0, length, at);
    fs.closeSync(fd);
  }

  it.each([
    ['is no database at all', 0],
    ['has a damaged schema', 100],
  ])('that %s is set aside with its data files, and said so', (_title, at) => {
    const first = openCache(folder);
    const id = first.contents.create({ size: 0, complete: true });
    first.contents.write(id, 0, bytes(5, 7));
    first.tree.insert(draft({ content: id, contentDirty: true }));
    first.contents.close();
    first.db.close();
    damage(at, 4000);
    const second = openCache(folder);
    const aside = path.join(folder, 'damaged-1');
    expect(second.db.damagedFolder).toBe(aside);
    expect(second.logs.map((record) => record.level)).toEqual(['error']);
    expect(second.tree.count()).toBe(1);
    expect(second.contents.recover().orphans).toEqual([]);
    expect([...fs.readFileSync(path.join(aside, 'data', id.slice(0, 2), id))]).toEqual([
      7, 7, 7, 7, 7,
    ]);
    expect(fs.existsSync(path.join(aside, 'nuage.sqlite'))).toBe(true);
    second.db.close();
  });

  it('is found by the check after a crash, in a page that nobody has read yet', () => {
    const first = openCache(folder);
    first.tree.atomically(() => {
      for (let i = 0; i < 5000; i += 1) first.tree.insert(draft({ name: `file ${i}` }));
    });
    first.db.close();
    const raw = openSqlite(databasePath(folder));
    raw.prepare("UPDATE meta SET value = '1' WHERE key = 'cache.open'").run();
    raw.close();
    damage(4096 * 40, 4096 * 20);
    const second = openCache(folder);
    expect(second.db.damagedFolder).toBe(path.join(folder, 'damaged-1'));
    second.db.close();
  });

  it('does not take the place of one that was set aside before', () => {
    for (const expected of ['damaged-1', 'damaged-2']) {
      openCache(folder).db.close();
      damage(0, 4000);
      const cache = openCache(folder);
      expect(cache.db.damagedFolder).toBe(path.join(folder, expected));
      cache.db.close();
    }
  });
});

describe('a transaction', () => {
  it('calls what waits for its commit in order, once, and never after a failure', () => {
    const { db } = openCache(folder);
    const calls: string[] = [];
    db.afterCommit(() => calls.push('at once'));
    db.atomically(() => {
      db.afterCommit(() => calls.push('outer'));
      const inner = (): void =>
        db.atomically(() => {
          db.afterCommit(() => calls.push('taken back'));
          throw new Error('no');
        });
      expect(inner).toThrow('no');
      db.atomically(() => db.afterCommit(() => calls.push('inner')));
      expect(calls).toEqual(['at once']);
    });
    expect(calls).toEqual(['at once', 'outer', 'inner']);
    db.close();
  });

  it('has no barrier in it and is not closed in the middle', () => {
    const { db } = openCache(folder);
    expect(kindOf(() => db.atomically(() => db.barrier()))).toBe('assertion');
    expect(kindOf(() => db.atomically(() => db.close()))).toBe('assertion');
    db.close();
    db.close();
  });
});
