/** How `sync` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { syncText as text } from '../messages/sync.js';
import { mountedFolder } from './arguments.js';

export function addSync(y: Argv): Argv {
  return y.command('sync [dir]', text.about(), mountedFolder, async ({ dir }) =>
    (await import('../sync-command.js')).sync(dir),
  );
}
