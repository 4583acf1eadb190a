/**
 * Files that tell other programs of this machine how to treat the mount. They are ordinary files
 * that live here alone and are never sent, but for one thing: no listing shows them. Who edits one
 * keeps what was written, and one that was deleted is back at the next mount. One that the server
 * has under such a name is left as it is.
 */
import { ROOT_INO } from '../cache/node.js';
import { makeOwnFile } from '../sync/own-files.js';
import { timestampNow } from './attributes.js';
import type { FsContext } from './context.js';

const MODE = 0o644;

export function isRootFile({ tree, options }: FsContext, ino: number, name: string): boolean {
  return name in options.rootFiles && tree.get(ino)?.staysHere === true;
}

export function makeRootFiles(context: FsContext): void {
  for (const [name, text] of Object.entries(context.options.rootFiles)) {
    if (context.tree.child(ROOT_INO, name) !== undefined) continue;
    const time = timestampNow(context.clock);
    makeOwnFile(context, { parent: ROOT_INO, name, mode: MODE, time, text });
  }
}
