/** Which thing in the trash somebody means. Pure. */
import { NuageError } from '../errors.js';
import type { TrashedEntry } from '../remote/remote.js';

/** The one that is meant, or why none is. A path means the newest that stood there. */
export function chosen(entries: readonly TrashedEntry[], which: string): TrashedEntry | NuageError {
  const wanted = which.normalize('NFC').replace(/^\/+|\/+$/g, '');
  const byNumber = entries.find(({ fileId }) => fileId === wanted);
  const byPath = entries.find(({ path }) => path === wanted);
  const found = byNumber ?? byPath;
  if (found !== undefined) return found;
  const named = entries.filter(({ path }) => path.slice(path.lastIndexOf('/') + 1) === wanted);
  const [only, second] = named;
  if (only !== undefined && second === undefined) return only;
  const hint = '`nuage-mount trash` shows the numbers.';
  if (only === undefined) {
    return new NuageError('not-found', `there is no ${wanted} in the trash`, { hint });
  }
  const numbers = named.slice(0, 5).map(({ fileId, path }) => `${fileId} (${path})`);
  const text = `several things in the trash are called ${wanted}: ${numbers.join(', ')}`;
  return new NuageError('invalid-argument', text, { hint: 'Name one by its number.' });
}
