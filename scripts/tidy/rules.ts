/** All rules in the order in which their findings read best. */
import { checkBounds } from './bounds.js';
import { checkCycles } from './cycles.js';
import { checkDeadExports, checkOrphans } from './dead-code.js';
import { applyExceptions } from './exceptions.js';
import type { Exception } from './exceptions.js';
import { checkLayers, checkSynchronous } from './layers.js';
import { checkLeftovers } from './leftovers.js';
import { checkLockFile } from './lock-file.js';
import { parseProject } from './project.js';
import type { Finding, Rule, SourceText } from './project.js';
import { checkBarrels, checkHeaders } from './shape.js';
import { checkColumns, checkFileSizes, checkFunctionSizes, checkParameters } from './sizes.js';
import { checkTraces } from './traces.js';

const RULES: readonly Rule[] = [
  checkLayers,
  checkSynchronous,
  checkCycles,
  checkFileSizes,
  checkFunctionSizes,
  checkParameters,
  checkColumns,
  checkHeaders,
  checkBarrels,
  checkDeadExports,
  checkOrphans,
  checkBounds,
  checkLeftovers,
  checkTraces,
  checkLockFile,
];

/** Sorted by file and line. */
export function findingsOf(
  texts: readonly SourceText[],
  exceptions: readonly Exception[],
): Finding[] {
  const project = parseProject(texts);
  const found = RULES.flatMap((rule) => rule(project));
  return applyExceptions(found, exceptions).sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
