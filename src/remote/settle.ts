/**
 * What to think of a write whose answer is missing: it may have been done all the same.
 */
import { NuageError, type ErrorKind } from '../errors.js';

/** No answer, or one of somebody else than the server, or one that Nextcloud gives after doing. */
const UNKNOWN_OUTCOME: ReadonlySet<ErrorKind> = new Set([
  'offline',
  'timeout',
  'server',
  'protocol',
]);

export function isOutcomeUnknown(error: unknown): error is NuageError {
  return error instanceof NuageError && UNKNOWN_OUTCOME.has(error.kind);
}

/** Undefined in place of a `not-found`. */
export async function ifFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NuageError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/**
 * Looks at the server after a write without an answer.
 * @param look finds out what stands there; undefined when it is not what was written.
 * @throws the error of the write, unless `look` shows that the write was done.
 */
export async function settle<T>(error: unknown, look: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined;
  try {
    found = await look();
  } catch {
    // The line is still down; what the write met is the better story.
    throw error;
  }
  if (found === undefined) throw error;
  return found;
}
