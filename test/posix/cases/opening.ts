/** open(2): flags, creation, errors. */
import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails, withFile } from '../posix-case.js';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
const { O_TRUNC, O_WRONLY } = constants;

export const openingCases: CaseTable = {
  'open of a missing file fails with ENOENT': (dir) => {
    fails('ENOENT', () => openSync(join(dir, 'none'), O_RDONLY));
    fails('ENOENT', () => openSync(join(dir, 'none', 'child'), O_RDWR | O_CREAT));
  },
  'O_CREAT makes an empty file with the mode asked for, less the umask': (dir) => {
    const before = process.umask(0o027);
    try {
      withFile(join(dir, 'a'), O_WRONLY | O_CREAT, () => undefined);
      closeSync(openSync(join(dir, 'b'), O_WRONLY | O_CREAT, 0o777));
    } finally {
      process.umask(before);
    }
    assert.equal(statSync(join(dir, 'a')).mode & 0o7777, 0o640);
    assert.equal(statSync(join(dir, 'b')).mode & 0o7777, 0o750);
    assert.equal(statSync(join(dir, 'a')).size, 0);
  },
  'O_CREAT of an existing file keeps content and mode': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text', { mode: 0o600 });
    closeSync(openSync(path, O_WRONLY | O_CREAT, 0o777));
    assert.equal(readFileSync(path, 'utf8'), 'text');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  },
  'O_EXCL makes a new file and refuses an existing one with EEXIST': (dir) => {
    const path = join(dir, 'a');
    closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL));
    fails('EEXIST', () => openSync(path, O_WRONLY | O_CREAT | O_EXCL));
    fails('EEXIST', () => openSync(dir, O_WRONLY | O_CREAT | O_EXCL));
  },
  'O_TRUNC empties the file at once, also for those who have it open': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (reader) => {
      withFile(path, O_WRONLY | O_TRUNC, () => {
        assert.equal(fstatSync(reader).size, 0);
        assert.equal(readSync(reader, Buffer.alloc(4), 0, 4, 0), 0);
      });
    });
  },
  'O_APPEND writes at the end, whatever the position, and after others have appended': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'one');
    withFile(path, O_WRONLY | O_APPEND, (first) => {
      withFile(path, O_WRONLY | O_APPEND, (second) => {
        writeSync(first, ' two');
        writeSync(second, ' three');
        writeSync(first, ' four');
      });
    });
    assert.equal(readFileSync(path, 'utf8'), 'one two three four');
  },
  'O_APPEND follows a truncation': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'a long text');
    withFile(path, O_WRONLY | O_APPEND, (fd) => {
      ftruncateSync(fd, 1);
      writeSync(fd, 'b');
    });
    assert.equal(readFileSync(path, 'utf8'), 'ab');
  },
  'a file opened for reading refuses to be written, and the reverse, with EBADF': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (fd) => fails('EBADF', () => writeSync(fd, 'x')));
    withFile(path, O_WRONLY, (fd) => fails('EBADF', () => readSync(fd, Buffer.alloc(1))));
  },
  'a folder cannot be opened for writing: EISDIR': (dir) => {
    fails('EISDIR', () => openSync(dir, O_WRONLY));
    fails('EISDIR', () => openSync(dir, O_RDWR | O_CREAT));
    withFile(dir, O_RDONLY, (fd) => fails('EISDIR', () => readSync(fd, Buffer.alloc(1))));
  },
  'O_DIRECTORY on a file fails with ENOTDIR': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('ENOTDIR', () => openSync(join(dir, 'a'), O_RDONLY | O_DIRECTORY));
  },
  'a path through a file fails with ENOTDIR': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    const through = join(dir, 'a', 'b');
    fails('ENOTDIR', () => openSync(through, O_RDONLY));
    fails('ENOTDIR', () => openSync(through, O_WRONLY | O_CREAT));
    fails('ENOTDIR', () => mkdirSync(through));
    fails('ENOTDIR', () => unlinkSync(through));
    fails('ENOTDIR', () => statSync(through, { throwIfNoEntry: true }));
  },
  'a trailing slash behind a file fails with ENOTDIR': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    fails('ENOTDIR', () => openSync(`${join(dir, 'a')}/`, O_RDONLY));
  },
  'O_NOFOLLOW opens a file that is no link': (dir) => {
    writeFileSync(join(dir, 'a'), 'text');
    withFile(join(dir, 'a'), O_RDONLY | O_NOFOLLOW, (fd) => {
      assert.equal(fstatSync(fd).size, 4);
    });
  },
  'a file made with mode 0 can be written through the descriptor that made it': (dir) => {
    const path = join(dir, 'a');
    const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL, 0);
    writeSync(fd, 'text');
    closeSync(fd);
    assert.equal(statSync(path).size, 4);
    assert.equal(statSync(path).mode & 0o777, 0);
  },
  'two descriptors of one file see each other’s writes at once': (dir) => {
    const path = join(dir, 'a');
    withFile(path, O_RDWR | O_CREAT, (first) => {
      withFile(path, O_RDWR, (second) => {
        writeSync(first, 'from first', 0);
        const seen = Buffer.alloc(10);
        readSync(second, seen, 0, 10, 0);
        assert.equal(seen.toString(), 'from first');
        writeSync(second, 'FROM', 0);
        readSync(first, seen, 0, 10, 0);
        assert.equal(seen.toString(), 'FROM first');
        assert.equal(fstatSync(first).size, 10);
      });
    });
  },
  'names in any script, with blanks and signs, are kept byte by byte': (dir) => {
    const names = ['é', 'e\u0301', ' a b ', 'a%20b', '#1', '1+1=2', '😀', 'x:y', '\'"', '日本'];
    for (const name of names) writeFileSync(join(dir, name), name);
    for (const name of names) assert.equal(readFileSync(join(dir, name), 'utf8'), name);
  },
  'names differ by case': (dir) => {
    writeFileSync(join(dir, 'a'), 'small');
    writeFileSync(join(dir, 'A'), 'large');
    assert.equal(readFileSync(join(dir, 'a'), 'utf8'), 'small');
    assert.equal(readFileSync(join(dir, 'A'), 'utf8'), 'large');
  },
  'a name of 250 bytes is taken': (dir) => {
    for (const name of ['n'.repeat(250), 'é'.repeat(125)]) {
      writeFileSync(join(dir, name), 'x');
      assert.equal(readFileSync(join(dir, name), 'utf8'), 'x');
      mkdirSync(join(dir, `${name.slice(0, -1)}.`));
    }
  },
  'a name of 256 bytes fails with ENAMETOOLONG': (dir) => {
    const name = join(dir, 'n'.repeat(256));
    fails('ENAMETOOLONG', () => writeFileSync(name, ''));
    fails('ENAMETOOLONG', () => mkdirSync(name));
    fails('ENAMETOOLONG', () => openSync(name, O_RDONLY));
  },
  'a name of 251 bytes fails with ENAMETOOLONG': (dir) => {
    const name = join(dir, 'n'.repeat(251));
    fails('ENAMETOOLONG', () => writeFileSync(name, ''));
    fails('ENAMETOOLONG', () => mkdirSync(name));
    assert.equal(existsSync(name), false);
  },
};
