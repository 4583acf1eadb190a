/** Figures and names for people. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function humanBytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const number = unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1);
  return `${number} ${UNITS[unit] ?? ''}`;
}

export function humanCount(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** A name must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
