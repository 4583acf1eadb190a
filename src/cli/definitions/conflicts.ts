/** How `conflicts` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { conflictText as text } from '../messages/conflicts.js';
import { flag, json } from './arguments.js';

const KEEP = ['mine', 'theirs', 'both'] as const;

export function addConflicts(y: Argv): Argv {
  return y.command(
    'conflicts [path]',
    text.about(),
    conflictsOptions,
    async ({ path, ...options }) =>
      (await import('../conflicts-command.js')).conflicts(path, options),
  );
}

function conflictsOptions(y: Argv) {
  return json(y.positional('path', { type: 'string', describe: text.path() }))
    .option('keep', { choices: KEEP, requiresArg: true, describe: text.keep() })
    .option('open', flag(text.open()));
}
