/**
 * Names that live on this machine only: what editors, file managers and systems leave beside the
 * user's files, and what Nextcloud's own clients never send. Renamed to another name, it may go.
 */
import type { ServerInfo } from '../remote/remote.js';

const LOCAL_PATTERNS: readonly RegExp[] = [
  // Lock files of LibreOffice, WPS and others, MS Office: lock-names.ts says of which document.
  /^\.~./,
  /^~\$/,
  /^\..*\.sw[a-p]$/i,
  /^\..*\.swpx$/i,
  /~$/,
  /^\.goutputstream-/,
  /^\.nfs/,
  /^\.fuse_hidden/,
  /^\.Trash(-.*)?$/,
  /^\.DS_Store$/,
  /^\._/,
  /^Thumbs\.db$/i,
  /^desktop\.ini$/i,
  /^\.directory$/,
  /^\.kate-swp$|\.kate-swp$/,
];

export interface NameRules {
  /** The server's own; undefined when it was never reached. */
  readonly server: ServerInfo | undefined;
  /** What the user keeps here as well. */
  readonly wanted: readonly RegExp[];
}

export function isLocalName(name: string, { server, wanted }: NameRules): boolean {
  const isMatched = (pattern: RegExp): boolean => pattern.test(name);
  return LOCAL_PATTERNS.some(isMatched) || wanted.some(isMatched) || isForbidden(name, server);
}

/** `*` for any letters, `?` for one; upper and lower case are told apart. */
export function patternOf(glob: string): RegExp {
  const escaped = glob.normalize('NFC').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}

/** On the server's own list: it would refuse the file whatever we do. */
function isForbidden(name: string, server: ServerInfo | undefined): boolean {
  if (server === undefined) return false;
  const lower = name.toLowerCase();
  const dot = lower.indexOf('.', 1);
  const basename = dot > 0 ? lower.slice(0, dot) : lower;
  return (
    server.forbiddenNames.includes(lower) ||
    server.forbiddenBasenames.includes(basename) ||
    server.forbiddenExtensions.some((extension) => lower.endsWith(extension))
  );
}

/** The characters in it that the server takes in no name. */
export function hasForbiddenCharacter(name: string, server: ServerInfo | undefined): boolean {
  for (let index = 0; index < name.length; index += 1) {
    // NEXTCLOUD §2: control characters below 0x20 are refused, 0x7f is not.
    if (name.charCodeAt(index) < 0x20) return true;
  }
  return (server?.forbiddenCharacters ?? ['\\']).some((character) => name.includes(character));
}
