/**
 * The repository as the rules see it: the text of its files, each TypeScript file parsed once,
 * with what it imports and exports. Built from plain texts, so that a test hands in a made-up one.
 */
import { posix } from 'node:path';

import ts from 'typescript';

export interface SourceText {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** A rule sees everything and says what is wrong; it changes nothing. */
export type Rule = (project: Project) => readonly Finding[];

export interface Import {
  /** Path of the file within the repository, or the name of a package. */
  readonly target: string;
  readonly isOwn: boolean;
  /** `import type …`: nothing of the target runs. `import { type A }` still loads it. */
  readonly isTypeOnly: boolean;
  /** `export … from`. */
  readonly isReExport: boolean;
  /** Names as the target exports them; `*` stands for all of them. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Export {
  readonly name: string;
  readonly line: number;
}

export interface Module {
  readonly path: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
}

export interface Project {
  readonly texts: readonly SourceText[];
  readonly modules: ReadonlyMap<string, Module>;
}

export function parseProject(texts: readonly SourceText[]): Project {
  const paths = new Set(texts.map(({ path }) => path));
  const modules = new Map<string, Module>();
  for (const { path, text } of texts) {
    if (!path.endsWith('.ts')) continue;
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    const imports = importsOf(source, paths);
    modules.set(path, { path, text, source, imports, exports: exportsOf(source) });
  }
  return { texts, modules };
}

/** Modules under a folder such as `src`. */
export function modulesIn(project: Project, ...folders: readonly string[]): Module[] {
  return [...project.modules.values()].filter(({ path }) =>
    folders.some((folder) => path.startsWith(`${folder}/`)),
  );
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

export function startLine(node: ts.Node): number {
  const source = node.getSourceFile();
  return lineOf(source, node.getStart(source));
}

/** Calls `visit` with the node and everything below it, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
}

function importsOf(source: ts.SourceFile, paths: ReadonlySet<string>): Import[] {
  const found: Import[] = [];
  const add = (
    specifier: ts.Expression | undefined,
    part: Pick<Import, 'names'> & Partial<Import>,
  ) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const target = resolve(source.fileName, specifier.text, paths);
    const isOwn = specifier.text.startsWith('.');
    const line = startLine(specifier);
    found.push({ target, isOwn, isTypeOnly: false, isReExport: false, line, ...part });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const isTypeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      add(node.moduleSpecifier, { isTypeOnly, names: importedNames(clause, source) });
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, {
        isTypeOnly: node.isTypeOnly,
        isReExport: true,
        names: reExportedNames(node),
      });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], { names: ['*'] });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const name = node.qualifier?.getText(source).split('.')[0];
      add(node.argument.literal, { isTypeOnly: true, names: [name ?? '*'] });
    }
  });
  return found;
}

function importedNames(clause: ts.ImportClause | undefined, source: ts.SourceFile): string[] {
  if (clause === undefined) return [];
  const names = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, ...membersUsed(bindings.name.text, source)];
  return [...names, ...bindings.elements.map((each) => (each.propertyName ?? each.name).text)];
}

/** What is taken out of `import * as space`; `*` where the whole is handed on. */
function membersUsed(space: string, source: ts.SourceFile): string[] {
  const names = new Set<string>();
  walk(source, (node) => {
    if (!ts.isIdentifier(node) || node.text !== space) return;
    const { parent } = node;
    if (ts.isNamespaceImport(parent)) return;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
      names.add(parent.name.text);
    } else if (ts.isQualifiedName(parent) && parent.left === node) names.add(parent.right.text);
    else if (!ts.isPropertyAccessExpression(parent)) names.add('*');
  });
  return [...names];
}

function reExportedNames(node: ts.ExportDeclaration): string[] {
  const clause = node.exportClause;
  if (clause === undefined || !ts.isNamedExports(clause)) return ['*'];
  return clause.elements.map((each) => (each.propertyName ?? each.name).text);
}

function exportsOf(source: ts.SourceFile): Export[] {
  const found: Export[] = [];
  const add = (name: ts.Node, text = name.getText(source)) => {
    found.push({ name: text, line: startLine(name) });
  };
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) add(statement, 'default');
    else if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (clause && ts.isNamedExports(clause)) clause.elements.forEach((each) => add(each.name));
    } else if (ts.canHaveModifiers(statement) && isExported(statement)) {
      if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) {
        add(statement, 'default');
      } else declaredNames(statement).forEach((name) => add(name));
    }
  }
  return found;
}

function isExported(statement: ts.HasModifiers): boolean {
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function declaredNames(statement: ts.Statement): ts.Node[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name === undefined ? [] : [name];
}

function boundNames(name: ts.BindingName): ts.Node[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((each) => (ts.isBindingElement(each) ? boundNames(each.name) : []));
}

/** `./x.js` names `x.ts` beside the importer, or `x.js` itself where only that exists. */
function resolve(from: string, specifier: string, paths: ReadonlySet<string>): string {
  if (!specifier.startsWith('.')) return specifier;
  const plain = posix.normalize(posix.join(posix.dirname(from), specifier));
  const typed = plain.replace(/\.js$/, '.ts');
  return paths.has(typed) ? typed : plain;
}
