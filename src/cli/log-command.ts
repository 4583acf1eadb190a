/** `log`: what a mount has noted, for people. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LOG_FILES_KEPT, LOG_FOLLOW_MS } from '../limits.js';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { accountFolder, knownAccounts } from './account-folder.js';
import { CommandError, EXIT } from './exit-codes.js';
import { LOG_FOLDER, LOG_NAME } from './log-file.js';
import { LogFollower } from './log-follow.js';
import { printable } from './messages/figures.js';
import { logText as text } from './messages/log.js';
import { resolveMountPoint } from './mount-point.js';

export interface LogOptions {
  readonly follow: boolean;
  readonly level: LogLevel;
  readonly lines: number;
}

export async function log(dir: string | undefined, options: LogOptions): Promise<void> {
  const file = path.join(folderOf(dir), LOG_FOLDER, LOG_NAME);
  const show = (line: string): void => {
    const shown = showLine(line, options.level);
    if (shown !== undefined) process.stdout.write(`${shown}\n`);
  };
  const wanted = earlier(file).filter((line) => showLine(line, options.level) !== undefined);
  // `slice(-0)` would be all of them.
  for (const line of options.lines > 0 ? wanted.slice(-options.lines) : []) show(line);
  if (options.follow) await follow(file, show);
}

function folderOf(dir: string | undefined): string {
  const mountPoint = dir === undefined ? undefined : resolveMountPoint(dir);
  const accounts = knownAccounts().filter(
    (account) => mountPoint === undefined || account.mountPoint === mountPoint,
  );
  const [only, second] = accounts;
  if (only === undefined) throw new CommandError(EXIT.INSTANCE, text.none());
  if (second === undefined) return accountFolder(only.url, only.user);
  const folders = accounts.map((account) => account.mountPoint).join(', ');
  throw new CommandError(EXIT.USAGE, text.which({ folders }));
}

/** The oldest first, over all files that are kept. */
function earlier(file: string): readonly string[] {
  const files = Array.from({ length: LOG_FILES_KEPT }, (_, number) =>
    number === 0 ? file : `${file}.${number}`,
  );
  return files
    .reverse()
    .filter((one) => fs.existsSync(one))
    .flatMap((one) => fs.readFileSync(one, 'utf8').split('\n'));
}

/** Until Ctrl-C. */
async function follow(file: string, show: (line: string) => void): Promise<never> {
  const follower = new LogFollower(file);
  for (;;) {
    await pause(LOG_FOLLOW_MS);
    follower.next().forEach(show);
  }
}

const COLOURS: Readonly<Record<LogLevel, string>> = {
  error: '31',
  warn: '33',
  info: '0',
  debug: '2',
};

/** `2026-11-26T03:59:37.123Z warn  sync: offline {"kind":"timeout"}`, in local time. */
function showLine(line: string, least: LogLevel): string | undefined {
  const [, time, name, rest] = /^(\S+Z) (\w+) +(.*)$/.exec(line) ?? [];
  const level = LOG_LEVELS.find((known) => known === name);
  if (time === undefined || level === undefined) return undefined;
  if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(least)) return undefined;
  const local = new Date(time).toLocaleString('sv-SE');
  const shown = `${local} ${level.padEnd(5)} ${printable(rest ?? '')}`;
  const isPlain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined;
  return isPlain ? shown : `\u001B[${COLOURS[level]}m${shown}\u001B[0m`;
}
