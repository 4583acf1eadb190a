/** One prepared statement that throws the project's errors. */
import type { RunResult, Statement } from 'better-sqlite3';
import { toDiskError } from './disk-error.js';

/** Rows come as arrays of their columns, or as the value of their first column. */
export type RowShape = 'array' | 'value';

/** `P` are the parameters, `R` is what a row looks like. Both are the word of who prepares it. */
export class Sql<P extends readonly unknown[], R = never> {
  readonly #statement: Statement<unknown[], R>;

  constructor(statement: Statement, shape: RowShape) {
    this.#statement = statement as Statement<unknown[], R>;
    if (!statement.reader) return;
    if (shape === 'array') statement.raw(true);
    else statement.pluck(true);
  }

  run(...params: P): RunResult {
    try {
      return this.#statement.run(...params);
    } catch (error) {
      throw toDiskError('write database', error);
    }
  }

  get(...params: P): R | undefined {
    try {
      return this.#statement.get(...params);
    } catch (error) {
      throw toDiskError('read database', error);
    }
  }

  all(...params: P): R[] {
    try {
      return this.#statement.all(...params);
    } catch (error) {
      throw toDiskError('read database', error);
    }
  }
}
