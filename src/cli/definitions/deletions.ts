/** How `deletions` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { CommandError, EXIT } from '../exit-codes.js';
import { deletionsText as text } from '../messages/deletions.js';
import { generalText } from '../messages/general.js';
import { flag, json, mountedFolder } from './arguments.js';

export function addDeletions(y: Argv): Argv {
  return y.command('deletions [dir]', text.about(), deletionsOptions, async ({ dir, ...options }) =>
    (await import('../deletions-command.js')).deletions(dir, options),
  );
}

function deletionsOptions(y: Argv) {
  return json(mountedFolder(y))
    .option('confirm', flag(text.confirm()))
    .option('undo', flag(text.undo()))
    .check(({ confirm, undo }) => {
      if (!confirm || !undo) return true;
      const told = generalText.twoCommands({ a: '--confirm', b: '--undo' });
      throw new CommandError(EXIT.USAGE, told, generalText.seeHelp());
    });
}
