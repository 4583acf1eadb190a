/** The log of a mount: one line per record in a file that is turned over, and on a terminal. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT } from '../limits.js';
import { withoutNames } from './log-privacy.js';
import { LOG_LEVELS, type LogFields, type LogLevel, type LogRecord, type LogSink } from '../log.js';

export const LOG_FOLDER = 'log';
export const LOG_NAME = 'nuage-mount.log';

export interface LogOptions {
  readonly folder: string;
  readonly level: LogLevel;
  /** Whether files and folders are named. */
  readonly names: boolean;
  /** Of what also goes to standard error; undefined for nothing. */
  readonly terminalLevel: LogLevel | undefined;
}

export function createLog(options: LogOptions): LogSink {
  fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const file = path.join(options.folder, LOG_NAME);
  let bytes = fs.existsSync(file) ? fs.statSync(file).size : 0;
  return (record) => {
    const isForTerminal = isWanted(record, options.terminalLevel);
    const isForFile = isWanted(record, options.level);
    if (!isForTerminal && !isForFile) return;
    const line = `${format(record, options.names)}\n`;
    if (isForTerminal) process.stderr.write(line);
    if (!isForFile) return;
    try {
      if (bytes > LOG_FILE_BYTES_MAX) {
        turnOver(file);
        bytes = 0;
      }
      fs.appendFileSync(file, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      // A full disk must not end the mount.
    }
  };
}

function isWanted({ level }: LogRecord, least: LogLevel | undefined): boolean {
  return least !== undefined && LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(least);
}

function turnOver(file: string): void {
  for (let number = LOG_FILES_KEPT - 1; number >= 1; number -= 1) {
    const from = number === 1 ? file : `${file}.${number - 1}`;
    if (fs.existsSync(from)) fs.renameSync(from, `${file}.${number}`);
  }
}

function format(record: LogRecord, names: boolean): string {
  const { time, level, scope, message, fields } = record;
  const details = fields === undefined ? '' : ` ${json(names ? fields : withoutNames(fields))}`;
  return `${new Date(time).toISOString()} ${level.padEnd(5)} ${scope}: ${message}${details}`;
}

function json(fields: LogFields): string {
  try {
    return JSON.stringify(fields, plain);
  } catch {
    // A circle, or something that refuses to be looked at.
    return '(cannot be shown)';
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const cause = value.cause instanceof Error ? ` (${value.cause.message})` : '';
  return `${value.message}${cause}\n${value.stack ?? ''}`;
}
