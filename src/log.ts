/**
 * Structured logging. A record is data; who formats and stores it is decided in `src/cli`. The
 * engine thread has no console: it posts records to the main thread.
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export type LogFields = Readonly<Record<string, unknown>>;

export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  /** Where it comes from: `fuse`, `remote`, `sync`… */
  readonly scope: string;
  readonly message: string;
  readonly fields?: LogFields | undefined;
}

export type LogSink = (record: LogRecord) => void;

export class Logger {
  readonly #sink: LogSink;
  readonly #scope: string;

  constructor(scope: string, sink: LogSink) {
    this.#scope = scope;
    this.#sink = sink;
  }

  scoped(scope: string): Logger {
    return new Logger(scope, this.#sink);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    this.#sink({ time: Date.now(), level, scope: this.#scope, message, fields });
  }
}

export const silentLogger = new Logger('silent', () => undefined);
