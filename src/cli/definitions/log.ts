/** How `log` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { LOG_LINES_SHOWN } from '../../limits.js';
import { LOG_LEVELS } from '../../log.js';
import { logText as text } from '../messages/log.js';
import { flag } from './arguments.js';

export function addLog(y: Argv): Argv {
  return y.command('log [dir]', text.about(), logOptions, async ({ dir, follow, level, lines }) =>
    (await import('../log-command.js')).log(dir, { follow, level, lines }),
  );
}

function logOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', describe: text.folder() })
    .option('follow', { alias: 'f', ...flag(text.follow()) })
    .option('level', { choices: LOG_LEVELS, default: 'debug' as const, describe: text.level() })
    .option('lines', {
      alias: 'n',
      type: 'number',
      default: LOG_LINES_SHOWN,
      describe: text.lines(),
    });
}
