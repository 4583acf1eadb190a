import { describe, expect, it } from 'vitest';

import { checkLockFile } from '../../scripts/tidy/lock-file.js';
import { found } from './support.js';

const MANIFEST = { name: 'x', version: '1.0.0', scripts: {}, dependencies: { b: '^2', a: '^1' } };

const GOOD = {
  '': { name: 'x', version: '1.0.0', dependencies: { a: '^1', b: '^2' } },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a', dependencies: { b: '^1', c: '^1' } },
  'node_modules/a/node_modules/b': { version: '1.0.0', integrity: 'sha512-b' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/c': { version: '1.0.0', integrity: 'sha512-c' },
};

/** The faults of the good lock file with some of its packages replaced. */
function faults(change: object, lockfileVersion = 3): string[] {
  const lock = { lockfileVersion, packages: { ...GOOD, ...change } };
  return found(checkLockFile, {
    'package.json': JSON.stringify(MANIFEST),
    'package-lock.json': JSON.stringify(lock, null, 2),
  });
}

describe('the lock file', () => {
  it('fits its manifest, whatever the order of the fields', () => {
    expect(faults({})).toEqual([]);
  });

  it('names no host', () => {
    const entry = { version: '1.0.0', integrity: 'sha512-c', resolved: 'https://host.example/c' };
    expect(faults({ 'node_modules/c': entry })).toEqual([
      'package-lock.json:28: "resolved" of node_modules/c names a host',
    ]);
  });

  it('repeats the manifest', () => {
    const root = { name: 'x', version: '1.0.0', dependencies: { a: '^1', b: '^1' } };
    expect(faults({ '': root })).toEqual([
      'package-lock.json:1: "dependencies" differs from package.json: run npm install',
    ]);
  });

  it('holds what each package needs, where Node looks for it', () => {
    const root = { ...GOOD[''], dependencies: { a: '^1', b: '^2' } };
    const deep = { version: '1.0.0', integrity: 'sha512-b', dependencies: { a: '^1', d: '^1' } };
    expect(faults({ '': root, 'node_modules/a/node_modules/b': deep })).toEqual([
      'package-lock.json:20: d, which node_modules/a/node_modules/b needs, is missing',
    ]);
  });

  it('knows the version and the hash of each package', () => {
    expect(faults({ 'node_modules/c': {} })).toEqual([
      'package-lock.json:28: node_modules/c has no version',
      'package-lock.json:28: node_modules/c has no integrity',
    ]);
  });

  it('is of version 3, and there', () => {
    expect(faults({}, 2)).toEqual(['package-lock.json:1: not a lock file of version 3']);
    expect(found(checkLockFile, { 'package.json': JSON.stringify(MANIFEST) })).toEqual([
      'package-lock.json:1: package.json has no lock file beside it',
    ]);
  });
});
