import { describe, expect, it } from 'vitest';
import { type Difference, differences, type NodeDraft } from '../../src/cache/node.js';
import { base, draft } from './support.js';

const HERE = { parent: 1, name: 'a' };
const same = base(HERE);

const CASES: readonly [string, Partial<NodeDraft>, readonly Difference[]][] = [
  ['a new file is created', HERE, ['create']],
  ['a new folder is created', { ...HERE, isFolder: true }, ['create']],
  ['a new file with bytes is created once', { ...HERE, contentDirty: true }, ['create']],
  ['what agrees has nothing to say', { ...HERE, base: same }, []],
  ['a renamed file moves', { ...HERE, name: 'b', base: same }, ['move']],
  ['a file in another folder moves', { ...HERE, parent: 2, base: same }, ['move']],
  ['a renamed folder moves', { ...HERE, isFolder: true, name: 'b', base: same }, ['move']],
  ['written bytes are content', { ...HERE, contentDirty: true, base: same }, ['content']],
  [
    'written and renamed is a move, then content',
    { ...HERE, name: 'b', contentDirty: true, base: same },
    ['move', 'content'],
  ],
  [
    'new content carries its time with it',
    { ...HERE, mtime: { sec: 5, nsec: 0 }, contentDirty: true, base: same },
    ['content'],
  ],
  ['a touched file tells its time', { ...HERE, mtime: { sec: 5, nsec: 0 }, base: same }, ['mtime']],
  [
    'touched and renamed is a move, then the time',
    { ...HERE, name: 'b', mtime: { sec: 5, nsec: 0 }, base: same },
    ['move', 'mtime'],
  ],
  [
    'nanoseconds alone are nothing: the server keeps seconds',
    { ...HERE, mtime: { sec: same.mtime, nsec: 999 }, base: same },
    [],
  ],
  [
    'the time of a folder is the affair of the server',
    { ...HERE, isFolder: true, mtime: { sec: 5, nsec: 0 }, base: same },
    [],
  ],
  ['a deleted node is removed', { ...HERE, parent: undefined, base: same }, ['remove']],
  [
    'a deleted node with unsent bytes is removed all the same',
    { ...HERE, parent: undefined, contentDirty: true, base: same },
    ['remove'],
  ],
  ['created and deleted is nothing', { ...HERE, parent: undefined }, []],
  ['a name that stays here is nothing', { ...HERE, staysHere: true, contentDirty: true }, []],
  [
    'renamed to a name that stays here is removed',
    { ...HERE, name: '.~lock', staysHere: true, base: same },
    ['remove'],
  ],
];

describe('the difference between here and the server', () => {
  it.each(CASES)('%s', (_title, fields, expected) => {
    expect(differences(draft(fields))).toEqual(expected);
  });
});
