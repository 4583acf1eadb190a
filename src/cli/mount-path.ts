/** Which path of the account a path of this machine means, also of what is not there (any more). */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { RunningMount } from './account-folder.js';
import { findMount } from './control-client.js';

export interface MountPath {
  readonly mount: RunningMount;
  /** From the root of the account; empty for all of it. */
  readonly inAccount: string;
}

/** @param given undefined: the only mount. @throws CommandError where nothing is mounted there. */
export async function findMountPath(given: string | undefined): Promise<MountPath> {
  const mount = await findMount(given);
  if (given === undefined) return { mount, inAccount: '' };
  const shown = path.resolve(given);
  const direct = path.relative(mount.mountPoint, shown);
  if (!direct.startsWith('..')) return { mount, inAccount: direct };
  // By another path to the mount: the folder is there, even where the name in it is not.
  const folder = await fs.realpath(path.dirname(shown));
  return {
    mount,
    inAccount: path.relative(mount.mountPoint, path.join(folder, path.basename(shown))),
  };
}
