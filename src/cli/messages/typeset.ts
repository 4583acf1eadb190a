/** French as it is printed, from French as it is typed on a keyboard. */

const NO_BREAK = '\u00a0';

/** Leaves alone what stands between backticks: it is to be typed again as it is. */
export function typeset(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? prose(part) : part))
    .join('`');
}

function prose(text: string): string {
  return text
    .replace(/(?<=\p{L})'(?=[\p{L}{«]|$)/gu, '’')
    .replaceAll('...', '…')
    .replace(/ (?=[;:!?»%])/g, NO_BREAK)
    .replace(/« /g, `«${NO_BREAK}`);
}
