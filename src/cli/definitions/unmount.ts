/** How `unmount` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { unmountText as text } from '../messages/unmount.js';
import { flag, json } from './arguments.js';

export function addUnmount(y: Argv): Argv {
  return y.command(
    ['unmount <dir>', 'umount'],
    text.about(),
    unmountOptions,
    async ({ dir, ...options }) => (await import('../unmount-command.js')).unmount(dir, options),
  );
}

function unmountOptions(y: Argv) {
  return json(y)
    .positional('dir', { type: 'string', demandOption: true, describe: text.folder() })
    .option('wait', flag(text.wait()))
    .option('lazy', flag(text.lazy()));
}
