/**
 * When a request that is safe to repeat goes again, and after which pause. RFC 9110 §10.2.3
 * (Retry-After in seconds or as a date).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { ErrorKind, NuageError } from '../errors.js';
import {
  RETRY_AFTER_MS_MAX,
  RETRY_AFTER_WAIT_MS_MAX,
  SAFE_RETRY_FIRST_MS,
  SAFE_TRIES_MAX,
} from '../limits.js';
import { abortedError } from './network-error.js';

/** May be over in a moment, also when the server names no time. */
const PASSING: ReadonlySet<ErrorKind> = new Set(['offline', 'locked', 'server']);
/** Over when the server says so, and not before. */
const PASSING_IF_TOLD: ReadonlySet<ErrorKind> = new Set(['maintenance', 'rate-limited']);

/** Milliseconds that the server asks for, bounded; undefined for none or nonsense. */
export function parseRetryAfter(text: string | undefined, clock: Clock): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Math.min(Number(trimmed) * 1000, RETRY_AFTER_MS_MAX);
  const date = Date.parse(trimmed);
  if (!/^[A-Z][a-z]{2,8},? /.test(trimmed) || Number.isNaN(date)) return undefined;
  return Math.min(Math.max(date - clock.now(), 0), RETRY_AFTER_MS_MAX);
}

/**
 * @param tries made so far, this one included.
 * @returns milliseconds, or undefined when the error is the answer.
 */
export function retryPauseMs(
  error: NuageError,
  tries: number,
  random: () => number,
): number | undefined {
  if (tries >= SAFE_TRIES_MAX || error.tlsFault !== undefined) return undefined;
  if (error.retryAfterMs !== undefined) {
    const isPassing = PASSING.has(error.kind) || PASSING_IF_TOLD.has(error.kind);
    return isPassing && error.retryAfterMs <= RETRY_AFTER_WAIT_MS_MAX
      ? error.retryAfterMs
      : undefined;
  }
  if (!PASSING.has(error.kind)) return undefined;
  return jittered(SAFE_RETRY_FIRST_MS * 2 ** (tries - 1), random);
}

/** Half to one and a half times, so that those who failed together do not come back together. */
export function jittered(ms: number, random: () => number): number {
  return ms * (0.5 + random());
}

/** @throws kind `aborted`. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw abortedError({ op: 'pause', cause: error });
  }
}
