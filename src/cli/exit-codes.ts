/** What the process answers to its caller; what each means is in `messages/exit-codes.ts`. */
import { type ErrorKind, NuageError, toErrorRecord } from '../errors.js';
import { explain } from './explain.js';
import { mountPointText } from './messages/mount.js';
import { serverText } from './messages/server.js';

export const EXIT = {
  OK: 0,
  UNEXPECTED: 1,
  USAGE: 2,
  MOUNT_POINT: 3,
  INSTANCE: 4,
  UNREACHABLE: 5,
  LOGIN: 6,
  NOT_NEXTCLOUD: 7,
  FUSE: 8,
  QUEUE: 9,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that the user can do something about: one sentence what, one sentence what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

const CONNECT_CODES: Partial<Record<ErrorKind, ExitCode>> = {
  'invalid-argument': EXIT.UNREACHABLE,
  offline: EXIT.UNREACHABLE,
  timeout: EXIT.UNREACHABLE,
  maintenance: EXIT.UNREACHABLE,
  'rate-limited': EXIT.UNREACHABLE,
  server: EXIT.UNREACHABLE,
  unauthenticated: EXIT.LOGIN,
  forbidden: EXIT.LOGIN,
  protocol: EXIT.NOT_NEXTCLOUD,
  'not-found': EXIT.NOT_NEXTCLOUD,
  'not-supported': EXIT.NOT_NEXTCLOUD,
};

const CONNECT_HINTS: Partial<Record<ExitCode, () => string>> = {
  [EXIT.UNREACHABLE]: serverText.checkAddress,
  [EXIT.NOT_NEXTCLOUD]: serverText.asTheBrowser,
};

/** Why an account could not be reached. What is no {@link NuageError} is thrown on: a defect. */
export function connectError(error: unknown, url: string): CommandError {
  if (!(error instanceof NuageError)) throw error;
  const exitCode = CONNECT_CODES[error.kind] ?? EXIT.UNEXPECTED;
  if (exitCode === EXIT.LOGIN) {
    return new CommandError(exitCode, serverText.refusesLogin({ url }), serverText.appPassword());
  }
  const { reason, hint: told } = explain(toErrorRecord(error));
  const hint = told ?? CONNECT_HINTS[exitCode]?.();
  return new CommandError(exitCode, serverText.failed({ url, reason }), hint);
}

const MOUNT_CODES: Partial<Record<ErrorKind, ExitCode>> = {
  'not-found': EXIT.MOUNT_POINT,
  'not-a-folder': EXIT.MOUNT_POINT,
  forbidden: EXIT.MOUNT_POINT,
  stale: EXIT.MOUNT_POINT,
  busy: EXIT.MOUNT_POINT,
  'not-supported': EXIT.FUSE,
  'not-permitted': EXIT.FUSE,
};

/** Why the kernel did not mount or unmount. What is no {@link NuageError} is a defect. */
export function mountError(error: unknown): CommandError {
  if (!(error instanceof NuageError)) throw error;
  const exitCode = MOUNT_CODES[error.kind] ?? EXIT.UNEXPECTED;
  if (error.kind === 'busy') {
    const folder = error.path ?? mountPointText.theFolder();
    return new CommandError(exitCode, mountPointText.inUse({ folder }), mountPointText.closeIt());
  }
  return new CommandError(exitCode, `${error.message}.`, error.hint);
}
