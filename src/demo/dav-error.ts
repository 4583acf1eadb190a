/**
 * What the server refuses: an HTTP status with the exception class that a Nextcloud names in its
 * error body. The class is the reliable discriminator for a client, the message is for people.
 */
import { escapeXml } from './xml.js';

/** Exception classes as they appear in `<s:exception>`, each with its status. */
const STATUS_OF = {
  BadRequest: 400,
  NotAuthenticated: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  Conflict: 409,
  PreconditionFailed: 412,
  UnsupportedMediaType: 415,
  ReportNotSupported: 415,
  RequestedRangeNotSatisfiable: 416,
  NotImplemented: 501,
  InsufficientStorage: 507,
} as const;

export type SabreException = keyof typeof STATUS_OF;

export class DavError extends Error {
  override readonly name = 'DavError';
  readonly status: number;
  readonly exception: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    exception: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.exception = exception;
    this.headers = headers;
  }
}

export function refuse(
  exception: SabreException,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): DavError {
  return new DavError(
    STATUS_OF[exception],
    `Sabre\\DAV\\Exception\\${exception}`,
    message,
    headers,
  );
}

/** 404 with the wording of Sabre. `path` is relative to `/remote.php/dav/`. */
export function notFound(path: string): DavError {
  return refuse('NotFound', `File with name ${path} could not be located`);
}

/** A lock within the server. Most requests answer 423; a rename lets it through as a 500. */
export function locked(path: string, mode: 'exclusive' | 'shared'): DavError {
  const shown = mode === 'exclusive' ? 'exclusive' : '1 shared locks';
  return new DavError(
    423,
    'OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked',
    `"${path}" is locked, existing lock on file: ${shown}`,
  );
}

export function invalidPath(message: string): DavError {
  return new DavError(400, 'OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath', message);
}

export function errorBody(exception: string, message: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">\n' +
    `  <s:exception>${escapeXml(exception)}</s:exception>\n` +
    `  <s:message>${escapeXml(message)}</s:message>\n` +
    '</d:error>\n'
  );
}
