/**
 * Prints the folders of installed modules that the program reaches only over the modules given,
 * these included: what may go. Looks into the current folder.
 *
 * Usage: tsx scripts/unneeded-modules.ts MODULE…
 */
import fs from 'node:fs';
import path from 'node:path';

const cut = new Set(process.argv.slice(2));
const needed = reach('.', new Set());
for (const folder of installed()) if (!needed.has(folder)) console.log(folder);

function reach(from: string, found: Set<string>): ReadonlySet<string> {
  for (const name of dependenciesOf(from)) {
    const folder = cut.has(name) ? undefined : resolve(name, from);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    reach(folder, found);
  }
  return found;
}

function dependenciesOf(folder: string): readonly string[] {
  const text = fs.readFileSync(path.join(folder, 'package.json'), 'utf8');
  const { dependencies, optionalDependencies } = JSON.parse(text) as Record<string, object>;
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** Where Node.js looks for it: beside, then in the folders above. */
function resolve(name: string, from: string): string | undefined {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (fs.existsSync(folder)) return folder;
    if (at === '.') return undefined;
  }
}

function installed(): readonly string[] {
  return fs.readdirSync('node_modules').flatMap((name) => {
    const folder = path.join('node_modules', name);
    if (!name.startsWith('@')) return folder;
    return fs.readdirSync(folder).map((below) => path.join(folder, below));
  });
}
