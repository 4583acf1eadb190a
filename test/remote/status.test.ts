/** The table from HTTP to kinds, row by row. */
import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/errors.js';
import { parseDavError } from '../../src/remote/error-body.js';
import { errorOfRefusal, kindOfStatus } from '../../src/remote/status.js';

const plain = { exception: undefined, message: undefined };

function kind(method: string, status: number, exception?: string): ErrorKind {
  return kindOfStatus({
    method,
    status,
    error: { exception, message: undefined },
    isMaintenance: false,
  });
}

describe('a status alone', () => {
  it.each<[string, number, ErrorKind]>([
    ['PROPFIND', 400, 'invalid-argument'],
    ['PROPFIND', 401, 'unauthenticated'],
    ['PUT', 403, 'forbidden'],
    ['GET', 404, 'not-found'],
    ['PUT', 404, 'parent-missing'],
    ['MKCOL', 405, 'exists'],
    ['PUT', 405, 'not-supported'],
    ['MKCOL', 409, 'parent-missing'],
    ['MOVE', 409, 'parent-missing'],
    ['PUT', 409, 'is-a-folder'],
    ['DELETE', 412, 'precondition'],
    ['PUT', 413, 'too-large'],
    ['GET', 416, 'precondition'],
    ['PUT', 423, 'locked'],
    ['GET', 429, 'rate-limited'],
    ['PUT', 500, 'server'],
    ['LOCK', 501, 'not-supported'],
    ['GET', 502, 'offline'],
    ['GET', 503, 'maintenance'],
    ['MOVE', 504, 'timeout'],
    ['PUT', 507, 'quota'],
    ['GET', 599, 'server'],
    ['GET', 418, 'protocol'],
    ['GET', 304, 'protocol'],
  ])('%s %i is %s', (method, status, expected) => expect(kind(method, status)).toBe(expected));
});

describe('the class of the exception wins', () => {
  it.each<[string, number, string, ErrorKind]>([
    ['MOVE', 500, 'LockedException', 'locked'],
    ['PUT', 400, 'InvalidPath', 'invalid-name'],
    ['PUT', 403, 'InsufficientStorage', 'quota'],
    ['PUT', 503, 'FileLocked', 'locked'],
    ['PROPFIND', 503, 'ServerMaintenanceMode', 'maintenance'],
    ['PROPFIND', 503, 'StorageNotAvailableException', 'server'],
    ['PROPFIND', 403, 'PasswordLoginForbidden', 'unauthenticated'],
    ['PROPFIND', 429, 'TooManyRequests', 'rate-limited'],
    ['PUT', 403, 'SomethingUnheardOf', 'forbidden'],
  ])('%s %i %s is %s', (method, status, exception, expected) =>
    expect(kind(method, status, exception)).toBe(expected),
  );
});

it('an error tells the operation, the path, what the server said, and what to do', () => {
  const error = errorOfRefusal({
    method: 'PUT',
    status: 507,
    error: { exception: 'InsufficientStorage', message: 'Insufficient space' },
    isMaintenance: false,
    retryAfterMs: 5_000,
    path: 'a/b',
  });
  expect(error).toMatchObject({ kind: 'quota', op: 'PUT', path: 'a/b', retryAfterMs: 5_000 });
  expect(error.message).toBe('the server answers 507 to PUT: Insufficient space');
  expect(error.hint).toContain('more room');
});

describe('the body of a refusal', () => {
  it('gives the last part of the class name', () => {
    const body =
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">' +
      '<s:exception>OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked</s:exception>' +
      '<s:message>"/x" is locked</s:message></d:error>';
    expect(parseDavError(body)).toEqual({ exception: 'FileLocked', message: '"/x" is locked' });
  });

  it('that is none gives nothing', () => {
    const bodies = ['', 'x', '<html><body>502 Bad Gateway</body></html>', '{"a":1}', '<a><b></a>'];
    for (const body of bodies) expect(parseDavError(body)).toEqual(plain);
  });

  it('is not searched for in another namespace', () => {
    const body = '<e xmlns:s="http://evil/ns"><s:exception>FileLocked</s:exception></e>';
    expect(parseDavError(body)).toEqual(plain);
  });
});
