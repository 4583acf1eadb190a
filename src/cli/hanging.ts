/** Breaks a text that is too long for its line, so that it goes on below its own beginning. */
import type tty from 'node:tty';
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

/** Of the lines of the terminal that a stream shows; undefined where it goes elsewhere. */
export function terminalColumns(stream: tty.WriteStream = process.stdout): number | undefined {
  const { isTTY, columns } = stream;
  return isTTY && columns > 0 ? columns : undefined;
}

/** Without the codes of colours. */
function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Each line of a text, so that it keeps within the terminal that a stream shows. */
export function fittedText(text: string, stream: tty.WriteStream = process.stdout): string {
  return text
    .split('\n')
    .map((line) => fitted(line, stream))
    .join('\n');
}

/** What is too long goes on below where its line begins. */
function fitted(line: string, stream: tty.WriteStream): string {
  const text = line.trimStart();
  const indent = line.length - text.length;
  return ' '.repeat(indent) + hanging(text, indent, terminalColumns(stream));
}
