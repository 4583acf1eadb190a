/**
 * The only place where an HTTP status, with the exception class of a Nextcloud, becomes a kind.
 * The class wins over the status: the server answers 500 for a lock in MOVE, 403 and 400 for many
 * things. RFC 9110 §15, RFC 4918 §11; classes as seen on a Nextcloud 32.
 */
import { NuageError, type ErrorKind } from '../errors.js';
import type { DavError } from './error-body.js';

export interface Refusal {
  readonly method: string;
  readonly status: number;
  readonly error: DavError;
  /** `X-Nextcloud-Maintenance-Mode` of the OCS pages. */
  readonly isMaintenance: boolean;
  readonly retryAfterMs: number | undefined;
  /** Path of the account, as the user knows it. */
  readonly path: string | undefined;
}

const KIND_OF_EXCEPTION: ReadonlyMap<string, ErrorKind> = new Map([
  ['ServerMaintenanceMode', 'maintenance'],
  ['FileLocked', 'locked'],
  ['LockedException', 'locked'],
  ['Locked', 'locked'],
  ['InsufficientStorage', 'quota'],
  ['EntityTooLarge', 'too-large'],
  ['InvalidPath', 'invalid-name'],
  ['TooManyRequests', 'rate-limited'],
  ['NotAuthenticated', 'unauthenticated'],
  ['PasswordLoginForbidden', 'unauthenticated'],
  ['UnsupportedMediaType', 'not-supported'],
  ['ReportNotSupported', 'not-supported'],
]);

const KIND_OF_STATUS: ReadonlyMap<number, ErrorKind> = new Map([
  [400, 'invalid-argument'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'not-supported'],
  [407, 'offline'],
  [408, 'timeout'],
  [409, 'parent-missing'],
  [410, 'not-found'],
  [411, 'protocol'],
  [412, 'precondition'],
  [413, 'too-large'],
  [414, 'name-too-long'],
  [415, 'not-supported'],
  // The version that is read from is shorter than it was: another one stands there.
  [416, 'precondition'],
  [423, 'locked'],
  [429, 'rate-limited'],
  [501, 'not-supported'],
  [502, 'offline'],
  [503, 'maintenance'],
  [504, 'timeout'],
  [507, 'quota'],
  // Cloudflare-like fronts: the server behind is away or silent.
  [521, 'offline'],
  [522, 'offline'],
  [523, 'offline'],
  [524, 'timeout'],
]);

const HINTS: Partial<Record<ErrorKind, string>> = {
  unauthenticated: 'Make a new app password in the security settings of your account.',
  quota: 'Delete something or ask for more room; the upload goes on by itself.',
  'rate-limited': 'The server asks for a pause.',
  maintenance: 'The server is being maintained; everything goes on by itself afterwards.',
  locked: 'Somebody is working on it; it is tried again.',
  'too-large': "This is over the server's size limit; its administrator can raise it.",
};

export function kindOfStatus(refusal: Omit<Refusal, 'retryAfterMs' | 'path'>): ErrorKind {
  const { status, method, error } = refusal;
  const special = error.exception === undefined ? undefined : kindOf(error.exception, status);
  if (special !== undefined) return special;
  if (refusal.isMaintenance) return 'maintenance';
  if (method === 'PUT' && status === 404) return 'parent-missing';
  if (method === 'PUT' && status === 409) return 'is-a-folder';
  if (method === 'MKCOL' && status === 405) return 'exists';
  return KIND_OF_STATUS.get(status) ?? (status >= 500 ? 'server' : 'protocol');
}

function kindOf(exception: string, status: number): ErrorKind | undefined {
  // Sabre itself answers 503 for one storage that is away; the rest of the account is there.
  return KIND_OF_EXCEPTION.get(exception) ?? (status === 503 ? 'server' : undefined);
}

export function errorOfRefusal(refusal: Refusal): NuageError {
  const kind = kindOfStatus(refusal);
  const { exception, message } = refusal.error;
  const said = message ?? exception;
  const text = `the server answers ${refusal.status} to ${refusal.method}`;
  return new NuageError(kind, said === undefined ? text : `${text}: ${said}`, {
    op: refusal.method,
    path: refusal.path,
    hint: HINTS[kind],
    retryAfterMs: refusal.retryAfterMs,
  });
}
