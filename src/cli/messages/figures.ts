/** Figures and names for people, as their country writes them. */
import os from 'node:os';
import { type Language, locale } from './language.js';

const UNITS: Readonly<Record<Language, readonly string[]>> = {
  en: ['B', 'kB', 'MB', 'GB', 'TB'],
  fr: ['octets', 'ko', 'Mo', 'Go', 'To'],
};

const NO_BREAK = '\u00a0';

/** `1.5 GB`, `1,5 Go`: powers of 1000, as file managers show them. */
export function humanBytes(count: number): string {
  const { language, tag } = locale();
  const units = UNITS[language];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = new Intl.NumberFormat(tag, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
  const name = language === 'fr' && unit === 0 && count < 2 ? 'octet' : (units[unit] ?? '');
  return `${number}${language === 'fr' ? NO_BREAK : ' '}${name}`;
}

/** The time of today, else with its day. */
export function humanTime(ms: number, now = Date.now()): string {
  const { tag } = locale();
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  const day = isToday ? {} : ({ dateStyle: 'long' } as const);
  return new Intl.DateTimeFormat(tag, { ...day, timeStyle: 'short' }).format(ms);
}

/** `2 h 5 min`, `45 s`: the two largest units. */
export function humanDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(2) : parts.slice(first, first + 2);
  const said = shown.filter(([count], index) => count > 0 || index === 0);
  return said.map(([count, unit]) => `${count}${NO_BREAK}${unit}`).join(' ');
}

/** `a, b and c`. */
export function humanList(items: readonly string[]): string {
  return new Intl.ListFormat(locale().tag).format(items);
}

/** A name must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** `~/Nuage` for what lies in the home of this user. */
export function belowHome(file: string): string {
  const home = os.homedir();
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}
