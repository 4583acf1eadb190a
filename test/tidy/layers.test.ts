import { describe, expect, it } from 'vitest';

import { checkCycles } from '../../scripts/tidy/cycles.js';
import { checkLayers, checkSynchronous, layerOf } from '../../scripts/tidy/layers.js';
import { found } from './support.js';

function importing(from: string, target: string, how = 'import { a }'): string[] {
  const specifier = target.startsWith('src/') ? `../../${target.replace(/\.ts$/, '.js')}` : target;
  return found(checkLayers, {
    [from]: `${how} from '${specifier}';\n`,
    ...(target.startsWith('src/') ? { [target]: 'export const a = 1;\n' } : {}),
  });
}

describe('the direction of imports', () => {
  it.each([
    ['src/cli/x.ts', 'src/fs/a.ts'],
    ['src/cli/x.ts', 'src/remote/a.ts'],
    ['src/cli/x.ts', 'src/demo/a.ts'],
    ['src/fs/x.ts', 'src/sync/a.ts'],
    ['src/fs/x.ts', 'src/fuse/a.ts'],
    ['src/fs/x.ts', 'src/cache/a.ts'],
    ['src/sync/x.ts', 'src/cache/a.ts'],
    ['src/cache/x.ts', 'src/limits.ts'],
    ['src/demo/x.ts', 'src/errors.ts'],
    ['src/fuse/ops/x.ts', '../session.js'],
  ])('lets %s import %s', (from, target) => {
    expect(importing(from, target)).toEqual([]);
  });

  it.each([
    ['src/fuse/x.ts', 'src/fs/a.ts', 'fuse must not import fs (src/fs/a.ts)'],
    ['src/fuse/x.ts', 'src/cache/a.ts', 'fuse must not import cache (src/cache/a.ts)'],
    ['src/cache/x.ts', 'src/remote/a.ts', 'cache must not import remote (src/remote/a.ts)'],
    ['src/remote/x.ts', 'src/cache/a.ts', 'remote must not import cache (src/cache/a.ts)'],
    ['src/remote/x.ts', 'src/sync/a.ts', 'remote must not import sync (src/sync/a.ts)'],
    ['src/sync/x.ts', 'src/fs/a.ts', 'sync must not import fs (src/fs/a.ts)'],
    ['src/sync/x.ts', 'src/fuse/a.ts', 'sync must not import fuse (src/fuse/a.ts)'],
    ['src/sync/x.ts', 'src/remote/a.ts', 'sync must not import remote (src/remote/a.ts)'],
    ['src/fs/x.ts', 'src/cli/a.ts', 'fs must not import cli (src/cli/a.ts)'],
    ['src/demo/x.ts', 'src/cli/a.ts', 'demo must not import cli (src/cli/a.ts)'],
    ['src/fuse/x.ts', 'src/remote/a.ts', 'fuse must not import remote (src/remote/a.ts)'],
    ['src/fs/x.ts', 'src/remote/a.ts', 'fs must not import remote (src/remote/a.ts)'],
    ['src/demo/x.ts', 'src/remote/a.ts', 'demo must not import remote (src/remote/a.ts)'],
    ['src/new/x.ts', 'src/errors.ts', 'new must not import leaves (src/errors.ts)'],
  ])('keeps %s from importing %s', (from, target, message) => {
    expect(importing(from, target)).toEqual([`${from}:1: ${message}`]);
    expect(importing(from, target, 'import type { a }')).toEqual([`${from}:1: ${message}`]);
  });

  it('keeps a leaf from importing a layer', () => {
    const files = { 'src/log.ts': "import { a } from './cli/a.js';\n", 'src/cli/a.ts': '' };
    expect(found(checkLayers, files)).toEqual([
      'src/log.ts:1: leaves must not import cli (src/cli/a.ts)',
    ]);
  });

  it('lets sync and fs know the types of the remote contract, and nothing that runs', () => {
    for (const from of ['src/sync/x.ts', 'src/fs/x.ts']) {
      const target = 'src/remote/messages.ts';
      const message = `${from}:1: ${layerOf(from)} may import ${target} by \`import type\` only`;
      expect(importing(from, target, 'import type { a }')).toEqual([]);
      expect(importing(from, target)).toEqual([message]);
      // The compiler keeps this as `import {} from`, so the file is loaded.
      expect(importing(from, target, 'import { type a }')).toEqual([message]);
    }
  });

  it('sees imports on demand, types in place and exports of others as imports', () => {
    const target = { 'src/fs/a.ts': '' };
    const from = (text: string) => found(checkLayers, { 'src/cache/x.ts': text, ...target });
    const message = 'src/cache/x.ts:1: cache must not import fs (src/fs/a.ts)';
    expect(from("await import('../fs/a.js');\n")).toEqual([message]);
    expect(from("let a: import('../fs/a.js').A;\n")).toEqual([message]);
    expect(from("export { a } from '../fs/a.js';\n")).toEqual([message]);
  });

  it('keeps src from importing tests and scripts', () => {
    const files = { 'src/cli/x.ts': "import '../../test/a.js';\n", 'test/a.ts': '' };
    expect(found(checkLayers, files)).toEqual(['src/cli/x.ts:1: src must not import test/a.ts']);
  });

  it('keeps the tests of the kernel side on the kernel side', () => {
    expect(importing('test/fuse/x.ts', 'src/fuse/a.ts')).toEqual([]);
    expect(importing('test/fuse/x.ts', 'src/cache/a.ts')).toEqual([
      "test/fuse/x.ts:1: the kernel's side stands alone: no import of cache (src/cache/a.ts)",
    ]);
    expect(importing('test/mount/x.ts', 'src/cache/a.ts')).toEqual([]);
  });

  it('gives a package to the layers that own it', () => {
    expect(importing('src/remote/x.ts', 'undici')).toEqual([]);
    expect(importing('src/sync/x.ts', 'node:path')).toEqual([]);
    expect(importing('src/sync/x.ts', 'undici')).toEqual([
      'src/sync/x.ts:1: sync must not import undici (only remote)',
    ]);
    expect(importing('src/cache/x.ts', 'node:timers/promises')).toEqual([
      'src/cache/x.ts:1: cache must not import node:timers/promises (only cli, remote, demo)',
    ]);
    expect(importing('src/cli/x.ts', 'yargs/helpers')).toEqual([]);
    expect(importing('src/cli/x.ts', '@new/package/part')).toEqual([
      'src/cli/x.ts:1: @new/package/part: no layer owns this package',
    ]);
  });
});

describe('the engine thread', () => {
  const engine = (text: string) => found(checkSynchronous, { 'src/sync/x.ts': text });

  it.each([
    ['export async function f() {}', 'async'],
    ['setTimeout(f, 1);', 'setTimeout'],
    ['const p = new Promise(f);', 'Promise'],
    ['let p: Promise<void>;', 'Promise'],
    ['console.log(1);', 'console'],
  ])('refuses %s', (text, word) => {
    const message = `\`${word}\` needs an event loop, which the engine thread has not`;
    expect(engine(text)).toEqual([`src/sync/x.ts:1: ${message}`]);
  });

  it('leaves methods of that name and the layers with an event loop alone', () => {
    expect(engine('timers.setTimeout(f, 1); remote.fetch(1);')).toEqual([]);
    expect(found(checkSynchronous, { 'src/remote/x.ts': 'await fetch(1);' })).toEqual([]);
  });
});

describe('import cycles', () => {
  it('are found once, with their way', () => {
    const files = {
      'src/fs/a.ts': "import { b } from './b.js';\n",
      'src/fs/b.ts': "\nimport { C } from './c.js';\n",
      'src/fs/c.ts': "import { a } from './a.js';\n",
    };
    expect(found(checkCycles, files)).toEqual([
      'src/fs/a.ts:1: import cycle: src/fs/a.ts → src/fs/b.ts → src/fs/c.ts → src/fs/a.ts',
    ]);
  });

  it('are none where only types refer to each other', () => {
    const files = {
      'src/fs/a.ts': "import { b } from './b.js';\n",
      'src/fs/b.ts': "import type { A } from './a.js';\n",
    };
    expect(found(checkCycles, files)).toEqual([]);
  });

  it('include a file that imports itself', () => {
    expect(found(checkCycles, { 'src/a.ts': "import { a } from './a.js';\n" })).toEqual([
      'src/a.ts:1: import cycle: src/a.ts → src/a.ts',
    ]);
  });

  it('are not two ways to the same file', () => {
    const files = {
      'src/a.ts': "import './b.js';\nimport './c.js';\n",
      'src/b.ts': "import './d.js';\n",
      'src/c.ts': "import './d.js';\n",
      'src/d.ts': '',
    };
    expect(found(checkCycles, files)).toEqual([]);
  });
});
