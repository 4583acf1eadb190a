/** How `config` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { configText as text } from '../messages/config.js';
import { flag, json } from './arguments.js';

export function addConfig(y: Argv): Argv {
  return y.command('config [key] [value]', text.about(), configOptions, async (given) =>
    (await import('../config-command.js')).config(given),
  );
}

function configOptions(y: Argv) {
  return json(
    y
      .positional('key', { type: 'string', describe: text.key() })
      .positional('value', { type: 'string', describe: text.value() }),
  )
    .option('show', flag(text.show()))
    .option('path', flag(text.path()))
    .option('edit', flag(text.edit()))
    .option('unset', flag(text.unset()))
    .option('account', { type: 'string', requiresArg: true, describe: text.account() });
}
