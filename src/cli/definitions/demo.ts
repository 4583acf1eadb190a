/** How `demo` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { demoText as text } from '../messages/demo.js';

export function addDemo(y: Argv): Argv {
  return y.command(
    'demo [dir]',
    text.about(),
    (part) => part.positional('dir', { type: 'string', describe: text.folder() }),
    async ({ dir }) => (await import('../demo.js')).demo(dir),
  );
}
