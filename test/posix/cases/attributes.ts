/** Times, modes, owners, access rights, extended attributes, statvfs. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  statfsSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { NEEDS_ROOT, OTHER_UID, fails, withFile } from '../posix-case.js';
import * as sys from '../syscalls.js';

const { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** Longer than the coarsest clock of any file system, so that a change can be seen. */
const TICK_MS = 30;

function tick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TICK_MS);
}

interface Times {
  readonly mtime: bigint;
  readonly ctime: bigint;
}

function times(path: string): Times {
  const { mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { mtime: mtimeNs, ctime: ctimeNs };
}

/** Which of the two went on when `action` ran. */
function moved(path: string, action: () => void): string {
  const before = times(path);
  tick();
  action();
  const after = times(path);
  const names = (['mtime', 'ctime'] as const).filter((name) => after[name] > before[name]);
  assert.ok(after.mtime >= before.mtime && after.ctime >= before.ctime, 'a time went back');
  return names.join(' and ');
}

const timeCases: CaseTable = {
  'utimensat sets both times, to the nanosecond': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    sys.utimensat(path, [86_400, 123_456_789], [172_800, 987_654_321]);
    const stats = statSync(path, { bigint: true });
    assert.equal(stats.atimeNs, 86_400_123_456_789n);
    assert.equal(stats.mtimeNs, 172_800_987_654_321n);
  },
  'utimensat sets a modification time to the second': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    sys.utimensat(path, [1_600_000_000, 0], [1_500_000_000, 0]);
    assert.equal(statSync(path).mtimeMs, 1_500_000_000_000);
    withFile(path, O_RDONLY, (fd) => assert.equal(fstatSync(fd).mtimeMs, 1_500_000_000_000));
  },
  'UTIME_OMIT leaves a time, UTIME_NOW takes the present': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    sys.utimensat(path, [1_000_000_000, 0], [1_000_000_000, 0]);
    sys.utimensat(path, [0, sys.UTIME_OMIT], [1_200_000_000, 0]);
    assert.equal(statSync(path).atimeMs, 1_000_000_000_000);
    assert.equal(statSync(path).mtimeMs, 1_200_000_000_000);
    sys.utimensat(path, [0, sys.UTIME_OMIT], [0, sys.UTIME_NOW]);
    assert.ok(Math.abs(statSync(path).mtimeMs - Date.now()) < 5_000);
    assert.equal(statSync(path).atimeMs, 1_000_000_000_000);
  },
  'a modification time that was set stays when the file is closed and read': (dir) => {
    const path = join(dir, 'a');
    withFile(path, O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'text');
      sys.utimensat(path, [1_500_000_000, 0], [1_500_000_000, 0]);
    });
    readFileSync(path);
    assert.equal(statSync(path).mtimeMs, 1_500_000_000_000);
  },
  'a new file and its folder have the present time': (dir) => {
    sys.utimensat(dir, [1_500_000_000, 0], [1_500_000_000, 0]);
    writeFileSync(join(dir, 'a'), '');
    for (const path of [dir, join(dir, 'a')]) {
      assert.ok(Math.abs(statSync(path).mtimeMs - Date.now()) < 5_000, path);
    }
  },
  'write and truncate move mtime and ctime': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDWR, (fd) => {
      assert.equal(
        moved(path, () => void writeSync(fd, 'x', 0)),
        'mtime and ctime',
      );
      assert.equal(
        moved(path, () => ftruncateSync(fd, 1)),
        'mtime and ctime',
      );
    });
    assert.equal(
      moved(path, () => truncateSync(path, 100)),
      'mtime and ctime',
    );
  },
  'opening with O_TRUNC moves mtime and ctime': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    assert.equal(
      moved(path, () => writeFileSync(path, '')),
      'mtime and ctime',
    );
  },
  'reading and closing move neither mtime nor ctime': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    assert.equal(
      moved(path, () => void readFileSync(path)),
      '',
    );
    assert.equal(
      moved(path, () => closeSync(openSync(path, O_RDWR))),
      '',
    );
  },
  'chmod moves ctime alone': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    assert.equal(
      moved(path, () => chmodSync(path, 0o600)),
      'ctime',
    );
  },
  'rename leaves the mtime of what it moves': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    const before = times(join(dir, 'a')).mtime;
    tick();
    renameSync(join(dir, 'a'), join(dir, 'b'));
    assert.equal(times(join(dir, 'b')).mtime, before);
  },
  'creating, removing and renaming move the folder’s mtime and ctime': (dir) => {
    const steps = [
      () => writeFileSync(join(dir, 'a'), ''),
      () => renameSync(join(dir, 'a'), join(dir, 'b')),
      () => unlinkSync(join(dir, 'b')),
      () => mkdirSync(join(dir, 'c')),
      () => rmdirSync(join(dir, 'c')),
    ];
    for (const step of steps) assert.equal(moved(dir, step), 'mtime and ctime', String(step));
  },
  'a failed operation moves no time': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    assert.equal(
      moved(dir, () => fails('EEXIST', () => mkdirSync(join(dir, 'a')))),
      '',
    );
    assert.equal(
      moved(dir, () => fails('ENOENT', () => unlinkSync(join(dir, 'b')))),
      '',
    );
  },
};

const modeCases: CaseTable = {
  'chmod sets the permission bits, through path and descriptor': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    for (const mode of [0o600, 0o755, 0o444, 0o000]) {
      chmodSync(path, mode);
      assert.equal(statSync(path).mode & 0o777, mode);
    }
    chmodSync(path, 0o600);
    withFile(path, O_RDWR, (fd) => {
      fchmodSync(fd, 0o640);
      assert.equal(fstatSync(fd).mode & 0o777, 0o640);
    });
    mkdirSync(join(dir, 'b'));
    chmodSync(join(dir, 'b'), 0o700);
    assert.equal(statSync(join(dir, 'b')).mode & 0o777, 0o700);
  },
  'chmod of what is missing fails with ENOENT': (dir) => {
    fails('ENOENT', () => chmodSync(join(dir, 'none'), 0o600));
  },
  [`${NEEDS_ROOT}a file belongs to who made it, and to whom root gives it`]: (dir) => {
    chmodSync(dir, 0o777);
    const path = join(dir, 'a');
    sys.asUser(OTHER_UID, () => writeFileSync(path, ''));
    assert.equal(statSync(path).uid, OTHER_UID);
    assert.equal(statSync(path).gid, OTHER_UID);
    chownSync(path, 0, 12_345);
    assert.equal(statSync(path).uid, 0);
    assert.equal(statSync(path).gid, 12_345);
    sys.asUser(OTHER_UID, () => fails('EPERM', () => chownSync(path, OTHER_UID, OTHER_UID)));
  },
  [`${NEEDS_ROOT}a folder with the set-group-id bit gives its group to what is made in it`]: (
    dir,
  ) => {
    chownSync(dir, 0, 12_345);
    chmodSync(dir, 0o2777);
    sys.asUser(OTHER_UID, () => {
      writeFileSync(join(dir, 'a'), '');
      mkdirSync(join(dir, 'b'));
    });
    assert.equal(statSync(join(dir, 'a')).gid, 12_345);
    assert.equal(statSync(join(dir, 'b')).gid, 12_345);
    assert.equal(statSync(join(dir, 'b')).mode & 0o2000, 0o2000);
  },
  'chown to the present owner works': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    const { uid, gid } = statSync(path);
    chownSync(path, uid, gid);
    assert.deepEqual([statSync(path).uid, statSync(path).gid], [uid, gid]);
  },
  'a file belongs to whoever makes it': (dir) => {
    writeFileSync(join(dir, 'a'), '');
    assert.equal(statSync(join(dir, 'a')).uid, process.geteuid?.());
  },
  'a copy by copyFile has the same bytes and mode': (dir) => {
    writeFileSync(join(dir, 'a'), 'text', { mode: 0o600 });
    copyFileSync(join(dir, 'a'), join(dir, 'b'));
    assert.equal(readFileSync(join(dir, 'b'), 'utf8'), 'text');
    assert.equal(statSync(join(dir, 'b')).mode & 0o777, 0o600);
  },
};

const accessCases: CaseTable = {
  [`${NEEDS_ROOT}a file of mode 600 can be neither read nor written: EACCES`]: (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text', { mode: 0o600 });
    sys.asUser(OTHER_UID, () => {
      fails('EACCES', () => openSync(path, O_RDONLY));
      fails('EACCES', () => openSync(path, O_WRONLY));
      assert.equal(statSync(path).size, 4);
    });
  },
  [`${NEEDS_ROOT}a file of mode 644 can be read but not written`]: (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text', { mode: 0o644 });
    sys.asUser(OTHER_UID, () => {
      assert.equal(readFileSync(path, 'utf8'), 'text');
      fails('EACCES', () => openSync(path, O_WRONLY));
      fails('EACCES', () => truncateSync(path, 0));
    });
  },
  [`${NEEDS_ROOT}nothing can be made, removed or renamed in a folder of mode 755: EACCES`]: (
    dir,
  ) => {
    writeFileSync(join(dir, 'a'), 'text');
    sys.asUser(OTHER_UID, () => {
      fails('EACCES', () => writeFileSync(join(dir, 'b'), ''));
      fails('EACCES', () => mkdirSync(join(dir, 'b')));
      fails('EACCES', () => unlinkSync(join(dir, 'a')));
      fails('EACCES', () => renameSync(join(dir, 'a'), join(dir, 'b')));
    });
  },
  [`${NEEDS_ROOT}a folder of mode 700 cannot be entered or listed: EACCES`]: (dir) => {
    mkdirSync(join(dir, 'a'), 0o700);
    writeFileSync(join(dir, 'a', 'x'), '');
    sys.asUser(OTHER_UID, () => {
      fails('EACCES', () => readdirSync(join(dir, 'a')));
      fails('EACCES', () => statSync(join(dir, 'a', 'x')));
    });
  },
  [`${NEEDS_ROOT}chmod, and times other than now, are refused with EPERM`]: (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text', { mode: 0o666 });
    chmodSync(path, 0o666);
    sys.asUser(OTHER_UID, () => {
      fails('EPERM', () => chmodSync(path, 0o600));
      fails('EPERM', () => sys.utimensat(path, [1, 0], [1, 0]));
      sys.utimensat(path, [0, sys.UTIME_NOW], [0, sys.UTIME_NOW]);
    });
  },
};

const extendedCases: CaseTable = {
  'a user attribute is set, read, listed and removed': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    sys.setxattr(path, { name: 'user.colour', value: 'blue \0\xff' });
    sys.setxattr(path, { name: 'user.empty', value: '' });
    assert.equal(sys.getxattr(path, 'user.colour'), 'blue \0\xff');
    assert.equal(sys.getxattr(path, 'user.empty'), '');
    const ours = sys.listxattr(path).filter((name) => /^user\.(colour|empty)$/.test(name));
    assert.deepEqual([...ours].sort(), ['user.colour', 'user.empty']);
    sys.removexattr(path, 'user.colour');
    fails('ENODATA', () => sys.getxattr(path, 'user.colour'));
    fails('ENODATA', () => sys.removexattr(path, 'user.colour'));
  },
  'XATTR_CREATE refuses a known name with EEXIST, XATTR_REPLACE a new one with ENODATA': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    const name = 'user.colour';
    fails('ENODATA', () => sys.setxattr(path, { name, value: 'x' }, sys.XATTR_REPLACE));
    sys.setxattr(path, { name, value: 'x' }, sys.XATTR_CREATE);
    fails('EEXIST', () => sys.setxattr(path, { name, value: 'y' }, sys.XATTR_CREATE));
    sys.setxattr(path, { name, value: 'longer' }, sys.XATTR_REPLACE);
    assert.equal(sys.getxattr(path, name), 'longer');
  },
  'a buffer that is too small fails with ERANGE, and asking for the size works': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    sys.setxattr(path, { name: 'user.colour', value: 'dark blue' });
    assert.equal(sys.xattrSize(path, 'user.colour'), 9);
    fails('ERANGE', () => sys.getxattr(path, 'user.colour', 5));
  },
  'folders have user attributes too, and they follow a rename': (dir) => {
    mkdirSync(join(dir, 'a'));
    sys.setxattr(join(dir, 'a'), { name: 'user.colour', value: 'red' });
    renameSync(join(dir, 'a'), join(dir, 'b'));
    assert.equal(sys.getxattr(join(dir, 'b'), 'user.colour'), 'red');
  },
  'a value of 3,500 bytes is kept': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    const value = 'v'.repeat(3_500);
    sys.setxattr(path, { name: 'user.large', value });
    assert.equal(sys.getxattr(path, 'user.large'), value);
  },
};

export const attributeCases: CaseTable = {
  ...timeCases,
  ...modeCases,
  ...accessCases,
  ...extendedCases,
  'statvfs gives sane figures': (dir) => {
    const { bsize, blocks, bfree, bavail } = statfsSync(dir);
    assert.ok(bsize >= 512 && blocks > 0);
    assert.ok(bavail <= bfree && bfree <= blocks);
  },
};
