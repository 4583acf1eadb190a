/**
 * No file that nothing starts, no export that no other file of `src` or `scripts` uses. A test
 * alone does not keep code alive: code that only its test calls is not part of the program. A type
 * counts as used where the signature of a used export speaks of it, since whoever calls that meets
 * the type.
 */
import ts from 'typescript';

import { modulesIn } from './project.js';
import type { Finding, Module, Project } from './project.js';

/** Started as a program or as a thread, and so by nobody's import. */
const ENTRY_POINTS: ReadonlySet<string> = new Set([
  'src/cli/main.ts',
  'src/cli/engine-thread.ts',
  'src/demo/main.ts',
  'src/fuse/notifier-worker.ts',
]);

export function checkDeadExports(project: Project): Finding[] {
  const program = modulesIn(project, 'src');
  const used = usedNames([...program, ...modulesIn(project, 'scripts')]);
  const usedByTests = usedNames(modulesIn(project, 'test'));
  return program.flatMap((module) => {
    const { path, exports } = module;
    const isUsed = (name: string) => used.has(`${path} ${name}`) || used.has(`${path} *`);
    const spokenOf = typesSpokenOf(module, isUsed);
    return exports
      .filter(({ name }) => !isUsed(name) && !spokenOf.has(name))
      .map(({ name, line }) => {
        const who = usedByTests.has(`${path} ${name}`) ? 'only tests use' : 'no other file uses';
        const message = `${who} the export \`${name}\``;
        return { file: path, line, rule: 'dead-exports', message };
      });
  });
}

/** As `path name`. */
function usedNames(modules: readonly Module[]): Set<string> {
  const used = new Set<string>();
  for (const { path, imports } of modules) {
    for (const { target, names } of imports) {
      if (target !== path) for (const name of names) used.add(`${target} ${name}`);
    }
  }
  return used;
}

/** Types of the file that a used export names in its signature, directly or through other types. */
function typesSpokenOf({ source }: Module, isUsed: (name: string) => boolean): Set<string> {
  const declared = new Map<string, ts.Node>();
  for (const statement of source.statements) {
    for (const [name, node] of declarationsOf(statement)) declared.set(name, node);
  }
  const spokenOf = new Set<string>();
  const queue = [...declared].filter(([name]) => isUsed(name)).map(([, node]) => node);
  for (const node of queue) {
    for (const name of typeNamesIn(node)) {
      const type = declared.get(name);
      if (type === undefined || spokenOf.has(name)) continue;
      spokenOf.add(name);
      queue.push(type);
    }
  }
  return spokenOf;
}

function declarationsOf(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((each) => [each.name.getText(), each]);
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name === undefined ? [] : [[name.getText(), statement]];
}

/** Names in the types of a declaration, without what is private to it: bodies, `#fields`. */
function typeNamesIn(declaration: ts.Node): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || (ts.isClassElement(node) && isPrivate(node))) return;
    if (ts.isTypeReferenceNode(node)) names.push(node.typeName.getText());
    if (ts.isExpressionWithTypeArguments(node)) names.push(node.expression.getText());
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return names;
}

function isPrivate(member: ts.ClassElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return true;
  return (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
}

export function checkOrphans(project: Project): Finding[] {
  const modules = modulesIn(project, 'src');
  const reached = new Set(modules.map(({ path }) => path).filter((path) => ENTRY_POINTS.has(path)));
  // A set hands out what is added while it is walked, so this ends with all that can be reached.
  for (const path of reached) {
    for (const { target } of project.modules.get(path)?.imports ?? []) reached.add(target);
  }
  return modules
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => {
      const message = 'no program or thread reaches this file';
      return { file: path, line: 1, rule: 'orphans', message };
    });
}
