/** Breaks a text that is too long for its line, so that it goes on below its own beginning. */

/**
 * @param indent where it begins, behind whatever stands before it.
 * @param columns of the whole line; undefined where there is no line to keep within.
 */
export function hanging(text: string, indent: number, columns: number | undefined): string {
  if (columns === undefined) return text;
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trimStart();
    if (indent + longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
