/** `pin` and `unpin`. */
import type { Argv } from 'yargs';
import { pinText as text } from '../messages/pin.js';
import { json } from './arguments.js';

export function addPin(y: Argv): Argv {
  return y
    .command(
      'pin <path>',
      text.about(),
      (part) =>
        place(part).option('wait', { type: 'boolean', default: true, describe: text.wait() }),
      async ({ path, ...options }) => (await import('../pin-commands.js')).pin(path, options),
    )
    .command('unpin <path>', text.aboutUnpin(), place, async ({ path, ...options }) =>
      (await import('../pin-commands.js')).unpin(path, options),
    );
}

function place(y: Argv) {
  return json(y.positional('path', { type: 'string', demandOption: true, describe: text.path() }));
}
