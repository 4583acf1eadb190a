/** Tests that act as an ordinary user: root becomes one, who must be able to read the project. */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export const isRoot = process.getuid?.() === 0;

const READ_AND_SEARCH = 0o005;

/** A home folder of root, for one, is closed to everybody else. */
function isOpenToOthers(folder: string): boolean {
  const isOpen = (statSync(folder).mode & READ_AND_SEARCH) === READ_AND_SEARCH;
  const parent = dirname(folder);
  return isOpen && (parent === folder || isOpenToOthers(parent));
}

export const canBeOrdinaryUser = isRoot && isOpenToOthers(resolve(import.meta.dirname, '../..'));
