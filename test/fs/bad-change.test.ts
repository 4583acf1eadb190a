/** What this program cannot deal with stands in the queue: it must not stand in everybody's way. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqlite } from '../../src/cache/sqlite.js';
import { databasePath } from '../../src/cache/state-folder.js';
import { NuageError } from '../../src/errors.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.list('');
  bench.server.failure = 'offline';
  bench.write('bad', 'of the bad change');
  bench.write('good', 'of the good one');
});
afterEach(() => bench.close());

describe('a change that the engine fails at', () => {
  it('stays queued with its reason, and the others go', () => {
    const { contents, tree } = bench.engine.context;
    const { content: bad } = tree.get(bench.lookup('bad')) ?? {};
    const missing = contents.missing.bind(contents);
    const spy = vi.spyOn(contents, 'missing').mockImplementation((id, start, end) => {
      if (id === bad) throw new NuageError('assertion', 'a defect');
      return missing(id, start, end);
    });
    bench.server.failure = undefined;
    bench.settle();
    expect([...bench.server.tree().keys()]).toEqual(['good']);
    expect(tree.get(bench.lookup('bad'))?.failure).toMatchObject({ kind: 'assertion' });
    expect(bench.read('bad')).toBe('of the bad change');
    spy.mockRestore();
    bench.settle();
    expect(bench.server.read('bad')).toBe('of the bad change');
  });

  it('at every start does not make the mount unusable: all that is unsent comes back', () => {
    const { server } = bench;
    bench.engine.close();
    const db = openSqlite(databasePath(bench.folder));
    db.prepare("UPDATE node SET content = 'no such content' WHERE name = 'bad'").run();
    db.close();
    server.dropAll();
    bench = new EngineBench({ folder: bench.folder, server });
    server.failure = undefined;
    bench.settle();
    expect(fs.existsSync(path.join(bench.folder, 'damaged-1'))).toBe(true);
    const texts = [...server.tree()].filter(([name]) => name.startsWith('Recovered '));
    expect(texts.map(([, text]) => text)).toContain('of the good one');
    expect(
      bench.logs.some(({ level, message }) => level === 'error' && /set aside/.test(message)),
    ).toBe(true);
    bench.restart();
    expect(fs.existsSync(path.join(bench.folder, 'damaged-2'))).toBe(false);
  });
});
