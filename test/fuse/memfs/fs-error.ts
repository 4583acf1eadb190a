import { constants } from 'node:os';

export class FsError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

export function memoryErrnoOf(error: unknown): number {
  return error instanceof FsError ? error.errno : constants.errno.EIO;
}
