/** mkdir(2), rmdir(2), readdir(3) and its positions. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails, withFile } from '../posix-case.js';
import { FolderStream, getdents } from '../syscalls.js';

/** More than fits in one buffer of the kernel. */
const MANY = 1_000;

function fill(dir: string, count = MANY): string[] {
  const names = Array.from({ length: count }, (_, index) => `name-${String(index + 10_000)}`);
  for (const name of names) writeFileSync(join(dir, name), '');
  return names;
}

function withStream<T>(dir: string, work: (stream: FolderStream) => T): T {
  const stream = new FolderStream(dir);
  try {
    return work(stream);
  } finally {
    stream.close();
  }
}

const makingCases: CaseTable = {
  'mkdir makes an empty folder with the mode asked for, less the umask': (dir) => {
    const before = process.umask(0o022);
    try {
      mkdirSync(join(dir, 'a'), 0o777);
      mkdirSync(join(dir, 'b'), 0o700);
    } finally {
      process.umask(before);
    }
    assert.equal(statSync(join(dir, 'a')).mode & 0o777, 0o755);
    assert.equal(statSync(join(dir, 'b')).mode & 0o777, 0o700);
    assert.ok(statSync(join(dir, 'a')).isDirectory());
    assert.deepEqual(readdirSync(join(dir, 'a')), []);
  },
  'mkdir of a taken name fails with EEXIST, in a missing folder with ENOENT': (dir) => {
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'b'), '');
    fails('EEXIST', () => mkdirSync(join(dir, 'a')));
    fails('EEXIST', () => mkdirSync(join(dir, 'b')));
    fails('ENOENT', () => mkdirSync(join(dir, 'none', 'a')));
  },
  'rmdir removes an empty folder; one with an entry fails with ENOTEMPTY': (dir) => {
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a', 'x'), '');
    fails('ENOTEMPTY', () => rmdirSync(join(dir, 'a')));
    unlinkSync(join(dir, 'a', 'x'));
    rmdirSync(join(dir, 'a'));
    assert.equal(existsSync(join(dir, 'a')), false);
    fails('ENOENT', () => rmdirSync(join(dir, 'a')));
  },
  'rmdir of a file fails with ENOTDIR, of “.” with EINVAL': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    mkdirSync(join(dir, 'b'));
    fails('ENOTDIR', () => rmdirSync(join(dir, 'a')));
    fails('EINVAL', () => rmdirSync(`${dir}/b/.`));
    fails('ENOTEMPTY', () => rmdirSync(`${dir}/b/..`));
  },
  'nothing can be made in a folder that was removed while it is open: ENOENT': (dir) => {
    mkdirSync(join(dir, 'a'));
    const fd = openSync(join(dir, 'a'), 'r');
    const held = `/proc/self/fd/${fd}`;
    rmdirSync(join(dir, 'a'));
    fails('ENOENT', () => writeFileSync(join(held, 'x'), ''));
    fails('ENOENT', () => mkdirSync(join(held, 'x')));
    assert.deepEqual(readdirSync(held), []);
  },
  'a folder’s link count says how many folders it holds, or always 1': (dir) => {
    const before = statSync(dir).nlink;
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'f'), '');
    const after = statSync(dir).nlink;
    assert.ok(before === 1 ? after === 1 : after === before + 1, `${before}, then ${after}`);
  },
  'deep paths work': (dir) => {
    const deep = join(dir, ...Array.from({ length: 40 }, (_, index) => `level-${index}`));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'bottom'), 'text');
    assert.equal(statSync(join(deep, 'bottom')).size, 4);
  },
};

const readingCases: CaseTable = {
  'a listing has each name once, and “.” and “..”': (dir) => {
    const names = fill(dir);
    withStream(dir, (stream) => {
      const seen: string[] = [];
      for (let name = stream.next(); name !== undefined; name = stream.next()) seen.push(name);
      assert.deepEqual(seen.sort(), ['.', '..', ...names].sort());
    });
  },
  'a listing is the same through buffers of 4 KiB to 1 MiB': (dir) => {
    const names = Array.from({ length: MANY }, (_, index) => `${index}`.padStart(230, 'n'));
    for (const name of names) writeFileSync(join(dir, name), '');
    for (let kib = 4; kib <= 1024; kib *= 2) {
      const seen = withFile(dir, 'r', (fd) => {
        const all: string[] = [];
        for (;;) {
          const some = getdents(fd, kib * 1024);
          if (some.length === 0) return all;
          all.push(...some);
        }
      });
      assert.deepEqual(seen.sort(), ['.', '..', ...names].sort(), `${kib} KiB`);
    }
  },
  'a listing tells the type of each entry': (dir) => {
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'file'), '');
    const types = readdirSync(dir, { withFileTypes: true }).map(
      (entry) => `${entry.name} ${entry.isDirectory() ? 'd' : entry.isFile() ? 'f' : '?'}`,
    );
    assert.deepEqual(types.sort(), ['file f', 'folder d']);
  },
  'a listing while its entries are deleted misses none of the others': (dir) => {
    const names = fill(dir);
    withStream(dir, (stream) => {
      const seen = new Set<string>();
      for (let name = stream.next(); name !== undefined; name = stream.next()) {
        if (name.startsWith('.')) continue;
        assert.ok(!seen.has(name), `${name} came twice`);
        seen.add(name);
        unlinkSync(join(dir, name));
      }
      assert.deepEqual([...seen].sort(), names);
    });
    rmdirSync(dir);
    mkdirSync(dir);
  },
  'a listing while others are deleted shows those that stay, once': (dir) => {
    const names = fill(dir);
    withStream(dir, (stream) => {
      const first = Array.from({ length: 10 }, () => stream.next());
      for (const [index, name] of names.entries()) {
        if (index % 2 === 1) unlinkSync(join(dir, name));
      }
      const seen = [...first, ...stream.rest()].filter((name) => name?.startsWith('n') === true);
      assert.equal(new Set(seen).size, seen.length, 'a name came twice');
      const kept = names.filter((_, index) => index % 2 === 0);
      assert.deepEqual(
        kept.filter((name) => !seen.includes(name)),
        [],
      );
    });
  },
  'a listing shows what was there before it began, while names are added': (dir) => {
    const names = fill(dir);
    withStream(dir, (stream) => {
      stream.next();
      for (let index = 0; index < 100; index += 1) writeFileSync(join(dir, `late-${index}`), '');
      const seen = stream.rest().filter((name) => name.startsWith('name-'));
      assert.ok(names.length - new Set(seen).size <= 1);
      assert.equal(new Set(seen).size, seen.length);
    });
  },
  'seekdir returns to where telldir was': (dir) => {
    fill(dir);
    withStream(dir, (stream) => {
      for (let index = 0; index < 500; index += 1) stream.next();
      const position = stream.tell();
      const rest = stream.rest();
      stream.seek(position);
      assert.deepEqual(stream.rest(), rest);
    });
  },
  'rewinddir begins anew, and shows what was added meanwhile': (dir) => {
    const names = fill(dir, 10);
    withStream(dir, (stream) => {
      stream.rest();
      writeFileSync(join(dir, 'late'), '');
      stream.rewind();
      assert.deepEqual([...stream.rest()].sort(), ['late', ...names]);
    });
  },
  'two streams of one folder do not disturb each other': (dir) => {
    const names = fill(dir, 100);
    withStream(dir, (first) => {
      withStream(dir, (second) => {
        const seen: (string | undefined)[] = [];
        for (let index = 0; index < 50; index += 1) seen.push(first.next());
        assert.deepEqual([...second.rest()].sort(), names);
        assert.deepEqual([...seen, ...first.rest()].filter((n) => n?.[0] === 'n').sort(), names);
      });
    });
  },
};

export const folderCases: CaseTable = { ...makingCases, ...readingCases };
