/** Names on the wire: NUL-terminated bytes, here always UTF-8. */
import { isUtf8 } from 'node:buffer';
import { BODY } from './request.js';
import type { Request } from './request.js';
import { BAD_SEQUENCE, INVALID } from './protocol-errno.js';

const ASCII_MAX = 0x7f;
const REPLACEMENT = '\uFFFD';

/** Thrown for what the session refuses by itself, before the file system is asked. */
export class ProtocolRefusal extends Error {
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

/**
 * The string at `at` behind the header. A target of a link may hold `/`, a name may not. Most are
 * ASCII and take the short way. Decoding replaces what is not UTF-8, so only a string with U+FFFD
 * needs the exact test.
 */
export function readString(request: Request, at: number): string {
  const { bytes, length } = request;
  const start = BODY + at;
  let anyBits = 0;
  let end = start;
  for (let byte = bytes[end] ?? 0; end < length && byte !== 0; byte = bytes[end] ?? 0) {
    anyBits |= byte;
    end += 1;
  }
  if (end >= length) {
    throw new ProtocolRefusal(INVALID, 'a string of the kernel without its end');
  }
  if (anyBits <= ASCII_MAX) return bytes.toString('latin1', start, end);
  const text = bytes.toString('utf8', start, end);
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) {
    throw new ProtocolRefusal(BAD_SEQUENCE, 'a name that is not UTF-8');
  }
  return text;
}

export function readName(request: Request, at: number): string {
  const name = readString(request, at);
  if (name === '' || name.includes('/')) {
    throw new ProtocolRefusal(INVALID, 'a name that is empty or holds a slash');
  }
  return name;
}

/** Where the string behind this one begins. */
export function nextStringAt(request: Request, at: number): number {
  return request.bytes.indexOf(0, BODY + at) + 1 - BODY;
}
