/** The shape of a file: it opens with its contract, and it holds something of its own. */
import ts from 'typescript';

import { modulesIn, startLine } from './project.js';
import type { Finding, Module, Project } from './project.js';

/** A word or two repeat the file's name and promise nothing. */
const HEADER_WORDS_MIN = 3;

export function checkHeaders(project: Project): Finding[] {
  return modulesIn(project, 'src').flatMap((module) => {
    if (wordsOf(headerOf(module)) >= HEADER_WORDS_MIN) return [];
    const message = 'no header comment that says what this file is for';
    return [{ file: module.path, line: 1, rule: 'header', message }];
  });
}

/** The comments before the first statement, which may follow a `#!` line. */
function headerOf({ source, text }: Module): string {
  const ranges = ts.getLeadingCommentRanges(text, source.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end)).join(' ');
}

function wordsOf(text: string): number {
  return text.match(/\p{L}{2,}/gu)?.length ?? 0;
}

export function checkBarrels(project: Project): Finding[] {
  return [...project.modules.values()].flatMap(({ path, source }) => {
    const starred = source.statements.filter(isExportAll).map((each) => ({
      file: path,
      line: startLine(each),
      rule: 'barrels',
      message: '`export *`: import from the file itself',
    }));
    if (starred.length > 0 || !isBarrel(source)) return starred;
    const message = 'this file only passes on what others export: import from the file itself';
    return [{ file: path, line: 1, rule: 'barrels', message }];
  });
}

function isExportAll(node: ts.Statement): boolean {
  return ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && !isNamed(node);
}

function isNamed({ exportClause }: ts.ExportDeclaration): boolean {
  return exportClause !== undefined && ts.isNamedExports(exportClause);
}

/** `import { a } from …; export { a };` is the same in two lines. */
function isBarrel({ statements }: ts.SourceFile): boolean {
  const passesOn = (each: ts.Statement) => ts.isExportDeclaration(each);
  return (
    statements.some(passesOn) &&
    statements.every((each) => passesOn(each) || ts.isImportDeclaration(each))
  );
}
