/** How `status` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { statusText as text } from '../messages/status.js';
import { json, mountedFolder } from './arguments.js';

export function addStatus(y: Argv): Argv {
  return y.command(
    'status [dir]',
    text.about(),
    (part) =>
      json(mountedFolder(part))
        .option('watch', { alias: 'w', type: 'boolean', default: false, describe: text.watch() })
        .option('metrics', { type: 'boolean', default: false, describe: text.metrics() })
        .option('exit-code', { type: 'boolean', default: false, describe: text.exitCode() }),
    async ({ dir, ...options }) => (await import('../status-command.js')).status(dir, options),
  );
}
