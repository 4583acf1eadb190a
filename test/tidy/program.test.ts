import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { applyExceptions, EXCEPTIONS } from '../../scripts/tidy/exceptions.js';
import { readTree } from '../../scripts/tidy/read-tree.js';
import { findingsOf } from '../../scripts/tidy/rules.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROGRAM_MS_MAX = 60_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuage-tidy-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('the program', () => {
  const run = () => {
    const args = ['--import', 'tsx', join(ROOT, 'scripts/tidy.ts'), folder];
    return spawnSync('node', args, { cwd: ROOT, encoding: 'utf8', timeout: PROGRAM_MS_MAX });
  };

  it(
    'says nothing but its summary about a tidy tree, and ends with 0',
    () => {
      write('src/cli/main.ts', '/** Starts the whole program. */\nrun();\n');
      const { status, stdout } = run();
      expect(stdout).toMatch(/^tidy: 1 files, 0 findings, \d+\.\d s\n$/);
      expect(status).toBe(0);
    },
    PROGRAM_MS_MAX,
  );

  it(
    'names file, line and rule of each finding, and ends with 1',
    () => {
      write('src/cli/main.ts', '// TODO: begin with the first part\n\nconst WAIT_MS = 5_000;\n');
      const { status, stdout } = run();
      const [first, second, summary] = stdout.split('\n');
      expect(first).toBe('src/cli/main.ts:1: TODO left in a comment (leftovers)');
      expect(second).toBe(
        'src/cli/main.ts:3: the constant WAIT_MS belongs in src/limits.ts (bounds)',
      );
      expect(summary).toMatch(/^tidy: 1 files, 2 findings/);
      expect(status).toBe(1);
    },
    PROGRAM_MS_MAX,
  );
});

describe('the tree', () => {
  it('is read without packages, builds and what is no text', () => {
    write('docs/a.md', 'a');
    write('Makefile', 'b');
    write('src/deep/a.ts', 'c');
    write('node_modules/a/a.ts', 'x');
    write('dist/a.js', 'x');
    write('LICENSE', 'x');
    write('.npmrc', 'd');
    write('a.tsbuildinfo', 'x');
    write('program', Buffer.from([0, 1, 2]));
    const read = readTree(folder).map(({ path }) => path);
    expect(read.sort()).toEqual(['.npmrc', 'Makefile', 'docs/a.md', 'src/deep/a.ts']);
  });
});

describe('an exception', () => {
  const finding = { file: 'src/a.ts', line: 7, rule: 'columns', message: 'line of 101 columns' };
  const excuse = { rule: 'columns', file: 'src/a.ts', reason: 'a table of the protocol' };

  it('excuses the findings of its rule in its file', () => {
    expect(applyExceptions([finding], [excuse])).toEqual([]);
    const elsewhere = [
      { ...finding, file: 'src/b.ts' },
      { ...finding, rule: 'header' },
    ];
    expect(applyExceptions([finding, ...elsewhere], [excuse])).toEqual(elsewhere);
  });

  it('excuses only what it is about', () => {
    expect(applyExceptions([finding], [{ ...excuse, about: 'of 101' }])).toEqual([]);
    expect(applyExceptions([finding], [{ ...excuse, about: 'of 102' }])).toHaveLength(2);
  });

  it('that excuses nothing any more is itself a finding', () => {
    expect(applyExceptions([], [excuse])).toEqual([
      {
        file: 'src/a.ts',
        line: 1,
        rule: 'exceptions',
        message: 'the exception of this file from columns excuses nothing any more: remove it',
      },
    ]);
  });

  it('gives its reason', () => {
    for (const { reason } of EXCEPTIONS) expect(reason.split(' ').length).toBeGreaterThan(3);
  });
});

describe('all rules together', () => {
  it('are each applied, and sort what they find by file and line', () => {
    const long = 'x'.repeat(120);
    const texts = [
      { path: 'src/fs/b.ts', text: `import { c } from '../cli/c.js';\nexport * from './b.js';\n` },
      { path: 'src/cli/c.ts', text: `// ${long}\nexport async function f(a, b, c, d, e) {}\n` },
      { path: 'src/sync/d.ts', text: `${'\n'.repeat(401)}const f = async () => 75_000;\n` },
      { path: 'src/cli/main.ts', text: `run(() => {\n${'a();\n'.repeat(70)}});\nit.only('a');\n` },
      { path: 'src/e.ts', text: "export { f } from './cli/c.js';\n" },
      { path: 'docs/a.md', text: ['', 'work', ''].join('/') },
      { path: 'package.json', text: '{}' },
    ];
    const findings = findingsOf(texts, []);
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(
      new Set([
        'layers',
        'synchronous',
        'cycles',
        'file-size',
        'function-size',
        'parameters',
        'columns',
        'header',
        'barrels',
        'dead-exports',
        'orphans',
        'bounds',
        'leftovers',
        'traces',
        'lock',
      ]),
    );
    const keys = findings.map(({ file, line }) => `${file} ${String(line).padStart(5)}`);
    expect(keys).toEqual(keys.toSorted());
  });
});
