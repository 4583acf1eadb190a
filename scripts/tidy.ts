/**
 * `npm run tidy`: holds what neither the compiler nor the linter can see of `docs/DESIGN.md` §3 and
 * of the project's style. One line per finding, `file:line: message (rule)`; ends with 1 if any.
 * Another folder than the repository itself may be named: `tsx scripts/tidy.ts DIR`.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EXCEPTIONS } from './tidy/exceptions.js';
import { readTree } from './tidy/read-tree.js';
import { findingsOf } from './tidy/rules.js';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const root = resolve(process.argv[2] ?? home);
const startedAt = performance.now();
const texts = readTree(root);
const findings = findingsOf(texts, root === home ? EXCEPTIONS : []);
for (const { file, line, rule, message } of findings) {
  console.log(`${file}:${line}: ${message} (${rule})`);
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
console.log(`tidy: ${texts.length} files, ${count}, ${seconds} s`);
process.exitCode = findings.length > 0 ? 1 : 0;
