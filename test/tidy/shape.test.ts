import { describe, expect, it } from 'vitest';

import { checkDeadExports, checkOrphans } from '../../scripts/tidy/dead-code.js';
import { checkBarrels, checkHeaders } from '../../scripts/tidy/shape.js';
import { found } from './support.js';

describe('the header of a file', () => {
  it.each([
    ['/** Says what this file holds. */\nexport const a = 1;\n'],
    ['// Says what this file holds.\nimport "x";\n'],
    ['#!/usr/bin/env node\n/** Says what this file holds. */\nrun();\n'],
  ])('may be %j', (text) => {
    expect(found(checkHeaders, { 'src/a.ts': text })).toEqual([]);
  });

  it.each([
    ['import "x";\n/** Says what this function does. */\nexport function f() {}\n'],
    ['#!/usr/bin/env node\nrun();\n'],
    ['/** Leaf. */\nexport const a = 1;\n'],
  ])('is missing from %j', (text) => {
    expect(found(checkHeaders, { 'src/a.ts': text })).toEqual([
      'src/a.ts:1: no header comment that says what this file is for',
    ]);
  });

  it('is not asked of a test', () => {
    expect(found(checkHeaders, { 'test/a.ts': 'run();\n' })).toEqual([]);
  });
});

describe('a barrel', () => {
  const message = 'this file only passes on what others export: import from the file itself';

  it.each([
    ["export { a } from './a.js';\nexport type { B } from './b.js';\n"],
    ["import { a } from './a.js';\nexport { a };\n"],
  ])('is %j', (text) => {
    expect(found(checkBarrels, { 'src/x.ts': text })).toEqual([`src/x.ts:1: ${message}`]);
  });

  it.each([["export * from './a.js';"], ["export * as a from './a.js';"]])(
    'begins with %j, even in a file with code of its own',
    (text) => {
      expect(found(checkBarrels, { 'src/x.ts': `const a = 1;\n${text}\n` })).toEqual([
        'src/x.ts:2: `export *`: import from the file itself',
      ]);
    },
  );

  it('is neither a file with code of its own nor one that only imports', () => {
    const files = {
      'src/a.ts': "export { a } from './b.js';\nexport const c = 1;\n",
      'src/main.ts': "import './a.js';\n",
    };
    expect(found(checkBarrels, files)).toEqual([]);
  });
});

describe('an export', () => {
  const exporter = 'export const a = 1;\nexport function b() {}\nexport type C = 1;\n';
  const dead = (user: string, path = 'src/user.ts') =>
    found(checkDeadExports, { 'src/a.ts': exporter, [path]: user });

  it('is alive where another file of src imports it, under whatever name', () => {
    expect(dead("import { a as x, b, type C } from './a.js';\n")).toEqual([]);
    expect(dead("import * as all from './a.js';\nall.a + all.b();\nlet c: all.C;\n")).toEqual([]);
    expect(dead("import * as all from './a.js';\nregister(all);\n")).toEqual([]);
    expect(dead("const all = await import('./a.js');\n")).toEqual([]);
  });

  it('is dead where nobody imports it', () => {
    expect(dead("import { a } from './a.js';\n")).toEqual([
      'src/a.ts:2: no other file uses the export `b`',
      'src/a.ts:3: no other file uses the export `C`',
    ]);
    expect(dead("import * as all from './a.js';\nall.a;\nother.b;\nlet c: all.C;\n")).toEqual([
      'src/a.ts:2: no other file uses the export `b`',
    ]);
  });

  it('is kept alive by a script', () => {
    expect(dead("import { a, b, C } from '../src/a.js';\n", 'scripts/a.ts')).toEqual([]);
  });

  it('of limits.ts is a bound of something, and dead where nothing holds to it', () => {
    const files = {
      'src/limits.ts': 'export const A_MAX = 1;\nexport const B_MAX = A_MAX;\n',
      'src/user.ts': "import { B_MAX } from './limits.js';\n",
    };
    expect(found(checkDeadExports, files)).toEqual([
      'src/limits.ts:1: no other file uses the export `A_MAX`',
    ]);
  });

  it('is not kept alive by a test', () => {
    expect(dead("import { a, b, C } from '../src/a.js';\n", 'test/a.test.ts')).toEqual([
      'src/a.ts:1: only tests use the export `a`',
      'src/a.ts:2: only tests use the export `b`',
      'src/a.ts:3: only tests use the export `C`',
    ]);
  });

  it('is seen in every form', () => {
    const text = 'const x = 1;\nexport { x as y };\nexport const { p, q: [r] } = x;\n';
    expect(found(checkDeadExports, { 'src/a.ts': `${text}export default x;\n` })).toEqual([
      'src/a.ts:2: no other file uses the export `y`',
      'src/a.ts:3: no other file uses the export `p`',
      'src/a.ts:3: no other file uses the export `r`',
      'src/a.ts:4: no other file uses the export `default`',
    ]);
  });

  it('as a type is alive where the signature of a used export speaks of it', () => {
    const text = [
      'export interface Options { readonly inner: Inner }',
      'export interface Inner { readonly a: 1 }',
      'export interface Secret { readonly a: 1 }',
      'export interface Unrelated { readonly a: 1 }',
      'export class A { #s: Secret; constructor(options: Options) { let u: Unrelated; } }',
    ].join('\n');
    const used = { 'src/user.ts': "import { A } from './a.js';\n" };
    expect(found(checkDeadExports, { 'src/a.ts': text, ...used })).toEqual([
      'src/a.ts:3: no other file uses the export `Secret`',
      'src/a.ts:4: no other file uses the export `Unrelated`',
    ]);
    expect(found(checkDeadExports, { 'src/a.ts': text })).toHaveLength(5);
  });
});

describe('a file of src', () => {
  it('is reached from a program or a thread, through any number of imports', () => {
    const files = {
      'src/cli/main.ts': "import './a.js';\n",
      'src/cli/a.ts': "import '../fs/b.js';\n",
      'src/fs/b.ts': '',
      'src/fs/c.ts': "import './d.js';\n",
      'src/fs/d.ts': '',
      'test/c.test.ts': "import '../src/fs/c.js';\n",
    };
    expect(found(checkOrphans, files)).toEqual([
      'src/fs/c.ts:1: no program or thread reaches this file',
      'src/fs/d.ts:1: no program or thread reaches this file',
    ]);
  });
});
