/**
 * The POSIX cases on a plain folder, which shows that the cases are right, and on the in-memory file
 * system, which shows that the kernel side is.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { MemfsProcess } from '../fuse/memfs-process.js';
import { describePosix } from './describe-posix.js';

/** What only a file system with the names and types of a Nextcloud does. */
const NEXTCLOUD_ONLY = {
  'a name of 251 bytes fails with ENAMETOOLONG': 'names may have 255 bytes here',
  'symbolic links, hard links and named pipes are refused with EPERM': 'they exist here',
};

describe('a plain folder', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-control-'));
    chmodSync(folder, 0o755);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describePosix('as the control', () => folder, { skip: NEXTCLOUD_ONLY });
});

describe.each([
  { writebackCache: false, how: 'with every write sent on at once' },
  { writebackCache: true, how: 'with the write-back cache' },
])('the in-memory file system', ({ writebackCache, how }) => {
  let memfs: MemfsProcess;

  beforeAll(async () => {
    memfs = await MemfsProcess.start({ allowOther: process.getuid?.() === 0, writebackCache });
  });

  afterAll(async () => {
    await memfs.close();
  });

  describePosix(how, () => memfs.mountPoint, { skip: NEXTCLOUD_ONLY });
});
