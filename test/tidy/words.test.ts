import { describe, expect, it } from 'vitest';

import { checkBounds } from '../../scripts/tidy/bounds.js';
import { checkLeftovers } from '../../scripts/tidy/leftovers.js';
import { checkTraces } from '../../scripts/tidy/traces.js';
import { found } from './support.js';

describe('what is left behind', () => {
  const left = (text: string) => found(checkLeftovers, { 'src/a.ts': text });

  it.each([
    ['// TODO: finish', 'TODO left in a comment'],
    ['/** FIXME */', 'FIXME left in a comment'],
    ['const a = /x/; // XXX', 'XXX left in a comment'],
    ['// @ts-ignore because of the types of a package', '@ts-ignore hides errors for ever'],
    ['// @ts-nocheck', '@ts-nocheck hides errors for ever'],
    ['// @ts-expect-error', '@ts-expect-error without a reason behind it'],
    ['// eslint-disable-next-line no-x', 'eslint-disable-next-line without a reason (`-- why`)'],
    ['/* eslint-disable */', 'eslint-disable without a reason (`-- why`)'],
  ])('is %s', (text, message) => {
    expect(left(`\n${text}\n`)).toEqual([`src/a.ts:2: ${message}`]);
  });

  it.each([
    ['// @ts-expect-error the type says what the server does not'],
    ['// eslint-disable-next-line no-x -- the loop ends by itself'],
    ["const text = '// TODO';"],
    ['const text = `${a} // FIXME`;'],
    ['const pattern = /[/]/; const b = /TODO|x/;'],
    ['// A todo list is a kind of file.'],
  ])('is not %s', (text) => {
    expect(left(`${text}\n`)).toEqual([]);
  });

  it.each(['it', 'test', 'describe', 'it.concurrent'])('is %s.only, whatever is said', (name) => {
    expect(left(`// Only for a moment.\n${name}.only('a', () => {});\n`)).toEqual([
      'src/a.ts:2: .only( keeps the other tests from running',
    ]);
    expect(left(`${name}.only.each([1])('a', () => {});\n`)).toHaveLength(1);
  });

  it.each(['skip', 'todo'])('is .%s without a reason', (name) => {
    expect(left(`it.${name}('a', () => {});\n`)).toEqual([
      `src/a.ts:1: .${name}( without a reason in a comment`,
    ]);
    expect(left(`// macOS has no such call.\nit.${name}('a', () => {});\n`)).toEqual([]);
    expect(left(`it.${name}('a', () => {}); // macOS has no such call\n`)).toEqual([]);
    expect(left(`// macOS has no such call.\n\nit.${name}('a', () => {});\n`)).toHaveLength(1);
  });

  it.each(['a.sh', 'a.c'])('is a note in %s, which is not parsed', (name) => {
    expect(found(checkLeftovers, { [`scripts/${name}`]: 'run\nTODO: stop\n' })).toEqual([
      `scripts/${name}:2: TODO left in a script`,
    ]);
    expect(found(checkLeftovers, { [`scripts/${name}`]: 'run a todo list\n' })).toEqual([]);
  });

  it('is not a test that is skipped on a condition, nor `skip` of something else', () => {
    expect(left("it.skipIf(isMac)('a', () => {});\nreader.skip(4);\n")).toEqual([]);
  });
});

describe('a bound', () => {
  const bounds = (text: string, path = 'src/fs/a.ts') => found(checkBounds, { [path]: text });

  it.each([
    ['const WAIT_MS = 2_000;', 'WAIT_MS'],
    ['const KIB = 1024; const PIECE_BYTES = 64 * KIB;', 'PIECE_BYTES'],
    ['const NAMES_MAX = 1024 * 1024;', 'NAMES_MAX'],
    ['const WAIT_MS_MAX = (60 + 1) * 1000;', 'WAIT_MS_MAX'],
    ['export const NAMES = 1_000;', 'NAMES'],
    ['const NOTHING = -5_000;', 'NOTHING'],
  ])('is a large constant: %s', (text, name) => {
    expect(bounds(text)).toEqual([`src/fs/a.ts:1: the constant ${name} belongs in src/limits.ts`]);
  });

  it.each([
    ['server.keepAliveTimeout = 75_000;', '75_000'],
    ['wait({ ms: 30 * 1000 });', '30 * 1000'],
    ['const { size = 300 * 1024 ** 2 } = options;', '300 * 1024 ** 2'],
  ])('is a large number without a name: %s', (text, number) => {
    expect(bounds(text)).toEqual([
      `src/fs/a.ts:1: the number ${number} is a bound or needs a name: src/limits.ts`,
    ]);
  });

  it.each([
    ['const GIB = 1024 ** 3;'],
    ['const DAY_S = 86_400;'],
    ['const MICROSECONDS_PER_SECOND = 1_000_000;'],
    ['const RETRIES_MAX = 999;'],
    ['const offset = 4_096;'],
    ['const seconds = Math.floor(ms / 1000) * 1_000_000_000;'],
    ['const MASK_MAX = 0xffff_ffff; const mode = 0o100644;'],
    ['const range = 2 ** 32;'],
    ["const text = '75000';"],
    ['type A = 75_000;'],
  ])('is none of %s', (text) => {
    expect(bounds(text)).toEqual([]);
  });

  it('is at home in limits.ts, and no matter of tests', () => {
    const text = 'export const NAME_BYTES_MAX = 4_096;\n';
    expect(bounds(text, 'src/limits.ts')).toEqual([]);
    expect(bounds(text, 'test/a.ts')).toEqual([]);
  });
});

describe('a trace of one machine', () => {
  // Put together here, since the rule reads this file as well.
  const traces = [
    ['', 'work', 'x'].join('/'),
    ['', 'tmp', 'bash_jobs'].join('/'),
    ['', 'tmp', 'try-1'].join('/'),
    ['session', 'note'].join(' '),
    ['helper', '7'].join('-'),
    ['sub', 'agent'].join('-'),
    ['sub', 'agents'].join(''),
    ['issue', '12'].join(' '),
    ['registry', 'example', 'org'].join('.'),
    ['npm', 'pkg', 'example', 'com'].join('.'),
  ];

  it.each(traces)('is %s, in any text', (trace) => {
    for (const path of ['docs/a.md', 'scripts/a.sh', 'src/a.ts']) {
      const [first, ...more] = found(checkTraces, { [path]: `\nsee ${trace} for it\n` });
      expect(first?.startsWith(`${path}:2: "`)).toBe(true);
      expect(more).toEqual([]);
    }
  });

  it('is not ordinary prose', () => {
    const text = [
      'A login session, a helper, the issue at hand, framework/x, /tmp/a, a note,',
      'registry.has.it, and the agent of a user.',
    ].join('\n');
    expect(found(checkTraces, { 'docs/a.md': text })).toEqual([]);
  });
});
