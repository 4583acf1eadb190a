/** Breaks a text that is too long for its line, so that it goes on below its own beginning. */
import { stripVTControlCharacters } from 'node:util';

/**
 * @param indent where it begins, behind whatever stands before it.
 * @param columns of the whole line; undefined where there is no line to keep within.
 */
export function hanging(text: string, indent: number, columns: number | undefined): string {
  if (columns === undefined) return text;
  const [first = '', ...words] = text.split(' ');
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (indent + shownLength(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** Of the line that standard output has; undefined where it goes elsewhere. */
export function terminalColumns(): number | undefined {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? columns : undefined;
}

/** Without the codes of colours. */
function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
