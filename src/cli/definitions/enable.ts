/** How `enable` and `disable` are typed. */
import type { Argv } from 'yargs';
import { enableText as text } from '../messages/enable.js';

export function addEnable(y: Argv): Argv {
  return y
    .command('enable [dir]', text.aboutEnable(), knownFolder, async ({ dir }) =>
      (await import('../enable-command.js')).enable(dir),
    )
    .command('disable [dir]', text.aboutDisable(), knownFolder, async ({ dir }) =>
      (await import('../enable-command.js')).disable(dir),
    );
}

function knownFolder(y: Argv): Argv<{ dir: string | undefined }> {
  return y.positional('dir', { type: 'string', describe: text.folder() });
}
