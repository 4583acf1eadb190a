/** Colours and bars, on terminals only, and not where NO_COLOR asks for none (no-color.org). */

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Style = keyof typeof CODES;

export function paint(
  style: Style,
  text: string,
  stream: { isTTY?: boolean } = process.stdout,
): string {
  const { NO_COLOR = '', TERM } = process.env;
  if (stream.isTTY !== true || NO_COLOR !== '' || TERM === 'dumb') return text;
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

const BAR_COLUMNS = 20;

/** `██████░░░░` */
export function bar(done: number, all: number): string {
  const filled = all <= 0 ? 0 : Math.min(BAR_COLUMNS, Math.floor((done / all) * BAR_COLUMNS));
  return '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
}

/** One line of a terminal that is written over again and again; nothing elsewhere. */
export class LiveLine {
  readonly #stream = process.stderr;

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    const columns = Math.max(1, (this.#stream.columns || text.length + 1) - 1);
    this.#stream.write(`\r\u001b[K${Array.from(text).slice(0, columns).join('')}`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
