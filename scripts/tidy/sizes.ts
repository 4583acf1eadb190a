/** What fits on a screen and in a head: lengths of files, functions, parameter lists and lines. */
import ts from 'typescript';

import { lineOf, modulesIn, startLine, walk } from './project.js';
import type { Finding, Module, Project } from './project.js';

const FILE_LINES_MAX = 400;
const TEST_FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;
const PARAMETERS_MAX = 4;
const COLUMNS_MAX = 100;

/** A suite is a list of tests and a test a list of steps: neither is called by other code. */
const TEST_CALL = /^(describe|suite|it|test)\b/;

export function checkFileSizes(project: Project): Finding[] {
  return modulesIn(project, 'src', 'test', 'scripts').flatMap(({ path, text }) => {
    const most = path.startsWith('test/') ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= most) return [];
    const message = `file of ${lines} lines (at most ${most})`;
    return [{ file: path, line: most + 1, rule: 'file-size', message }];
  });
}

export function checkFunctionSizes(project: Project): Finding[] {
  const found: Finding[] = [];
  for (const module of modulesIn(project, 'src', 'test', 'scripts')) {
    walk(module.source, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
      const first = startLine(node);
      const lines = lineOf(module.source, node.end) - first + 1;
      if (lines <= FUNCTION_LINES_MAX || isOfTests(module, node)) return;
      const message = `function of ${lines} lines (at most ${FUNCTION_LINES_MAX})`;
      found.push({ file: module.path, line: first, rule: 'function-size', message });
    });
  }
  return found;
}

/** Handed to `describe` or `it`, or a function that declares suites and tests. */
function isOfTests(module: Module, node: ts.SignatureDeclaration): boolean {
  if (!module.path.startsWith('test/')) return false;
  const { parent } = node;
  if (ts.isCallExpression(parent) && TEST_CALL.test(parent.expression.getText(module.source))) {
    return true;
  }
  let declaresTests = false;
  walk(node, (each) => {
    if (!ts.isCallExpression(each)) return;
    declaresTests ||= TEST_CALL.test(each.expression.getText(module.source));
  });
  return declaresTests;
}

export function checkParameters(project: Project): Finding[] {
  const found: Finding[] = [];
  for (const module of modulesIn(project, 'src', 'test', 'scripts')) {
    walk(module.source, (node) => {
      // Without a body it describes what somebody else wrote, such as a system call.
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
      const count = node.parameters.filter(({ name }) => name.getText() !== 'this').length;
      if (count <= PARAMETERS_MAX) return;
      const message = `${count} parameters (at most ${PARAMETERS_MAX})`;
      found.push({ file: module.path, line: startLine(node), rule: 'parameters', message });
    });
  }
  return found;
}

/** Of the program itself; tests and scripts hold shell lines that are no better when broken. */
export function checkColumns(project: Project): Finding[] {
  return project.texts
    .filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((content, index) => {
        const columns = Array.from(content).length;
        if (columns <= COLUMNS_MAX) return [];
        const message = `line of ${columns} columns (at most ${COLUMNS_MAX})`;
        return [{ file: path, line: index + 1, rule: 'columns', message }];
      }),
    );
}
