/** How `completion` is typed. */
import type { Argv } from 'yargs';
import { completionText as text } from '../messages/completion.js';

const SHELLS = ['bash', 'zsh', 'fish', 'man'] as const;

/** @param adders of all other commands. */
export function addCompletion(y: Argv, adders: readonly ((y: Argv) => Argv)[]): Argv {
  return y.command(
    'completion <shell>',
    text.about(),
    (part) =>
      part.positional('shell', { choices: SHELLS, demandOption: true, describe: text.shell() }),
    async ({ shell }) =>
      (await import('../completion-command.js')).completion(shell, [
        ...adders,
        (part) => addCompletion(part, adders),
      ]),
  );
}
