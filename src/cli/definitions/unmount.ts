/** How `unmount` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { unmountText as text } from '../messages/unmount.js';

export function addUnmount(y: Argv): Argv {
  return y.command(
    ['unmount <dir>', 'umount'],
    text.about(),
    unmountOptions,
    async ({ dir, lazy }) => (await import('../commands.js')).unmount(dir, { lazy }),
  );
}

function unmountOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', demandOption: true, describe: text.folder() })
    .option('lazy', { type: 'boolean', default: false, describe: text.lazy() });
}
