/** Turns what `fs` and SQLite throw into the project's errors. */
import {
  codeOf,
  type ErrorKind,
  KIND_OF_SYSTEM_CODE,
  NO_RESOURCES_HINT,
  NuageError,
} from '../errors.js';

const HINTS: Partial<Record<ErrorKind, string>> = {
  'disk-full': 'Free some space on the disk that holds the cache of nuage-mount.',
  'no-resources': NO_RESOURCES_HINT,
};

/** @param op what was being done: `write data file`, `commit`. */
export function toDiskError(op: string, cause: unknown): NuageError {
  if (cause instanceof NuageError) return cause;
  const kind = kindOf(codeOf(cause));
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NuageError(kind, `${op}: ${reason}`, { op, cause, hint: HINTS[kind] });
}

/** Runs `fn` and throws what it throws as a {@link NuageError}. */
export function onDisk<T>(op: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw toDiskError(op, error);
  }
}

function kindOf(code: string): ErrorKind {
  switch (code) {
    case 'SQLITE_FULL':
      return 'disk-full';
    case 'EFBIG':
      return 'too-large';
    case 'EEXIST':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return 'exists';
    default:
      return KIND_OF_SYSTEM_CODE[code] ?? kindOfFamily(code);
  }
}

/** Extended SQLite codes (`SQLITE_CORRUPT_INDEX`) belong to the family that they begin with. */
function kindOfFamily(code: string): ErrorKind {
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'assertion';
  return 'io';
}
