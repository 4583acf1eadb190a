/** How `status` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { statusText as text } from '../messages/status.js';
import { flag, json, mountedFolder } from './arguments.js';

export function addStatus(y: Argv): Argv {
  return y.command(
    'status [dir]',
    text.about(),
    (part) =>
      json(mountedFolder(part))
        .option('watch', { alias: 'w', ...flag(text.watch()) })
        .option('metrics', flag(text.metrics()))
        .option('exit-code', flag(text.exitCode())),
    async ({ dir, ...options }) => (await import('../status-command.js')).status(dir, options),
  );
}
