/**
 * What went wrong below HTTP, as a kind: no line, no answer in time, no trust, no sense. undici's
 * error codes are listed in its documentation (docs/api/Errors.md), TLS ones in OpenSSL's.
 */
import { NuageError, type ErrorDetails, type ErrorKind } from '../errors.js';

const KIND_OF_CODE: ReadonlyMap<string, ErrorKind> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_ABORTED', 'aborted'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'assertion'],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'assertion'],
]);

const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$)/;

/** The error of an aborted effect. */
export function abortedError(details: ErrorDetails): NuageError {
  return new NuageError('aborted', 'given up before it was done', details);
}

/** @param signal of the caller: whatever happens after its abort is the abort. */
export function fromNetworkError(
  error: unknown,
  signal: AbortSignal | undefined,
  details: ErrorDetails,
): NuageError {
  if (signal?.aborted === true) return abortedError(details);
  if (error instanceof NuageError) return error;
  const code = codeOf(error);
  const full = { ...details, cause: error };
  if (TLS_CODE.test(code)) {
    return new NuageError('offline', `the server's certificate is not trusted (${code})`, {
      ...full,
      hint: 'Check the clock of this machine, or give the certificate authority as a file.',
    });
  }
  const kind = KIND_OF_CODE.get(code) ?? (code.startsWith('HPE_') ? 'protocol' : 'offline');
  return new NuageError(kind, describe(kind, code), full);
}

/** True where a second try cannot help: the certificate will be the same. */
export function isTrustFailure(error: NuageError): boolean {
  return TLS_CODE.test(codeOf(error.cause));
}

function describe(kind: ErrorKind, code: string): string {
  if (kind === 'timeout') return `the server did not answer in time (${code})`;
  if (kind === 'aborted') return 'given up before it was done';
  if (kind === 'protocol') return `the answer is no HTTP (${code})`;
  return `the server cannot be reached (${code})`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // undici leaves the code out where the answer does not even begin like HTTP.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'HPE_INVALID';
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && error.name === 'AbortError') return 'UND_ERR_ABORTED';
  return 'cause' in error && error.cause !== undefined ? codeOf(error.cause) : 'unknown';
}
