/** How `config` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { configText as text } from '../messages/config.js';
import { json } from './arguments.js';

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
    .option('show', { type: 'boolean', default: false, describe: text.show() })
    .option('path', { type: 'boolean', default: false, describe: text.path() })
    .option('edit', { type: 'boolean', default: false, describe: text.edit() })
    .option('unset', { type: 'boolean', default: false, describe: text.unset() })
    .option('account', { type: 'string', requiresArg: true, describe: text.account() });
}
