/** How `status` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { statusText as text } from '../messages/status.js';
import { json, mountedFolder } from './arguments.js';

export function addStatus(y: Argv): Argv {
  return y.command(
    'status [dir]',
    text.about(),
    (part) => json(mountedFolder(part)),
    async ({ dir, ...options }) => (await import('../commands.js')).status(dir, options),
  );
}
