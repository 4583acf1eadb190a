/**
 * Collects the buffers of bodies while they are young. Each piece from a socket is a buffer outside
 * V8's heap, of which V8 only sees the sum: after 64 MiB of them it marks the whole heap, on every
 * core, though they are nobody's any more by then. A quarter of the time of a long download was
 * that. Collecting what is young takes about a millisecond and finds them all.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GARBAGE_BYTES_MAX } from '../limits.js';

type Collect = (options: { readonly type: 'minor' }) => void;

// The only way to V8's own function (https://nodejs.org/api/v8.html#v8setflagsfromstringflags).
setFlagsFromString('--expose-gc');
const collect = runInNewContext('globalThis.gc') as Collect | undefined;

let uncollected = 0;

/** So many bytes have come in buffers that are let go of soon. */
export function bufferPassed(bytes: number): void {
  uncollected += bytes;
  if (uncollected < GARBAGE_BYTES_MAX) return;
  uncollected = 0;
  collect?.({ type: 'minor' });
}
