/** All cases by their sentence. */
import { attributeCases } from './cases/attributes.js';
import { dataCases } from './cases/data.js';
import { folderCases } from './cases/folders.js';
import { lockCases } from './cases/locks.js';
import { nameCases } from './cases/names.js';
import { openingCases } from './cases/opening.js';
import { refusedSpecialCases, specialCases } from './cases/special.js';
import type { CaseTable } from './posix-case.js';

const groups: readonly CaseTable[] = [
  openingCases,
  nameCases,
  folderCases,
  dataCases,
  attributeCases,
  specialCases,
  refusedSpecialCases,
  lockCases,
];

export const posixCases: CaseTable = Object.assign({}, ...groups) as CaseTable;
