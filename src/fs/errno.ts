/**
 * The only place that turns an error into what a program sees. A kind that is missing here does
 * not compile. What is no `NuageError` is a defect or the disk's: EIO, logged by the caller.
 */
import { constants } from 'node:os';
import { type ErrorKind, NuageError } from '../errors.js';

const { errno } = constants;

/** `ENODATA` on Linux; macOS calls a missing attribute `ENOATTR` (93). */
const NO_ATTRIBUTE = process.platform === 'darwin' ? 93 : errno.ENODATA;

const ERRNO_OF = {
  'not-found': errno.ENOENT,
  exists: errno.EEXIST,
  'not-a-folder': errno.ENOTDIR,
  'is-a-folder': errno.EISDIR,
  'not-empty': errno.ENOTEMPTY,
  unauthenticated: errno.EACCES,
  forbidden: errno.EACCES,
  'read-only': errno.EROFS,
  locked: errno.EBUSY,
  quota: errno.ENOSPC,
  'disk-full': errno.ENOSPC,
  // Not EMFILE: that speaks of the files of the program that asks.
  'no-resources': errno.ENFILE,
  'too-large': errno.EFBIG,
  'invalid-name': errno.EINVAL,
  'name-too-long': errno.ENAMETOOLONG,
  'invalid-argument': errno.EINVAL,
  'bad-handle': errno.EBADF,
  'no-attribute': NO_ATTRIBUTE,
  'attribute-too-small': errno.ERANGE,
  'no-data-there': errno.ENXIO,
  'cross-device': errno.EXDEV,
  busy: errno.EBUSY,
  offline: errno.ENETUNREACH,
  maintenance: errno.ENETUNREACH,
  'rate-limited': errno.EAGAIN,
  timeout: errno.ETIMEDOUT,
  interrupted: errno.EINTR,
  aborted: errno.EINTR,
  stale: errno.ESTALE,
  precondition: errno.ESTALE,
  'parent-missing': errno.ENOENT,
  'not-permitted': errno.EPERM,
  'not-supported': errno.EOPNOTSUPP,
  'not-implemented': errno.ENOSYS,
  server: errno.EIO,
  protocol: errno.EIO,
  corrupt: errno.EIO,
  'bytes-lost': errno.EIO,
  io: errno.EIO,
  assertion: errno.EIO,
} satisfies Record<ErrorKind, number>;

export function errnoOf(error: unknown): number {
  return error instanceof NuageError ? ERRNO_OF[error.kind] : errno.EIO;
}

/** What the user asked for and got a fair answer to; anything else is worth a line in the log. */
const EXPECTED_KINDS: ReadonlySet<ErrorKind> = new Set([
  'not-found',
  'exists',
  'not-a-folder',
  'is-a-folder',
  'not-empty',
  'forbidden',
  'read-only',
  'name-too-long',
  'invalid-argument',
  'no-attribute',
  'attribute-too-small',
  'no-data-there',
  'cross-device',
  'interrupted',
  'aborted',
  'not-permitted',
  'not-supported',
  'offline',
]);

export function isExpected(error: unknown): boolean {
  return error instanceof NuageError && EXPECTED_KINDS.has(error.kind);
}
