/** Unsent bytes whose data file is gone: what is left of them is not sent as if it were all. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LiveBench } from '../faults/live-bench.js';

const SOON_MS = 120_000;

let live: LiveBench;

beforeEach(async () => {
  live = await LiveBench.start({ 'old.txt': 'what the server has' });
  onTestFinished(() => live.close());
  await live.learn();
  await live.tree();
});

/** Writes it while the server takes nothing, and ends the process without its data file. */
async function lose(name: string): Promise<void> {
  live.nuage.faults.add({ method: 'PUT', action: { kind: 'respond', status: 503 } });
  live.nuage.faults.add({ method: 'POST', action: { kind: 'respond', status: 503 } });
  await live.perform(() => live.bench.write(name, 'a thesis'));
  const { tree, contents } = live.bench.engine.context;
  const content = tree.get(live.bench.lookup(name))?.content ?? '';
  fs.rmSync(contents.dataPath(content));
  await live.restart('killed');
  live.nuage.faults.clear();
  await live.turnFor(SOON_MS, () => false);
}

function failures(): readonly (readonly [string, string | undefined])[] {
  return live.bench.engine.context.tree.failed().map(({ name, failure }) => [name, failure?.kind]);
}

const onServer = (name: string): string =>
  fs.readFileSync(path.join(live.nuage.folder, name), 'utf8');

describe('unsent bytes that were lost', () => {
  it('of a new file keep it here, with the reason, until the user sends what is left', async () => {
    await lose('new.txt');
    expect(failures()).toEqual([['new.txt', 'bytes-lost']]);
    expect(fs.existsSync(path.join(live.nuage.folder, 'new.txt'))).toBe(false);
    live.bench.engine.context.sync.uploader.retry(() => true);
    await live.turnFor(SOON_MS, () => live.isQuiet);
    expect(onServer('new.txt')).toBe('');
    expect(failures()).toEqual([]);
  });

  it('of a file that is saved again are nobody’s concern any more', async () => {
    await lose('new.txt');
    await live.perform(() => live.bench.write('new.txt', 'the thesis, once more'));
    await live.turnFor(SOON_MS, () => live.isQuiet);
    expect(onServer('new.txt')).toBe('the thesis, once more');
    expect(failures()).toEqual([]);
  });

  it('of a file that the server has leave its version alone, and no copy of nothing goes', async () => {
    await lose('old.txt');
    expect(onServer('old.txt')).toBe('what the server has');
    expect(await live.read('old.txt')).toBe('what the server has');
    expect(fs.readdirSync(live.nuage.folder)).toEqual(['old.txt']);
    expect(failures()).toEqual([[expect.stringContaining('conflicted copy'), 'bytes-lost']]);
  });
});
