/**
 * Which document a lock file speaks of, by its name, and the lock file by which LibreOffice is told
 * that somebody else has a document open.
 *
 * - LibreOffice: `.~lock.NAME#`. WPS and others: `.~NAME`.
 * - MS Office: `~$NAME`; of the documents of Word, two first letters of `NAME` are left out where
 *   there are eight or more before the extension, one where there are seven. Others leave out up to
 *   two whatever the length, so that is looked for as well, where it can mean one file only.
 */

const LIBRE_OFFICE = /^\.~lock\.(.+)#$/s;
const WPS = /^\.~(.+)$/s;
const MS_OFFICE = /^~\$(.+)$/s;

const WORD = /\.(?:docx?|docm|dotx?|dotm|rtf|odt)$/i;

/** Documents whose programs look for a lock file, and only where they may write. */
const OFFICE = /\.(?:f?od[tspg]|ot[tspg]|docx?|docm|dotx?|rtf|xlsx?|xlsm|csv|pptx?|pptm|ppsx?)$/i;

export function isOfficeDocument(name: string): boolean {
  return OFFICE.test(name);
}

export function isLockFileName(name: string): boolean {
  return WPS.test(name) || MS_OFFICE.test(name);
}

export function lockFileNameOf(document: string): string {
  return `.~lock.${document}#`;
}

/**
 * @param siblings names in the folder, which are asked for where the name alone does not tell.
 * @returns undefined where none or several may be meant.
 */
export function documentOf(
  lockFile: string,
  siblings: () => readonly string[],
): string | undefined {
  const ms = MS_OFFICE.exec(lockFile)?.[1];
  if (ms !== undefined) return documentOfMsOffice(ms, siblings());
  return (LIBRE_OFFICE.exec(lockFile) ?? WPS.exec(lockFile))?.[1];
}

function documentOfMsOffice(rest: string, siblings: readonly string[]): string | undefined {
  const byRule = siblings.filter((name) => ownerRest(name) === rest);
  if (byRule.length > 0) return only(byRule);
  return only(siblings.filter((name) => isCutTo(name, rest)));
}

/** What stands behind `~$` by the rule. */
function ownerRest(name: string): string {
  if (!WORD.test(name)) return name;
  const stem = name.lastIndexOf('.');
  return name.slice(stem >= 8 ? 2 : stem === 7 ? 1 : 0);
}

function isCutTo(name: string, rest: string): boolean {
  const cut = name.length - rest.length;
  return name === rest || (WORD.test(name) && cut > 0 && cut <= 2 && name.endsWith(rest));
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

export interface LockNote {
  readonly ownerName: string;
  readonly owner: string;
  readonly host: string;
  readonly since: Date;
}

/**
 * What LibreOffice writes into its lock file (`LockFileCommon`, `DocumentLockFile` of svl): name
 * and login of the user, machine, local time, profile. Nobody takes one without a profile for
 * their own.
 */
export function lockFileText({ ownerName, owner, host, since }: LockNote): string {
  return `${[ownerName, owner, host, timeOf(since), ''].map(escaped).join(',')};`;
}

function escaped(field: string): string {
  return field.replace(/[\\,;]/g, '\\$&');
}

/** `26.11.2026 13:05`, by the clock of this machine. */
function timeOf(when: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(when.getDate())}.${two(when.getMonth() + 1)}.${when.getFullYear()}`;
  return `${day} ${two(when.getHours())}:${two(when.getMinutes())}`;
}
