/** The compiled part of better-sqlite3, which npm downloads or compiles when it installs it. */
import Database from 'better-sqlite3';
import { NuageError } from '../errors.js';

const INSTALL_AGAIN =
  'Install nuage-mount again with this Node.js, and let npm run its install script: ' +
  '--allow-scripts=better-sqlite3.';

/**
 * Undefined where it works. It is missing where npm ran no install scripts, and is refused by
 * another Node.js than the one that it was built for.
 */
export function addonFailure(): NuageError | undefined {
  try {
    new Database(':memory:').close();
    return undefined;
  } catch (cause) {
    const message = `the SQLite module for Node.js ${process.version} is missing`;
    return new NuageError('not-supported', message, { cause, hint: INSTALL_AGAIN });
  }
}
