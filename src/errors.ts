/**
 * The one error class of the project. Inner code throws it with a `kind`; `src/remote/status.ts`
 * alone maps HTTP to kinds and `src/fs/errno.ts` alone maps kinds to errnos. Callers branch on
 * `kind`, never on the text of a message.
 */

export const ERROR_KINDS = [
  'not-found',
  'exists',
  'not-a-folder',
  'is-a-folder',
  'not-empty',
  'unauthenticated',
  'forbidden',
  'read-only',
  'locked',
  'quota',
  'disk-full',
  'no-resources',
  'too-large',
  'invalid-name',
  'name-too-long',
  'invalid-argument',
  'bad-handle',
  'no-attribute',
  'attribute-too-small',
  'no-data-there',
  'cross-device',
  'busy',
  'offline',
  'maintenance',
  'rate-limited',
  'timeout',
  'interrupted',
  'aborted',
  'stale',
  'precondition',
  'parent-missing',
  'not-permitted',
  'not-supported',
  'not-implemented',
  'server',
  'protocol',
  'corrupt',
  'bytes-lost',
  'io',
  'assertion',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** Speak of the line or of the whole server, not of the one thing that was asked for. */
export const LINE_FAILURES: ReadonlySet<ErrorKind> = new Set([
  'offline',
  'timeout',
  'maintenance',
  'unauthenticated',
]);

/** Say nothing against what was asked for: it goes again when the line is back. */
export const NO_VERDICT: ReadonlySet<ErrorKind> = new Set([...LINE_FAILURES, 'aborted']);

/** What of a secure connection is wrong. */
export type TlsFault = 'name' | 'time' | 'authority' | 'no-tls' | 'version';

export interface ErrorDetails {
  /** What was being done: `rename`, `PROPFIND`, `open database`. */
  readonly op?: string | undefined;
  /** The path or name it was done to, as the user knows it. Never a URL with credentials. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
  /** One sentence that tells the user what to do next. */
  readonly hint?: string | undefined;
  /** The server asked for this pause before another try (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
  /** Where it is this, a second try cannot help: certificate and port will be the same. */
  readonly tlsFault?: TlsFault | undefined;
}

/** What a user can do about `no-resources`. */
export const NO_RESOURCES_HINT =
  'Close some programs, or raise `nofile` and `nproc` in /etc/security/limits.conf.';

/** What the disk and the tables of open files refuse, by the system's code. */
export const KIND_OF_SYSTEM_CODE: Readonly<Record<string, ErrorKind>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EMFILE: 'no-resources',
  ENFILE: 'no-resources',
};

/** The `code` of an error of the system or of SQLite; empty where there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Where these were thrown says something; all others answer what was asked, thousands a second. */
const KINDS_WITH_STACK: ReadonlySet<ErrorKind> = new Set(['assertion', 'corrupt', 'io']);

export class NuageError extends Error {
  override readonly name = 'NuageError';
  readonly kind: ErrorKind;
  readonly op: string | undefined;
  readonly path: string | undefined;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly tlsFault: TlsFault | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    const limit = Error.stackTraceLimit;
    if (!KINDS_WITH_STACK.has(kind)) Error.stackTraceLimit = 0;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = limit;
    this.kind = kind;
    this.op = details.op;
    this.path = details.path;
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs;
    this.tlsFault = details.tlsFault;
  }
}

/** The part of a {@link NuageError} that crosses a thread or the control socket. */
export interface ErrorRecord {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly op?: string | undefined;
  readonly path?: string | undefined;
  readonly hint?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly tlsFault?: TlsFault | undefined;
}

export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof NuageError) {
    const { kind, message, op, path, hint, retryAfterMs, tlsFault } = error;
    return { kind, message, op, path, hint, retryAfterMs, tlsFault };
  }
  return { kind: 'io', message: error instanceof Error ? error.message : String(error) };
}

export function fromErrorRecord(record: ErrorRecord): NuageError {
  return new NuageError(record.kind, record.message, record);
}

/** No answer of a disk, a system or a server: something in this program is not as it must be. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof NuageError) || error.kind === 'assertion';
}
