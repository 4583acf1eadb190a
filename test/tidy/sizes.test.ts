import { describe, expect, it } from 'vitest';

import {
  checkColumns,
  checkFileSizes,
  checkFunctionSizes,
  checkParameters,
} from '../../scripts/tidy/sizes.js';
import { found, lines } from './support.js';

describe('a file', () => {
  it.each([
    ['src/a.ts', 400],
    ['scripts/a.ts', 400],
    ['test/a.test.ts', 600],
  ])('in %s has at most %d lines', (path, most) => {
    expect(found(checkFileSizes, { [path]: lines(most) })).toEqual([]);
    // Without an end of line the last line counts all the same.
    expect(found(checkFileSizes, { [path]: `${lines(most)}x` })).toEqual([
      `${path}:${most + 1}: file of ${most + 1} lines (at most ${most})`,
    ]);
  });
});

describe('a function', () => {
  const body = (count: number) => `{\n${lines(count - 2, 'a();')}}`;

  it.each([
    ['function', (text: string) => `function f() ${text}\n`],
    ['method', (text: string) => `class A { m() ${text} }\n`],
    ['constructor', (text: string) => `class A { constructor() ${text} }\n`],
    ['getter', (text: string) => `const a = { get b() ${text} };\n`],
    ['arrow function', (text: string) => `const f = () => ${text};\n`],
  ])('as %s has at most 70 lines', (_, wrap) => {
    expect(found(checkFunctionSizes, { 'src/a.ts': wrap(body(70)) })).toEqual([]);
    expect(found(checkFunctionSizes, { 'src/a.ts': wrap(body(71)) })).toEqual([
      'src/a.ts:1: function of 71 lines (at most 70)',
    ]);
  });

  it('is not charged for the comment above it', () => {
    const text = `/**\n${lines(10, ' * x')} */\nfunction f() ${body(70)}\n`;
    expect(found(checkFunctionSizes, { 'src/a.ts': text })).toEqual([]);
  });

  it('may be longer as a suite or a test, but not as a helper of tests', () => {
    const suite = `describe('a', () => {\nit('b', () => {});\n${lines(100)}});\n`;
    expect(found(checkFunctionSizes, { 'test/a.test.ts': suite })).toEqual([]);
    const contract = `export function contract() {\nit('b', () => {});\n${lines(100)}}\n`;
    expect(found(checkFunctionSizes, { 'test/a.ts': contract })).toEqual([]);
    const test = `it('b', () => {\n${lines(100, 'a();')}});\n`;
    expect(found(checkFunctionSizes, { 'test/a.test.ts': test })).toEqual([]);
    for (const helper of [`f(() => {\n${lines(100)}});\n`, `function f() {\n${lines(100)}}\n`]) {
      expect(found(checkFunctionSizes, { 'test/a.test.ts': helper })).toEqual([
        'test/a.test.ts:1: function of 102 lines (at most 70)',
      ]);
    }
    expect(found(checkFunctionSizes, { 'src/a.ts': test })).toHaveLength(1);
  });

  it('has at most four parameters', () => {
    const text = 'function f(a, b, c, d) {}\nclass A { m(a, b, c, d, e) {} }\n';
    expect(found(checkParameters, { 'src/a.ts': text })).toEqual([
      'src/a.ts:2: 5 parameters (at most 4)',
    ]);
  });

  it('may declare `this` besides, and may describe a system call with more', () => {
    const text = 'function f(this: A, a, b, c, d) {}\ntype Call = (a, b, c, d, e) => void;\n';
    expect(found(checkParameters, { 'src/a.ts': text })).toEqual([]);
  });
});

describe('a line', () => {
  it('has at most 100 columns, counted in characters', () => {
    const text = `${'x'.repeat(100)}\n${'é'.repeat(100)}\n${'😀'.repeat(100)}\n`;
    expect(found(checkColumns, { 'src/a.ts': text })).toEqual([]);
    expect(found(checkColumns, { 'src/a.ts': `\n${'x'.repeat(101)}\n` })).toEqual([
      'src/a.ts:2: line of 101 columns (at most 100)',
    ]);
  });

  it('of prose is not measured', () => {
    expect(found(checkColumns, { 'docs/a.md': 'x'.repeat(200) })).toEqual([]);
  });
});
