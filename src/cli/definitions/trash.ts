/** How `trash` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { trashText as text } from '../messages/trash.js';
import { json, mountedFolder } from './arguments.js';

export function addTrash(y: Argv): Argv {
  return y.command('trash [dir]', text.about(), trashOptions, async ({ dir, ...options }) =>
    (await import('../trash-command.js')).trash(dir, options),
  );
}

function trashOptions(y: Argv) {
  const restore = { type: 'string', requiresArg: true, describe: text.restore() } as const;
  return json(mountedFolder(y)).option('restore', restore);
}
