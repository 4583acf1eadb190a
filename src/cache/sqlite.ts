/**
 * SQLite, by the release of better-sqlite3 that this Node.js can bear. From 13 on it is built for
 * Node-API 10, which Node.js has since 22.14, and comes compiled. The older release for an older
 * Node.js is compiled or downloaded by npm; in Node.js 24.19 and later it would abort the process
 * when a statement is collected.
 */
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { NuageError } from '../errors.js';

const require = createRequire(import.meta.url);

const NODE_API_OF_RELEASE_13 = 10;

const RELEASE =
  Number(process.versions['napi']) < NODE_API_OF_RELEASE_13
    ? 'better-sqlite3'
    : 'better-sqlite3-napi';

const INSTALL_AGAIN =
  'Install nuage-mount again with this Node.js, and let npm run its install script: ' +
  '--allow-scripts=better-sqlite3.';

export function openSqlite(file: string, options: Database.Options = {}): Database.Database {
  const Sqlite = require(RELEASE) as typeof Database;
  return new Sqlite(file, options);
}

/**
 * Undefined where SQLite works. It is missing where npm ran no install scripts, and refused by
 * another Node.js than the one that it was installed for.
 */
export function sqliteFailure(): NuageError | undefined {
  try {
    openSqlite(':memory:').close();
    return undefined;
  } catch (cause) {
    const message = `the SQLite module for Node.js ${process.version} is missing`;
    return new NuageError('not-supported', message, { cause, hint: INSTALL_AGAIN });
  }
}
