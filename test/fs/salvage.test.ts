/** What becomes of unsent files when the database that names them is damaged. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/cache/sqlite.js';
import { databasePath } from '../../src/cache/state-folder.js';
import { EngineBench } from '../support/engine-bench.js';

const PAGE_BYTES = 4096;

let bench: EngineBench;

afterEach(() => bench.close());

/** The pages of a table or an index, from its root on. */
function pagesOf(file: string, name: string): readonly number[] {
  const db = openSqlite(file);
  try {
    const root = 'SELECT rootpage FROM sqlite_schema WHERE name = ?';
    const page = db.prepare(root).pluck().get(name) as number;
    const byUse = 'SELECT pageno FROM dbstat WHERE name = ? AND pageno <> ? ORDER BY path';
    return [page, ...(db.prepare(byUse).pluck().all(name, page) as number[])];
  } finally {
    db.close();
  }
}

/** Ends as a crash would, with damage done to pages of the database, and starts again. */
function restartDamaged(pages: (file: string) => readonly number[]): void {
  const { server } = bench;
  bench.engine.close();
  const file = databasePath(bench.folder);
  const db = openSqlite(file);
  db.prepare("UPDATE meta SET value = '1' WHERE key = 'cache.open'").run();
  db.close();
  const damaged = pages(file);
  const fd = fs.openSync(file, 'r+');
  for (const page of damaged) {
    fs.writeSync(fd, Buffer.alloc(PAGE_BYTES, 0xaa), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
  }
  fs.closeSync(fd);
  server.dropAll();
  bench = new EngineBench({ folder: bench.folder, server });
  expect(fs.existsSync(path.join(bench.folder, 'damaged-1'))).toBe(true);
}

/** The folder of what came back, or undefined. */
function recovered(): string | undefined {
  return bench.list('').find((name) => name.startsWith('Recovered '));
}

function startWithUnsent(): void {
  bench = new EngineBench();
  bench.mkdir('Cours');
  bench.write('Cours/notes.ods', 'marks of yesterday');
  bench.settle();
  bench.server.failure = 'offline';
  bench.write('Cours/notes.ods', 'marks of today');
  bench.mkdir('Cours/neu');
  bench.write('Cours/neu/brief.odt', 'a letter');
}

describe('unsent files of a damaged database', () => {
  it('come back beside what the server has, and are sent', () => {
    startWithUnsent();
    restartDamaged((file) => pagesOf(file, 'node_place').slice(0, 1));
    bench.server.failure = undefined;
    bench.settle();
    const folder = recovered();
    expect(folder).toMatch(/^Recovered \d{4}-\d\d-\d\d \d{6}$/);
    expect(bench.read(`${folder}/Cours/notes.ods`)).toBe('marks of today');
    expect(bench.read(`${folder}/Cours/neu/brief.odt`)).toBe('a letter');
    expect(bench.server.read(`${folder}/Cours/notes.ods`)).toBe('marks of today');
    expect(bench.server.read(`${folder}/Cours/neu/brief.odt`)).toBe('a letter');
    expect(bench.server.read('Cours/notes.ods')).toBe('marks of yesterday');
    expect(bench.engine.context.tree.pendingCount()).toBe(0);
  });

  it('come back once, and without those that were sent', () => {
    startWithUnsent();
    bench.write('sent.txt', 'sent');
    bench.server.failure = undefined;
    bench.settle();
    restartDamaged((file) => pagesOf(file, 'node_place').slice(0, 1));
    bench.settle();
    expect(recovered()).toBeUndefined();
    bench.restart();
    bench.settle();
    expect(bench.list('')).toEqual(['Cours', 'sent.txt']);
  });

  it('come back without those whose rows are on the damaged pages', () => {
    bench = new EngineBench();
    bench.list('');
    bench.server.failure = 'offline';
    for (let file = 0; file < 300; file += 1) bench.write(`file ${file}`, `text ${file}`);
    restartDamaged((file) => pagesOf(file, 'node').slice(3, 5));
    bench.server.failure = undefined;
    bench.settle();
    const folder = recovered();
    const names = bench.list(folder ?? '');
    expect(names.length).toBeGreaterThan(200);
    expect(names.length).toBeLessThan(300);
    for (const name of names) {
      expect(bench.server.read(`${folder}/${name}`)).toBe(name.replace('file', 'text'));
    }
  });

  it('stay in the folder that was set aside where the database cannot be read at all', () => {
    startWithUnsent();
    restartDamaged(() => [1]);
    bench.server.failure = undefined;
    bench.settle();
    expect(recovered()).toBeUndefined();
    expect(bench.read('Cours/notes.ods')).toBe('marks of yesterday');
    const data = path.join(bench.folder, 'damaged-1', 'data');
    const texts = fs
      .readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
    expect(texts).toContain('marks of today');
  });
});
