/**
 * What went wrong below HTTP, as a kind: no line, no answer in time, no trust, no sense. undici's
 * error codes are listed in its documentation (docs/api/Errors.md), TLS ones in OpenSSL's.
 */
import { NuageError, type ErrorDetails, type ErrorKind, type TlsFault } from '../errors.js';

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

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'nobody knows its name'],
  ['EAI_AGAIN', 'no name can be looked up'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENETUNREACH', 'there is no network'],
  ['EHOSTUNREACH', 'no way leads there'],
]);

interface TlsFailure {
  readonly fault: TlsFault;
  readonly codes: RegExp;
  readonly message: string;
  readonly hint: string;
}

/** The first that fits. Codes: OpenSSL's X509_V_ERR_* and SSL_R_*, as Node spells them. */
const TLS_FAILURES: readonly TlsFailure[] = [
  {
    fault: 'name',
    codes: /^ERR_TLS_CERT_ALTNAME_/,
    message: "the server's certificate is not trusted for this name",
    hint: 'Check the address: the certificate is for another one.',
  },
  {
    fault: 'time',
    codes: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    message: "the server's certificate is not trusted at this time",
    hint: 'Check the clock of this machine; if it is right, the server needs a new certificate.',
  },
  {
    fault: 'authority',
    codes: /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/,
    message: "the server's certificate is not trusted",
    hint: 'Give the certificate of the authority behind it with --ca-file FILE (PEM).',
  },
  {
    fault: 'no-tls',
    // What came in place of the handshake does not even begin like TLS.
    codes: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    message: 'this port does not speak TLS',
    hint: 'Check the port; if the server has no https at all, its address begins with http://.',
  },
  {
    fault: 'version',
    codes: /^(ERR_TLS_|ERR_SSL_|EPROTO$)/,
    message: 'no secure connection can be agreed on',
    hint: 'The server, or a proxy before it, speaks an old or another TLS: ask its administrator.',
  },
];

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
  const tls = tlsFailure(code);
  if (tls !== undefined) {
    const { message, hint, fault } = tls;
    return new NuageError('offline', `${message} (${code})`, { ...full, hint, tlsFault: fault });
  }
  const kind = KIND_OF_CODE.get(code) ?? (code.startsWith('HPE_') ? 'protocol' : 'offline');
  return new NuageError(kind, describe(kind, code), full);
}

function tlsFailure(code: string): TlsFailure | undefined {
  return TLS_FAILURES.find(({ codes }) => codes.test(code));
}

function describe(kind: ErrorKind, code: string): string {
  if (kind === 'timeout') return `the server did not answer in time (${code})`;
  if (kind === 'aborted') return 'given up before it was done';
  if (kind === 'protocol') return `the answer is no HTTP (${code})`;
  const reason = REASONS.get(code);
  return `the server cannot be reached${reason === undefined ? '' : `: ${reason}`} (${code})`;
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
