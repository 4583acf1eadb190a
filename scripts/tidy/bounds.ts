/**
 * Every bound lives in `src/limits.ts` with its reason. Two things are decidable without noise: a
 * large constant in SCREAMING_CASE, and a large number without a name. Left out on purpose: small
 * numbers, hexadecimal, octal and `2 ** n` ones (masks and ranges of protocols), and factors
 * between units (`MIB`, 86,400 s). Other numbers that a protocol fixes are in `exceptions.ts`.
 */
import ts from 'typescript';

import { modulesIn, startLine } from './project.js';
import type { Finding, Module, Project } from './project.js';

const HOME = 'src/limits.ts';
const NAMED_MIN = 1_000;
const NAMELESS_MIN = 10_001;

const CONSTANT_NAME = /^[A-Z][A-Z0-9_]*$/;
const UNIT_NAME = /^([KMGT]I?B|(SECOND|MINUTE|HOUR|DAY|WEEK)_(MS|S)|\w+_PER_\w+)$/;

export function checkBounds(project: Project): Finding[] {
  return modulesIn(project, 'src')
    .filter(({ path }) => path !== HOME)
    .flatMap((module) => boundsIn(module));
}

function boundsIn({ path, source }: Module): Finding[] {
  const found: Finding[] = [];
  const report = (node: ts.Node, message: string) => {
    found.push({ file: path, line: startLine(node), rule: 'bounds', message });
  };
  const known = unitsOf(source);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const name = node.name.text;
      const value = valueOf(node.initializer, known);
      if (UNIT_NAME.test(name)) return;
      if (CONSTANT_NAME.test(name) && value !== undefined && Math.abs(value) >= NAMED_MIN) {
        report(node, `the constant ${name} belongs in ${HOME}`);
        return;
      }
    }
    const value = ts.isExpression(node) ? valueOf(node, known) : undefined;
    if (value === undefined) {
      ts.forEachChild(node, visit);
    } else if (!ts.isIdentifier(node) && Math.abs(value) >= NAMELESS_MIN && !isFactor(value)) {
      report(node, `the number ${node.getText(source)} is a bound or needs a name: ${HOME}`);
    }
  };
  visit(source);
  return found;
}

/** `KIB` and the like: what the arithmetic of a bound is written with. */
function unitsOf(source: ts.SourceFile): Map<string, number> {
  const known = new Map<string, number>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const value = initializer && valueOf(initializer, known);
      if (!ts.isIdentifier(name) || value === undefined) continue;
      if (UNIT_NAME.test(name.text)) known.set(name.text, value);
    }
  }
  return known;
}

const OPERATORS = new Map<ts.SyntaxKind, (a: number, b: number) => number>([
  [ts.SyntaxKind.PlusToken, (a, b) => a + b],
  [ts.SyntaxKind.MinusToken, (a, b) => a - b],
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b],
  [ts.SyntaxKind.AsteriskAsteriskToken, (a, b) => a ** b],
  [ts.SyntaxKind.SlashToken, (a, b) => a / b],
]);

/** The value of arithmetic on decimal literals and units; else `undefined`. */
function valueOf(node: ts.Expression, known: ReadonlyMap<string, number>): number | undefined {
  if (ts.isNumericLiteral(node)) {
    return /^0[xob]/i.test(node.getText()) ? undefined : Number(node.text);
  }
  if (ts.isIdentifier(node)) return known.get(node.text);
  if (ts.isParenthesizedExpression(node)) return valueOf(node.expression, known);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = valueOf(node.operand, known);
    return value === undefined ? undefined : -value;
  }
  if (!ts.isBinaryExpression(node)) return undefined;
  const isPower = node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken;
  if (isPower && node.left.getText() === '2') return undefined;
  const left = valueOf(node.left, known);
  const right = valueOf(node.right, known);
  if (left === undefined || right === undefined) return undefined;
  return OPERATORS.get(node.operatorToken.kind)?.(left, right);
}

/** Powers of 1,000 and 1,024, the largest value below the former, and seconds of a day. */
function isFactor(value: number): boolean {
  const powers = [2, 3, 4, 5].flatMap((n) => [1000 ** n, 1000 ** n - 1, 1024 ** n]);
  return powers.includes(value) || value === 86_400;
}
