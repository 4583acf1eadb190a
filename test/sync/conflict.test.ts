import { describe, expect, it } from 'vitest';
import type { NodeBase, NodeFailure } from '../../src/cache/node.js';
import type { ErrorKind } from '../../src/errors.js';
import { TRIES_BEFORE_CONFLICT } from '../../src/limits.js';
import type { RemoteEntry } from '../../src/remote/remote.js';
import {
  conflictName,
  decideClash,
  decideGone,
  decidePlace,
  decideSeen,
  isConflictName,
  originalName,
  sameVersion,
  uploadFirst,
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

  describe('before it makes a copy', () => {
    const mine = { isFolder: false, size: 3, uploadId: undefined, failure: undefined };
    const sent = { ...mine, uploadId: 'upload' };
    const failed = (kind: ErrorKind, attempts = 1): NodeFailure => {
      return { kind, attempts, message: '', hint: undefined, retryAt: 0 };
    };
    const file = (size: number): { isFolder: boolean; size: number } => ({ isFolder: false, size });

    it('lets the upload compare the bytes of files of one size', () => {
      expect(uploadFirst(mine, file(3), true)).toBe(true);
      expect(uploadFirst(mine, file(3), false)).toBe(true);
      expect(uploadFirst(mine, file(4), true)).toBe(false);
      expect(uploadFirst(mine, file(2), true)).toBe(false);
      expect(uploadFirst(mine, { isFolder: true, size: 3 }, true)).toBe(false);
    });

    it('and of what may be the beginning of a new file whose sending was cut short', () => {
      expect([uploadFirst(sent, file(2), true), uploadFirst(sent, file(0), true)]).toEqual([
        true,
        true,
      ]);
      expect(uploadFirst(sent, file(4), true)).toBe(false);
      expect(uploadFirst(sent, file(2), false)).toBe(false);
      expect(uploadFirst(sent, { isFolder: true, size: 2 }, true)).toBe(false);
    });

    it.each(['locked', 'server', 'protocol'] as const)('%s tells nothing of that', (kind) => {
      expect(uploadFirst({ ...sent, failure: failed(kind) }, file(2), true)).toBe(true);
    });

    it.each(['quota', 'forbidden', 'too-large', 'corrupt'] as const)('%s does', (kind) => {
      expect(uploadFirst({ ...sent, failure: failed(kind) }, file(2), true)).toBe(false);
    });

    it('does not wait for one that was refused for it, or that does not get through', () => {
      const ended = [failed('precondition'), failed('locked', TRIES_BEFORE_CONFLICT)];
      for (const failure of ended) {
        expect(uploadFirst({ ...sent, failure }, file(3), true)).toBe(false);
        expect(uploadFirst({ ...sent, failure }, file(2), true)).toBe(false);
      }
    });
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
