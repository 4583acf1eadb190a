/** The log of a mount: one line per record in a file that is turned over, and on a terminal. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT } from '../limits.js';
import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSink } from '../log.js';

export interface LogOptions {
  readonly folder: string;
  readonly level: LogLevel;
  readonly toTerminal: boolean;
}

export function createLog(options: LogOptions): LogSink {
  fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const file = path.join(options.folder, 'nuage-mount.log');
  const least = LOG_LEVELS.indexOf(options.level);
  let bytes = fs.existsSync(file) ? fs.statSync(file).size : 0;
  return (record) => {
    if (LOG_LEVELS.indexOf(record.level) > least) return;
    let line = '';
    try {
      line = `${format(record)}\n`;
      if (bytes > LOG_FILE_BYTES_MAX) {
        turnOver(file);
        bytes = 0;
      }
      fs.appendFileSync(file, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      // A full disk must not end the mount, nor a field that is no JSON.
    }
    if (options.toTerminal) process.stderr.write(line);
  };
}

function turnOver(file: string): void {
  for (let number = LOG_FILES_KEPT - 1; number >= 1; number -= 1) {
    const from = number === 1 ? file : `${file}.${number - 1}`;
    if (fs.existsSync(from)) fs.renameSync(from, `${file}.${number}`);
  }
}

export function format({ time, level, scope, message, fields }: LogRecord): string {
  const details = fields === undefined ? '' : ` ${JSON.stringify(fields, plain)}`;
  return `${new Date(time).toISOString()} ${level.padEnd(5)} ${scope}: ${message}${details}`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const cause = value.cause instanceof Error ? ` (${value.cause.message})` : '';
  return `${value.message}${cause}\n${value.stack ?? ''}`;
}
