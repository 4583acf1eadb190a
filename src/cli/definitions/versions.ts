/** How `versions` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { CommandError, EXIT } from '../exit-codes.js';
import { generalText } from '../messages/general.js';
import { versionsText as text } from '../messages/versions.js';
import { json } from './arguments.js';

export function addVersions(y: Argv): Argv {
  return y.command('versions <path>', text.about(), versionsOptions, async ({ path, ...options }) =>
    (await import('../versions-command.js')).versions(path, options),
  );
}

function versionsOptions(y: Argv) {
  const path = { type: 'string', demandOption: true, describe: text.path() } as const;
  return json(y.positional('path', path))
    .option('restore', { type: 'number', requiresArg: true, describe: text.restore() })
    .option('save', { type: 'number', requiresArg: true, describe: text.save() })
    .option('to', { type: 'string', requiresArg: true, implies: 'save', describe: text.to() })
    .check(({ restore, save }) => {
      const number = restore ?? save ?? 1;
      const isOne = restore === undefined || save === undefined;
      if (isOne && Number.isSafeInteger(number) && number > 0) return true;
      const two = generalText.twoCommands({ a: '--restore', b: '--save' });
      throw new CommandError(EXIT.USAGE, isOne ? text.byNumber() : two, generalText.seeHelp());
    });
}
