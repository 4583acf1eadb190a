/**
 * What a log says without the names of files and folders, which are nobody's business but their
 * owner's: a log is shown to others. Each path becomes a mark, the same one as long as the process
 * lives, so that what happened to one file can still be followed.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { LogFields } from '../log.js';

/** Fields that hold names. */
const NAMES: ReadonlySet<string> = new Set(['path', 'keptAs', 'mountPoint', 'from', 'to', 'name']);
/** Fields that hold sentences. */
const SENTENCES: ReadonlySet<string> = new Set(['error', 'reason', 'message']);

/** Unguessable: a mark must not be found again from a name. */
const salt = randomBytes(16);

export function withoutNames(fields: LogFields): LogFields {
  const known = Object.entries(fields)
    .filter(([key, value]) => NAMES.has(key) && typeof value === 'string')
    .map(([, value]) => value as string);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, shown(key, value, known)]),
  );
}

function shown(key: string, value: unknown, known: readonly string[]): unknown {
  if (NAMES.has(key)) return typeof value === 'string' ? mark(value) : undefined;
  if (!SENTENCES.has(key)) return value;
  if (value instanceof Error) return withoutSaid(textOf(value), [...known, ...pathOf(value)]);
  return typeof value === 'string' ? withoutSaid(value, known) : value;
}

function textOf(error: Error): string {
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return [error.message, ...frames].join('\n');
}

function pathOf(error: Error): readonly string[] {
  return 'path' in error && typeof error.path === 'string' ? [error.path] : [];
}

/** An error code after a colon stays; other words there are a server's, and may name files. */
function withoutSaid(text: string, known: readonly string[]): string {
  const lines = text.split('\n');
  const frames = lines.filter((line) => /^ {4}at /.test(line));
  const first = known.reduce((told, path) => told.replaceAll(path, mark(path)), lines[0] ?? '');
  const [words = '', code] = /^([^:]*)(?::\s*([A-Z][A-Z_]{3,}))?/.exec(first)?.slice(1) ?? [];
  const ours = words.replaceAll(/['"`«“].*['"`»”]|(?<=\s|^)\/\S.*/g, '…');
  return [code === undefined ? ours : `${ours}: ${code}`, ...frames].join('\n');
}

function mark(name: string): string {
  return `#${createHash('sha256').update(salt).update(name).digest('hex').slice(0, 8)}`;
}
