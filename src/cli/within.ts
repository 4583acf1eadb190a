/** A wait with an end. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The first of `waits`, or undefined after `ms`. What loses goes on, unheard: its failure is
 * nobody's concern any more.
 */
export async function within<T>(ms: number, ...waits: Promise<T>[]): Promise<T | undefined> {
  const timer = new AbortController();
  const late = pause(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([...waits, late]);
  } finally {
    timer.abort();
  }
}
