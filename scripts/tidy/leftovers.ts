/** What is left behind by accident: notes to oneself, silenced checks, tests that do not run. */
import ts from 'typescript';

import { commentsOf } from './comments.js';
import type { Comment } from './comments.js';
import { startLine, walk } from './project.js';
import type { Finding, Module, Project } from './project.js';

const NOTE_TO_SELF = /\b(TODO|FIXME|XXX|HACK)\b/;
const SILENCED_COMPILER = /@ts-(ignore|nocheck|expect-error)\b(.*)/s;
const SILENCED_LINT = /^\/[/*]\s*(eslint-disable\S*)(.*)/s;
/** Finding the comments of a file is the slow part; most files have nothing of this at all. */
const WORTH_A_LOOK = /TODO|FIXME|XXX|HACK|@ts-|eslint-disable|\.(only|skip|todo)\b/;
const TEST_FUNCTION = /^(describe|suite|it|test|bench)$/;

export function checkLeftovers(project: Project): Finding[] {
  const scripts = project.texts
    .filter(({ path }) => /\.(sh|c|h)$/.test(path))
    .flatMap(({ path, text }) => notesIn(path, text));
  const modules = [...project.modules.values()].flatMap((module) => {
    if (!WORTH_A_LOOK.test(module.text)) return [];
    const comments = commentsOf(module);
    return [
      ...comments.flatMap((each) => checkComment(module, each)),
      ...checkTests(module, comments),
    ];
  });
  return [...modules, ...scripts];
}

/** Shell and C are not parsed: there the words count wherever they stand. */
function notesIn(path: string, text: string): Finding[] {
  return text.split('\n').flatMap((content, index) => {
    const note = NOTE_TO_SELF.exec(content)?.[1];
    if (note === undefined) return [];
    return [
      { file: path, line: index + 1, rule: 'leftovers', message: `${note} left in a script` },
    ];
  });
}

function checkComment({ path }: Module, { text, line }: Comment): Finding[] {
  const found: string[] = [];
  const note = NOTE_TO_SELF.exec(text)?.[1];
  if (note !== undefined) found.push(`${note} left in a comment`);
  const [, directive, rest = ''] = SILENCED_COMPILER.exec(text) ?? [];
  // Only an expected error complains once it is gone, so the other two have no excuse.
  if (directive === 'expect-error' && !isReason(rest)) {
    found.push('@ts-expect-error without a reason behind it');
  } else if (directive !== undefined && directive !== 'expect-error') {
    found.push(`@ts-${directive} hides errors for ever`);
  }
  const [, lint, why = ''] = SILENCED_LINT.exec(text) ?? [];
  if (lint !== undefined && !isReason(why.split(/\s--\s/)[1] ?? '')) {
    found.push(`${lint} without a reason (\`-- why\`)`);
  }
  return found.map((message) => ({ file: path, line, rule: 'leftovers', message }));
}

function isReason(text: string): boolean {
  return /\p{L}{2,}.*\p{L}{2,}/su.test(text);
}

/** `.only` is never right; `.skip` and `.todo` need a comment on their line or the one above. */
function checkTests({ path, source }: Module, comments: readonly Comment[]): Finding[] {
  const found: Finding[] = [];
  walk(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !isTestFunction(node.expression)) return;
    const line = startLine(node.name);
    const call = `.${node.name.text}(`;
    const explained = comments.some(
      (each) => isReason(each.text) && line - each.lastLine <= 1 && each.line <= line,
    );
    const message =
      node.name.text === 'only'
        ? `${call} keeps the other tests from running`
        : `${call} without a reason in a comment`;
    const isWrong =
      node.name.text === 'only' || (/^(skip|todo)$/.test(node.name.text) && !explained);
    if (isWrong) found.push({ file: path, line, rule: 'leftovers', message });
  });
  return found;
}

/** `it`, and `it.concurrent` and the like. */
function isTestFunction(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return TEST_FUNCTION.test(node.text);
  return ts.isPropertyAccessExpression(node) && isTestFunction(node.expression);
}
