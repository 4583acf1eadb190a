/** A made-up repository in memory, and what a rule finds in it. */
import { parseProject } from '../../scripts/tidy/project.js';
import type { Rule } from '../../scripts/tidy/project.js';

/** Path → text. */
export type Files = Readonly<Record<string, string>>;

/** As `file:line: message`. */
export function found(rule: Rule, files: Files): string[] {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return rule(parseProject(texts)).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

export function lines(count: number, line = ''): string {
  return `${line}\n`.repeat(count);
}
