/** The text of the repository speaks of the product alone, and is the same on every machine. */
import type { Finding, Project, SourceText } from './project.js';

/** Each expression is written so that it does not match its own source. */
const TRACES: readonly (readonly [RegExp, string])[] = [
  [/\/work\//, 'a path of one machine'],
  [/\/tmp\/(?:bash|try)/, 'a path of one machine'],
  [/session[ -]notes?\b/i, 'a note that readers do not have'],
  [/\bhelper-(?=\w)/i, 'a name that readers do not know'],
  [/\bsub-?agents?\b/i, 'a name that readers do not know'],
  [/\bissue[ ]#?\d+\b/i, 'a number that readers cannot look up'],
  [/\bregistry[.][\w-]+[.](?:org|com|net|io|dev|fr)\b/, 'a host of a package registry'],
  [/\bnpm[.]pkg[.]|\bpypi[.]org\b/, 'a host of a package registry'],
];

export function checkTraces(project: Project): Finding[] {
  return project.texts.flatMap((file) =>
    file.text.split('\n').flatMap((content, index) => tracesIn(file, content, index + 1)),
  );
}

function tracesIn({ path }: SourceText, content: string, line: number): Finding[] {
  return TRACES.flatMap(([pattern, what]) => {
    const match = pattern.exec(content)?.[0];
    if (match === undefined) return [];
    return [{ file: path, line, rule: 'traces', message: `"${match}" is ${what}` }];
  });
}
