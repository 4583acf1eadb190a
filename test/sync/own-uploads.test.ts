/** How long it is remembered what was sent: until the doubt is over, whether it arrived. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeNode } from '../../src/cache/node.js';
import { type ErrorKind, NuageError } from '../../src/errors.js';
import { forgetLost, noteFailed, noteSent } from '../../src/sync/own-uploads.js';
import { EngineBench } from '../support/engine-bench.js';

const CHECKSUM = 'SHA256:ab';
const MINUTE_MS = 60_000;

let bench: EngineBench;
let file: TreeNode;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('folder');
  bench.settle();
  bench.mkdir('new');
  bench.write('new/a', 'one');
  const found = bench.engine.context.tree.get(bench.lookup('new/a'));
  if (found === undefined) throw new Error('no file');
  file = found;
});

afterEach(() => bench.close());

function send(): ReturnType<typeof noteSent> {
  return noteSent(notebook(), file, CHECKSUM);
}

function notebook(): { tree: typeof bench.engine.context.tree; clock: typeof bench.clock } {
  return { tree: bench.engine.context.tree, clock: bench.clock };
}

function isNoted(): boolean {
  return bench.engine.context.tree.sent.isOf(file.ino, {
    parent: 0,
    name: '',
    checksum: CHECKSUM,
    size: 0,
    mtime: 0,
  });
}

function fail(note: ReturnType<typeof noteSent>, kind: ErrorKind): void {
  if (note !== undefined) noteFailed(notebook(), note, new NuageError(kind, 'failed'));
}

describe('an upload that failed', () => {
  it.each([
    ['precondition', false],
    ['quota', false],
    ['forbidden', false],
    ['timeout', true],
    ['server', true],
    ['locked', true],
    ['aborted', true],
  ] as const)('by "%s" may arrive all the same: %s', (kind, mayArrive) => {
    fail(send(), kind);
    expect(isNoted()).toBe(mayArrive);
  });

  it('may have arrived by an earlier try, though the last one was refused', () => {
    fail(send(), 'timeout');
    fail(send(), 'quota');
    expect(isNoted()).toBe(true);
  });

  it('may arrive for an hour after it failed, however long ago it began', () => {
    const note = send();
    bench.clock.advance(300 * MINUTE_MS);
    fail(note, 'timeout');
    bench.clock.advance(59 * MINUTE_MS);
    forgetLost(notebook(), () => false);
    expect(isNoted()).toBe(true);
    bench.clock.advance(2 * MINUTE_MS);
    forgetLost(notebook(), () => false);
    expect(isNoted()).toBe(false);
  });
});

describe('what was sent long ago', () => {
  beforeEach(() => {
    send();
    bench.clock.advance(100 * MINUTE_MS);
  });

  it('is remembered while it is still being sent', () => {
    forgetLost(notebook(), (ino) => ino === file.ino);
    expect(isNoted()).toBe(true);
  });

  it('is remembered while a folder is known to have changed, and has not been seen', () => {
    const { tree } = notebook();
    const folder = tree.get(bench.lookup('folder'));
    if (folder === undefined) throw new Error('no folder');
    tree.save({ ...folder, listedEtag: 'before' });
    forgetLost(notebook(), () => false);
    expect(isNoted()).toBe(true);
    tree.save(folder);
    forgetLost(notebook(), () => false);
    expect(isNoted()).toBe(false);
  });
});
