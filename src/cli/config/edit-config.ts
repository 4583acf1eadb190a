/** Changes one key of `config.toml`, and leaves the rest of it, with its comments, as it is. */
import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'smol-toml';
import { parseConfig } from './config-file.js';
import type { ConfigKey, ConfigValue } from './config-keys.js';
import { configPath } from './config-path.js';

export interface Change {
  readonly key: ConfigKey;
  /** Undefined takes the key away. */
  readonly value: ConfigValue | undefined;
  readonly account: string | undefined;
}

/** @throws CommandError where the file is broken, before or after; it is then left as it was. */
export function changeConfig(change: Change): void {
  const file = configPath();
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  parseConfig(before);
  const after = changed(before, change);
  parseConfig(after);
  writeConfig(after);
}

export function writeConfig(text: string): void {
  const file = configPath();
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

/** `size = "10G"`, without the end of the line. */
export function tomlLine(key: string, value: ConfigValue): string {
  return stringify({ [key]: value }).trimEnd();
}

/** The text with this change. A list of several lines is written anew at the end of its section. */
function changed(text: string, { key, value, account }: Change): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const heading = account === undefined ? undefined : `[accounts.${JSON.stringify(account)}]`;
  let start = heading === undefined ? 0 : lines.findIndex((line) => isSame(line, heading)) + 1;
  if (heading !== undefined && start === 0 && value !== undefined) {
    if (lines.length > 0) lines.push('');
    lines.push(heading);
    start = lines.length;
  }
  const next = lines.findIndex((line, index) => index >= start && /^\s*\[/.test(line));
  const end = next < 0 ? lines.length : next;
  const at = lines.findIndex(
    (line, index) => index >= start && index < end && new RegExp(`^\\s*"?${key}"?\\s*=`).test(line),
  );
  if (at >= 0)
    lines.splice(at, lengthAt(lines, at), ...(value === undefined ? [] : [tomlLine(key, value)]));
  else if (value !== undefined)
    lines.splice(lastFilled(lines, start, end), 0, tomlLine(key, value));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function isSame(line: string, heading: string): boolean {
  const bare = (text: string): string => text.replace(/#[^"]*$/, '').replace(/[\s"']/g, '');
  return bare(line) === bare(heading);
}

/** Of a list that goes over several lines. */
function lengthAt(lines: readonly string[], at: number): number {
  const opens = /=\s*\[[^\]]*$/.test(lines[at] ?? '');
  if (!opens) return 1;
  const close = lines.findIndex((line, index) => index > at && line.includes(']'));
  return close < 0 ? 1 : close - at + 1;
}

/** Behind the last line of the section that says something. */
function lastFilled(lines: readonly string[], start: number, end: number): number {
  let at = end;
  while (at > start && (lines[at - 1] ?? '').trim() === '') at -= 1;
  return at;
}
