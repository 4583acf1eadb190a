/** Locks: flock(2), fcntl(2) of processes and of open files. */
import { constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails, withFile } from '../posix-case.js';
import * as sys from '../syscalls.js';

const { O_RDWR } = constants;

/** Two open files of one file. */
function withTwo(dir: string, work: (first: number, second: number) => void): void {
  const path = join(dir, 'a');
  writeFileSync(path, 'x'.repeat(100));
  withFile(path, O_RDWR, (first) => withFile(path, O_RDWR, (second) => work(first, second)));
}

export const lockCases: CaseTable = {
  'an exclusive flock excludes every other until it is given up': (dir) => {
    withTwo(dir, (first, second) => {
      sys.flock(first, sys.LOCK_EX | sys.LOCK_NB);
      fails('EAGAIN', () => sys.flock(second, sys.LOCK_EX | sys.LOCK_NB));
      fails('EAGAIN', () => sys.flock(second, sys.LOCK_SH | sys.LOCK_NB));
      sys.flock(first, sys.LOCK_UN);
      sys.flock(second, sys.LOCK_EX | sys.LOCK_NB);
    });
  },
  'shared flocks go together': (dir) => {
    withTwo(dir, (first, second) => {
      sys.flock(first, sys.LOCK_SH | sys.LOCK_NB);
      sys.flock(second, sys.LOCK_SH | sys.LOCK_NB);
      fails('EAGAIN', () => sys.flock(first, sys.LOCK_EX | sys.LOCK_NB));
    });
  },
  'closing gives a flock up': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, '');
    withFile(path, O_RDWR, (fd) => sys.flock(fd, sys.LOCK_EX | sys.LOCK_NB));
    withFile(path, O_RDWR, (fd) => sys.flock(fd, sys.LOCK_EX | sys.LOCK_NB));
  },
  'a lock of a range excludes others from that range alone': (dir) => {
    withTwo(dir, (first, second) => {
      sys.lockRange(first, 'open file', { type: sys.F_WRLCK, start: 10, length: 10 });
      const overlapping = { type: sys.F_WRLCK, start: 19, length: 5 };
      fails('EAGAIN', () => sys.lockRange(second, 'open file', overlapping));
      sys.lockRange(second, 'open file', { type: sys.F_WRLCK, start: 20, length: 5 });
      sys.lockRange(first, 'open file', { type: sys.F_UNLCK, start: 10, length: 10 });
      sys.lockRange(second, 'open file', overlapping);
    });
  },
  'a lock of the process excludes a lock of another open file': (dir) => {
    withTwo(dir, (first, second) => {
      sys.lockRange(first, 'process', { type: sys.F_WRLCK, start: 0, length: 0 });
      const any = { type: sys.F_RDLCK, start: 50, length: 1 };
      fails('EAGAIN', () => sys.lockRange(second, 'open file', any));
      sys.lockRange(first, 'process', { type: sys.F_UNLCK, start: 0, length: 0 });
      sys.lockRange(second, 'open file', any);
    });
  },
  'read locks of a range go together': (dir) => {
    withTwo(dir, (first, second) => {
      const range = { type: sys.F_RDLCK, start: 0, length: 100 };
      sys.lockRange(first, 'open file', range);
      sys.lockRange(second, 'open file', range);
    });
  },
};
