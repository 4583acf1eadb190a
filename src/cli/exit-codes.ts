/** What the process answers to its caller: listed by `--help` and in the README. */
import { type ErrorKind, NuageError } from '../errors.js';

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

export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'unexpected: a defect, a failing disk, given up by Ctrl-C before it was done',
  2: 'the command line makes no sense, or the password is missing',
  3: 'the mount point is no folder, not empty, not yours, or still in use',
  4: 'already mounted, or not mounted where it should be',
  5: 'the server cannot be reached, or the address is wrong',
  6: 'the server refuses the user name or the password',
  7: 'something answers there, but it is no Nextcloud (or one that is too old)',
  8: 'FUSE is missing or may not be used (sudo apt install fuse3)',
  9: 'changes are left that the server has not taken; they are kept',
};

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

export const SEE_HELP = 'See `nuage-mount --help`.';

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

const APP_PASSWORD =
  'Use an app password: in the web page of your Nuage, Settings → Security → Devices & sessions.';

const CONNECT_HINTS: Partial<Record<ExitCode, string>> = {
  [EXIT.UNREACHABLE]: 'Check the address and your network, then run this again.',
  [EXIT.NOT_NEXTCLOUD]:
    'Give the address as the browser shows it, up to the first /apps or /index.php.',
};

/** Why an account could not be reached. What is no {@link NuageError} is thrown on: a defect. */
export function connectError(error: unknown, url: string): CommandError {
  if (!(error instanceof NuageError)) throw error;
  const exitCode = CONNECT_CODES[error.kind] ?? EXIT.UNEXPECTED;
  if (exitCode === EXIT.LOGIN) {
    return new CommandError(
      exitCode,
      `${url} refuses this user name or this password.`,
      APP_PASSWORD,
    );
  }
  const hint = error.hint ?? CONNECT_HINTS[exitCode];
  return new CommandError(exitCode, `${url}: ${error.message}.`, hint);
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
    return new CommandError(
      exitCode,
      `${error.path ?? 'The folder'} is still in use: a program has a file open or stands in it.`,
      'Close it, then run this again; or add --lazy, which does not wait for it.',
    );
  }
  return new CommandError(exitCode, `${error.message}.`, error.hint);
}
