/** How `open` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { openText as text } from '../messages/open.js';

export function addOpen(y: Argv): Argv {
  return y.command(
    'open [path]',
    text.about(),
    (part) => part.positional('path', { type: 'string', describe: text.path() }),
    async ({ path }) => (await import('../open-command.js')).open(path),
  );
}
