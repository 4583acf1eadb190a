/** How `cache` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { CommandError, EXIT } from '../exit-codes.js';
import { cacheText as text } from '../messages/cache.js';
import { generalText } from '../messages/general.js';
import { flag, json } from './arguments.js';

export function addCache(y: Argv): Argv {
  return y.command('cache [path]', text.about(), cacheOptions, async ({ path, ...options }) =>
    (await import('../cache-command.js')).cache(path, options),
  );
}

function cacheOptions(y: Argv) {
  return json(y.positional('path', { type: 'string', describe: generalText.mountedFolder() }))
    .option('clear', flag(text.clear()))
    .option('check', flag(text.check()))
    .check(({ clear, check }) => {
      if (!clear || !check) return true;
      throw new CommandError(EXIT.USAGE, text.twoCommands(), generalText.seeHelp());
    });
}
