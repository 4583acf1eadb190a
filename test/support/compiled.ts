/**
 * The program as JavaScript, for tests that start it often: a start through a TypeScript runner
 * costs a second for the process and as much again for each of its threads. Compiled anew whenever
 * a source file has changed, and shared by all test files.
 */
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const SOURCE = path.join(PROJECT, 'src');
/** Within node_modules, so that the program finds its packages. */
const KEPT = path.join(PROJECT, 'node_modules/.cache/nuage-mount-test');
/** What another test run still uses is younger. */
const KEPT_MS_MAX = 3_600_000;

let found: string | undefined;

/** Absolute path of the program's `main.js`. */
export function compiledMain(): string {
  return path.join(compiled(), 'cli/main.js');
}

/** Absolute path of the `main.js` of the embedded Nuage. */
export function compiledDemo(): string {
  return path.join(compiled(), 'demo/main.js');
}

function compiled(): string {
  found ??= path.join(compiledFolder(), 'dist');
  return found;
}

function compiledFolder(): string {
  const sources = fs
    .readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const folder = path.join(KEPT, stateOf(sources));
  if (fs.existsSync(folder)) return folder;
  removeOld();
  const fresh = path.join(KEPT, `.${randomUUID()}`);
  for (const name of sources) compile(name, path.join(fresh, 'dist'));
  fs.copyFileSync(path.join(PROJECT, 'package.json'), path.join(fresh, 'package.json'));
  try {
    fs.renameSync(fresh, folder);
  } catch {
    // Another test file was faster.
    fs.rmSync(fresh, { recursive: true });
  }
  return folder;
}

function compile(name: string, into: string): void {
  const target = path.join(into, name.replace(/\.ts$/, '.js'));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const { outputText } = ts.transpileModule(fs.readFileSync(path.join(SOURCE, name), 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  fs.writeFileSync(target, outputText);
}

function stateOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of sources) {
    const { mtimeMs, size } = fs.statSync(path.join(SOURCE, name));
    hash.update(`${name}\n${mtimeMs}\n${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeOld(): void {
  fs.mkdirSync(KEPT, { recursive: true });
  for (const name of fs.readdirSync(KEPT)) {
    const folder = path.join(KEPT, name);
    const isOld = fs.statSync(folder).mtimeMs < Date.now() - KEPT_MS_MAX;
    if (isOld) fs.rmSync(folder, { recursive: true, force: true });
  }
}
