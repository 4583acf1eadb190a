/** How `retry` and `discard` are typed: their arguments and options. */
import type { Argv } from 'yargs';
import { retryText as text } from '../messages/retry.js';
import { flag, json } from './arguments.js';

export function addRetry(y: Argv): Argv {
  return y
    .command('retry [path]', text.about(), retryOptions, async ({ path, ...options }) =>
      (await import('../retry-command.js')).retry(path, options),
    )
    .command('discard <path>', text.aboutDiscard(), discardOptions, async ({ path, ...options }) =>
      (await import('../retry-command.js')).discard(path, options),
    );
}

function retryOptions(y: Argv) {
  const saveTo = { type: 'string', requiresArg: true, describe: text.saveTo() } as const;
  return json(y.positional('path', { type: 'string', describe: text.path() })).option(
    'save-to',
    saveTo,
  );
}

function discardOptions(y: Argv) {
  const path = { type: 'string', demandOption: true, describe: text.path() } as const;
  const yes = flag(text.yes());
  return json(y.positional('path', path)).option('yes', yes);
}
