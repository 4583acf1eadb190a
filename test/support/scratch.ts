/** Folders for tests that ask what is written where, and not what survives a power cut. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** In memory where there is such a disk: syncing it costs nothing. */
const DISK = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

export function scratchFolder(): string {
  return fs.mkdtempSync(path.join(DISK, 'nuage-test-'));
}
