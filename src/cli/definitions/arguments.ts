/** Arguments that several commands take. */
import type { Argv } from 'yargs';
import { generalText } from '../messages/general.js';

/** For what is asked of a mount that runs. */
export function mountedFolder(y: Argv): Argv<{ dir: string | undefined }> {
  return y.positional('dir', { type: 'string', describe: generalText.mountedFolder() });
}

export function json<Before>(y: Argv<Before>) {
  return y.option('json', flag(generalText.forScripts()));
}

/** Off unless it is given. */
export function flag(describe: string) {
  return {
    type: 'boolean',
    default: false,
    defaultDescription: generalText.no(),
    describe,
  } as const;
}
