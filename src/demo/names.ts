/**
 * Names and paths as a Nextcloud on Linux takes them: what is refused with which message, and how
 * an href is written. Paths are `/`-joined, NFC, without a leading slash; the root is `''`.
 */
import { DEMO_PATH_BYTES_MAX, NAME_BYTES_MAX } from '../limits.js';
import { invalidPath, notFound, refuse } from './dav-error.js';

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f]/;

/** Throws for a name that must not come into being; `path` is relative to the user's root. */
export function checkNewPath(path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const bytes = Buffer.byteLength(path) + 1;
  if (bytes > DEMO_PATH_BYTES_MAX) {
    const text = `Path length(${bytes}) exceeds max path length(${DEMO_PATH_BYTES_MAX}): /${path}`;
    throw invalidPath(text);
  }
  if (name.trim() === '') throw invalidPath('Empty filename is not allowed');
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw invalidPath('Filename is too long');
  if (CONTROL.test(name)) throw invalidPath('Filename contains at least one invalid character');
  if (name.includes('\\')) {
    throw invalidPath('"\\" is not allowed inside a file or folder name.');
  }
  const lower = name.toLowerCase();
  if (lower === '.htaccess') {
    throw invalidPath('".htaccess" is a forbidden file or folder name.');
  }
  for (const extension of ['.filepart', '.part']) {
    if (lower.endsWith(extension)) throw invalidPath(`"${extension}" is a forbidden file type.`);
  }
}

/**
 * Decodes a path of a URL. Bytes that are no UTF-8 are taken as Latin-1, as the server does, and
 * the result is NFC: the server normalises silently.
 */
export function decodePath(encoded: string): string {
  const segments = encoded.split('/').map(decodeSegment).join('/').split('/');
  const kept = segments.filter((segment) => segment !== '');
  if (kept.some((segment) => segment === '.' || segment === '..')) {
    throw refuse('Conflict', 'The path must not contain relative segments');
  }
  if (kept.some((segment) => segment.includes('\u0000'))) throw notFound(encoded);
  return kept.join('/').normalize('NFC');
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}

/** The server writes lower-case hex and leaves alone letters, digits and `- . _ ~ ( ) : @`. */
export function encodeName(name: string): string {
  if (/^[A-Za-z0-9._~():@-]*$/.test(name)) return name;
  return encodeURIComponent(name)
    .replace(/[!'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
    .replace(/%(3a|40)/g, (_all, hex: string) => (hex === '3a' ? ':' : '@'));
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeName).join('/');
}

export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
