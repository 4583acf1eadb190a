/** What a POSIX case is: a sentence, and a function that holds it true in an empty folder. */
import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';

/** Synchronous; throws when the file system breaks the promise. `dir` is empty and its own. */
export type PosixCase = (dir: string) => void;

export type CaseTable = Readonly<Record<string, PosixCase>>;

/** A user that is not root, for cases about access rights. */
export const OTHER_UID = 65_534;

/** The process must be root, and the mount open to other users. */
export const NEEDS_ROOT = 'as another user: ';

export function fails(code: string, action: () => unknown): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, code, String(error));
    return;
  }
  assert.fail(`expected ${code}, but it returned ${String(result)}`);
}

/** Opens, works, and closes in any case. */
export function withFile<T>(path: string, flags: string | number, work: (fd: number) => T): T {
  const fd = openSync(path, flags, 0o644);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
