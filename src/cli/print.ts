/** What a command answers on standard output: sentences for people, or JSON for scripts. */
import { fittedText } from './hanging.js';

/** Lines, each broken between words where the terminal is too narrow for it. */
export function print(text: string): void {
  process.stdout.write(`${fittedText(text)}\n`);
}

/** @param indent 0: in one line, among others. */
export function printJson(value: object, indent = 2): void {
  process.stdout.write(`${JSON.stringify(value, undefined, indent)}\n`);
}
