/** Questions on a terminal. Their answers come from standard input, they go to standard error. */
import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './exit-codes.js';
import { generalText } from './messages/general.js';

/** Somebody is there to answer. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Without the spaces around it. @throws CommandError when it is given up by Ctrl-C or Ctrl-D. */
export async function askLine(question: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  const lines = createInterface({ input, output });
  const givenUp = new AbortController();
  lines.once('SIGINT', () => givenUp.abort());
  lines.once('close', () => givenUp.abort());
  try {
    return (await lines.question(question, { signal: givenUp.signal })).trim();
  } catch {
    process.stderr.write('\n');
    throw new CommandError(EXIT.UNEXPECTED, generalText.givenUp());
  } finally {
    lines.close();
  }
}

/** @param usual what Enter alone means. */
export async function askYesNo(question: string, usual: boolean): Promise<boolean> {
  const choice = usual ? generalText.yesUsual() : generalText.noUsual();
  for (;;) {
    const answer = (await askLine(`${question} ${choice} `)).toLowerCase();
    if (answer === '') return usual;
    if (/^(y|yes|o|oui)$/.test(answer)) return true;
    if (/^(n|no|non)$/.test(answer)) return false;
  }
}
