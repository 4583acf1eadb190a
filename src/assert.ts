/** What must hold. A failure is a defect of ours, never of the user or the server. */
import { NuageError } from './errors.js';

/** States what must hold. Stays on in production: a broken invariant must not reach user data. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new NuageError('assertion', message);
}
