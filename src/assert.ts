import { NuageError } from './errors.js';

/** States what must hold. Stays on in production: a broken invariant must not reach user data. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new NuageError('assertion', message);
}

/** For the `default` branch of a switch that names every case. */
export function unreachable(value: never): never {
  throw new NuageError('assertion', `unreachable: ${JSON.stringify(value)}`);
}
