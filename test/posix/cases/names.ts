/** unlink(2), rename(2) and renameat2(2): what happens to names, and to files without one. */
import assert from 'node:assert/strict';
import {
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails, withFile } from '../posix-case.js';
import { RENAME_EXCHANGE, RENAME_NOREPLACE, renameat2 } from '../syscalls.js';

const { O_RDONLY, O_RDWR } = constants;

function content(path: string): string {
  return readFileSync(path, 'utf8');
}

function inode(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}

const unlinkCases: CaseTable = {
  'unlink removes a name, and a second time fails with ENOENT': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    unlinkSync(path);
    assert.equal(existsSync(path), false);
    assert.deepEqual(readdirSync(dir), []);
    fails('ENOENT', () => unlinkSync(path));
  },
  'unlink of a folder fails with EISDIR': (dir) => {
    mkdirSync(join(dir, 'a'));
    fails('EISDIR', () => unlinkSync(join(dir, 'a')));
  },
  'an open file that is unlinked is read and written on, and has no links': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDWR, (fd) => {
      unlinkSync(path);
      writeSync(fd, 'TE', 0);
      writeSync(fd, ' more', 4);
      const seen = Buffer.alloc(9);
      assert.equal(readSync(fd, seen, 0, 9, 0), 9);
      assert.equal(seen.toString(), 'TExt more');
      assert.equal(fstatSync(fd).nlink, 0);
      assert.equal(fstatSync(fd).size, 9);
      assert.deepEqual(readdirSync(dir), []);
    });
  },
  'the name of an unlinked open file can be taken by another file': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'old');
    withFile(path, O_RDWR, (fd) => {
      unlinkSync(path);
      writeFileSync(path, 'new');
      writeSync(fd, 'OLD', 0);
      assert.notEqual(inode(path), fstatSync(fd, { bigint: true }).ino);
    });
    assert.equal(content(path), 'new');
  },
};

const renameCases: CaseTable = {
  'rename moves a file within a folder and keeps its inode': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    const ino = inode(join(dir, 'a'));
    renameSync(join(dir, 'a'), join(dir, 'b'));
    assert.deepEqual(readdirSync(dir), ['b']);
    assert.equal(content(join(dir, 'b')), 'text');
    assert.equal(inode(join(dir, 'b')), ino);
  },
  'rename moves a file and a folder with its content to another folder': (dir) => {
    mkdirSync(join(dir, 'from', 'tree', 'deep'), { recursive: true });
    mkdirSync(join(dir, 'to'));
    writeFileSync(join(dir, 'from', 'tree', 'deep', 'a'), 'text');
    renameSync(join(dir, 'from', 'tree'), join(dir, 'to', 'moved'));
    assert.equal(content(join(dir, 'to', 'moved', 'deep', 'a')), 'text');
    assert.deepEqual(readdirSync(join(dir, 'from')), []);
    assert.equal(inode(join(dir, 'to', 'moved', '..')), inode(join(dir, 'to')));
  },
  'rename onto a file replaces it in one step': (dir) => {
    writeFileSync(join(dir, 'a'), 'new');
    writeFileSync(join(dir, 'b'), 'old');
    renameSync(join(dir, 'a'), join(dir, 'b'));
    assert.deepEqual(readdirSync(dir), ['b']);
    assert.equal(content(join(dir, 'b')), 'new');
  },
  'rename onto a file that is open leaves the old content to its readers': (dir) => {
    writeFileSync(join(dir, 'a'), 'new');
    writeFileSync(join(dir, 'b'), 'old');
    withFile(join(dir, 'b'), O_RDONLY, (fd) => {
      renameSync(join(dir, 'a'), join(dir, 'b'));
      assert.equal(readFileSync(fd, 'utf8'), 'old');
      assert.equal(content(join(dir, 'b')), 'new');
    });
  },
  'rename of a file that is open: writes reach it under its new name': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    withFile(join(dir, 'a'), O_RDWR, (fd) => {
      renameSync(join(dir, 'a'), join(dir, 'b'));
      writeSync(fd, 'TEXT', 0);
    });
    assert.equal(content(join(dir, 'b')), 'TEXT');
  },
  'rename onto an empty folder replaces it, onto another fails with ENOTEMPTY': (dir) => {
    for (const name of ['a', 'empty', 'full']) mkdirSync(join(dir, name));
    writeFileSync(join(dir, 'a', 'x'), '');
    writeFileSync(join(dir, 'full', 'y'), '');
    fails('ENOTEMPTY', () => renameSync(join(dir, 'a'), join(dir, 'full')));
    renameSync(join(dir, 'a'), join(dir, 'empty'));
    assert.deepEqual(readdirSync(join(dir, 'empty')), ['x']);
    assert.deepEqual(readdirSync(dir).sort(), ['empty', 'full']);
  },
  'rename of a file onto a folder fails with EISDIR, of a folder onto a file with ENOTDIR': (
    dir,
  ) => {
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'file'), '');
    fails('EISDIR', () => renameSync(join(dir, 'file'), join(dir, 'folder')));
    fails('ENOTDIR', () => renameSync(join(dir, 'folder'), join(dir, 'file')));
  },
  'rename onto itself changes nothing': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    renameSync(join(dir, 'a'), join(dir, 'a'));
    assert.equal(content(join(dir, 'a')), 'text');
  },
  'rename of a folder into itself fails with EINVAL': (dir) => {
    mkdirSync(join(dir, 'a', 'b'), { recursive: true });
    fails('EINVAL', () => renameSync(join(dir, 'a'), join(dir, 'a', 'b', 'c')));
    fails('ENOTEMPTY', () => renameSync(join(dir, 'a', 'b'), join(dir, 'a')));
  },
  'rename of what is missing, or into what is missing, fails with ENOENT': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('ENOENT', () => renameSync(join(dir, 'none'), join(dir, 'b')));
    fails('ENOENT', () => renameSync(join(dir, 'a'), join(dir, 'none', 'b')));
  },
  'rename to a name of 256 bytes fails with ENAMETOOLONG and changes nothing': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('ENAMETOOLONG', () => renameSync(join(dir, 'a'), join(dir, 'n'.repeat(256))));
    assert.deepEqual(readdirSync(dir), ['a']);
  },
  'names swap by way of a third one': (dir) => {
    writeFileSync(join(dir, 'a'), 'A');
    writeFileSync(join(dir, 'b'), 'B');
    renameSync(join(dir, 'a'), join(dir, 't'));
    renameSync(join(dir, 'b'), join(dir, 'a'));
    renameSync(join(dir, 't'), join(dir, 'b'));
    assert.deepEqual([content(join(dir, 'a')), content(join(dir, 'b'))], ['B', 'A']);
  },
};

const renameat2Cases: CaseTable = {
  'RENAME_NOREPLACE renames to a free name and fails with EEXIST on a taken one': (dir) => {
    writeFileSync(join(dir, 'a'), 'A');
    writeFileSync(join(dir, 'b'), 'B');
    fails('EEXIST', () => renameat2(join(dir, 'a'), join(dir, 'b'), RENAME_NOREPLACE));
    assert.equal(content(join(dir, 'b')), 'B');
    renameat2(join(dir, 'a'), join(dir, 'c'), RENAME_NOREPLACE);
    assert.equal(content(join(dir, 'c')), 'A');
  },
  'RENAME_EXCHANGE swaps two files': (dir) => {
    mkdirSync(join(dir, 'sub'));
    writeFileSync(join(dir, 'a'), 'A');
    writeFileSync(join(dir, 'sub', 'b'), 'B');
    renameat2(join(dir, 'a'), join(dir, 'sub', 'b'), RENAME_EXCHANGE);
    assert.equal(content(join(dir, 'a')), 'B');
    assert.equal(content(join(dir, 'sub', 'b')), 'A');
  },
  'RENAME_EXCHANGE swaps a file and a folder that is not empty': (dir) => {
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'folder', 'x'), '');
    writeFileSync(join(dir, 'file'), 'F');
    renameat2(join(dir, 'folder'), join(dir, 'file'), RENAME_EXCHANGE);
    assert.equal(content(join(dir, 'folder')), 'F');
    assert.deepEqual(readdirSync(join(dir, 'file')), ['x']);
  },
  'RENAME_EXCHANGE with a missing name fails with ENOENT': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('ENOENT', () => renameat2(join(dir, 'a'), join(dir, 'b'), RENAME_EXCHANGE));
  },
  'both flags at once, or an unknown one, fail with EINVAL': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    const both = RENAME_NOREPLACE | RENAME_EXCHANGE;
    fails('EINVAL', () => renameat2(join(dir, 'a'), join(dir, 'b'), both));
    fails('EINVAL', () => renameat2(join(dir, 'a'), join(dir, 'b'), 1 << 10));
  },
};

export const nameCases: CaseTable = {
  ...unlinkCases,
  ...renameCases,
  ...renameat2Cases,
  'a file keeps its inode number over closing, writing and renaming': (dir) => {
    writeFileSync(join(dir, 'a'), '1');
    const before = inode(join(dir, 'a'));
    writeFileSync(join(dir, 'a'), '22');
    renameSync(join(dir, 'a'), join(dir, 'b'));
    assert.equal(inode(join(dir, 'b')), before);
  },
};
