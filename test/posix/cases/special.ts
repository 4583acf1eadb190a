/** Links and special files, which a file system may refuse, but then only with EPERM. */
import assert from 'node:assert/strict';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails } from '../posix-case.js';
import { mkfifo } from '../syscalls.js';

export const specialCases: CaseTable = {
  'a symbolic link is followed, read and removed': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    symlinkSync('a', join(dir, 'b'));
    assert.equal(readFileSync(join(dir, 'b'), 'utf8'), 'text');
    assert.equal(readlinkSync(join(dir, 'b')), 'a');
    assert.ok(lstatSync(join(dir, 'b')).isSymbolicLink());
    assert.equal(lstatSync(join(dir, 'b')).size, 1);
    assert.equal(realpathSync(join(dir, 'b')), realpathSync(join(dir, 'a')));
    unlinkSync(join(dir, 'b'));
    assert.equal(readFileSync(join(dir, 'a'), 'utf8'), 'text');
  },
  'a ring of symbolic links fails with ELOOP': (dir) => {
    symlinkSync('b', join(dir, 'a'));
    symlinkSync('a', join(dir, 'b'));
    fails('ELOOP', () => readFileSync(join(dir, 'a')));
  },
  'a hard link is the same file until the last name goes': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    linkSync(join(dir, 'a'), join(dir, 'b'));
    assert.equal(statSync(join(dir, 'a')).nlink, 2);
    assert.equal(statSync(join(dir, 'a')).ino, statSync(join(dir, 'b')).ino);
    unlinkSync(join(dir, 'a'));
    assert.equal(readFileSync(join(dir, 'b'), 'utf8'), 'text');
    assert.equal(statSync(join(dir, 'b')).nlink, 1);
  },
  'a hard link to a folder fails with EPERM, to a taken name with EEXIST': (dir) => {
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'a'), '');
    writeFileSync(join(dir, 'b'), '');
    fails('EPERM', () => linkSync(join(dir, 'folder'), join(dir, 'c')));
    fails('EEXIST', () => linkSync(join(dir, 'a'), join(dir, 'b')));
  },
  'a named pipe can be made': (dir) => {
    mkfifo(join(dir, 'pipe'));
    assert.ok(statSync(join(dir, 'pipe')).isFIFO());
  },
};

/** For file systems that keep none of these: each is refused with EPERM, as link(2) says. */
export const refusedSpecialCases: CaseTable = {
  'symbolic links, hard links and named pipes are refused with EPERM': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('EPERM', () => symlinkSync('a', join(dir, 'b')));
    fails('EPERM', () => linkSync(join(dir, 'a'), join(dir, 'b')));
    fails('EPERM', () => mkfifo(join(dir, 'b')));
  },
};
