import { describe, expect, it } from 'vitest';
import type { NodeBase } from '../../src/cache/node.js';
import type { RemoteEntry } from '../../src/remote/remote.js';
import {
  conflictName,
  decideClash,
  decideGone,
  decidePlace,
  decideSeen,
  isConflictName,
  mayBeTheSame,
  originalName,
  sameVersion,
} from '../../src/sync/conflict.js';

const MINE = {
  isFolder: false,
  staysHere: false,
  origin: 'new',
  isEdited: false,
  isEmpty: false,
} as const;

describe('the decision table', () => {
  it.each([
    ['clean', true, 'unchanged'],
    ['clean', false, 'take-remote'],
    ['edited', true, 'keep-local'],
    ['edited', false, 'conflict-copy'],
    ['deleted', true, 'keep-deletion'],
    ['deleted', false, 'reappear'],
  ] as const)(
    'decides on a %s file whose version there is the same: %s → %s',
    (local, same, decision) => {
      expect(decideSeen(local, same)).toBe(decision);
    },
  );

  it.each([
    ['clean', 'forget'],
    ['edited', 'recreate'],
    ['deleted', 'agree'],
  ] as const)('decides on a %s file that is gone there → %s', (local, decision) => {
    expect(decideGone(local)).toBe(decision);
  });

  const here = { parent: 1, name: 'a' };
  const there = { parent: 2, name: 'b' };

  it('follows a move made elsewhere unless the user has moved it too', () => {
    expect(decidePlace(here, here, here)).toBe('unchanged');
    expect(decidePlace(here, there, here)).toBe('unchanged');
    expect(decidePlace(here, here, there)).toBe('follow');
    expect(decidePlace(here, { parent: 3, name: 'c' }, there)).toBe('keep-mine');
  });
});

describe('something of the server where the user has something else', () => {
  it.each([
    ['new', 'file', 'file', 'move-aside'],
    ['new', 'file', 'folder', 'move-aside'],
    ['new', 'folder', 'folder', 'merge'],
    ['new', 'folder', 'file', 'move-aside'],
    ['agreed', 'file', 'file', 'new-version'],
    ['agreed', 'file', 'folder', 'displace'],
    ['agreed', 'folder', 'folder', 'merge'],
    ['agreed', 'folder', 'file', 'displace'],
    ['moved', 'file', 'file', 'move-aside'],
    ['moved', 'file', 'folder', 'move-aside'],
    ['moved', 'folder', 'folder', 'move-aside'],
    ['moved', 'folder', 'file', 'move-aside'],
  ] as const)('%s %s, their %s → %s', (origin, mine, theirs, decision) => {
    const occupant = { ...MINE, isFolder: mine === 'folder', origin };
    expect(decideClash(occupant, { isFolder: theirs === 'folder' })).toBe(decision);
  });

  it.each(['file', 'folder'] as const)('keeps an edited %s aside from another kind', (mine) => {
    const isFolder = mine === 'folder';
    const occupant = { ...MINE, isFolder, origin: 'agreed', isEdited: true } as const;
    expect(decideClash(occupant, { isFolder: !isFolder })).toBe('move-aside');
  });

  it('hides theirs behind what stays here', () => {
    const mine = { ...MINE, staysHere: true, isEdited: true };
    expect(decideClash(mine, { isFolder: false })).toBe('hide-theirs');
  });

  it('lets an empty new file give way to a file, but not to a folder', () => {
    const mine = { ...MINE, isEdited: true, isEmpty: true };
    expect(decideClash(mine, { isFolder: false })).toBe('give-way');
    expect(decideClash(mine, { isFolder: true })).toBe('move-aside');
    expect(decideClash({ ...mine, origin: 'moved' }, { isFolder: false })).toBe('move-aside');
  });

  it('compares the bytes of files of one size before it makes a copy, once', () => {
    const mine = { isFolder: false, size: 3, wasSent: false, wasRefused: false };
    expect(mayBeTheSame(mine, { isFolder: false, size: 3 })).toBe(true);
    expect(mayBeTheSame(mine, { isFolder: false, size: 4 })).toBe(false);
    expect(mayBeTheSame(mine, { isFolder: false, size: 2 })).toBe(false);
    expect(mayBeTheSame(mine, { isFolder: true, size: 3 })).toBe(false);
    expect(mayBeTheSame({ ...mine, wasRefused: true }, { isFolder: false, size: 3 })).toBe(false);
  });

  it('compares what may be the beginning of a new file whose sending was cut short, once', () => {
    const mine = { isFolder: false, size: 3, wasSent: true, wasRefused: false };
    expect(mayBeTheSame(mine, { isFolder: false, size: 2 })).toBe(true);
    expect(mayBeTheSame(mine, { isFolder: false, size: 0 })).toBe(true);
    expect(mayBeTheSame(mine, { isFolder: false, size: 4 })).toBe(false);
    expect(mayBeTheSame(mine, { isFolder: true, size: 2 })).toBe(false);
    expect(mayBeTheSame({ ...mine, wasRefused: true }, { isFolder: false, size: 2 })).toBe(false);
  });
});

describe('the same version', () => {
  const base: NodeBase = {
    parent: 1,
    name: 'a',
    fileId: '7',
    etag: 'e',
    size: 5,
    mtime: 100,
    uploadTime: 200,
    checksum: 'SHA1:aa',
    permissions: 'RGDNVW',
  };
  const remote: RemoteEntry = { ...base, path: 'a', isFolder: false };

  it('is one in which nothing that is known differs', () => {
    expect(sameVersion(base, remote)).toBe(true);
  });

  it.each([
    ['fileId', '8'],
    ['etag', 'f'],
    ['size', 6],
    ['uploadTime', 201],
    ['checksum', 'SHA1:bb'],
  ])('is not one with another %s', (field, value) => {
    expect(sameVersion(base, { ...remote, [field]: value })).toBe(false);
  });

  it.each(['uploadTime', 'checksum'])(
    'says nothing by a %s that one side does not know',
    (field) => {
      const unknown = field === 'uploadTime' ? 0 : '';
      expect(sameVersion(base, { ...remote, [field]: unknown })).toBe(true);
      expect(sameVersion({ ...base, [field]: unknown }, remote)).toBe(true);
    },
  );
});

describe('the name of a conflict copy', () => {
  const when = new Date(2026, 10, 23, 18, 45, 2);

  it.each([
    ['notes.odt', 'notes (conflicted copy 2026-11-23 184502).odt'],
    ['archive.tar.gz', 'archive.tar (conflicted copy 2026-11-23 184502).gz'],
    ['README', 'README (conflicted copy 2026-11-23 184502)'],
    ['.hidden', '.hidden (conflicted copy 2026-11-23 184502)'],
  ])('of %s is %s', (name, expected) => {
    expect(conflictName(name, when)).toBe(expected);
  });

  it('tells whose copy it is', () => {
    const name = conflictName('notes.odt', when);
    expect(isConflictName(name)).toBe(true);
    expect(originalName(name)).toBe('notes.odt');
    expect(isConflictName('notes.odt')).toBe(false);
  });
});
