/** Which names exist here: normalised as the server does it, refused where it would refuse. */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { NAME_BYTES_MAX } from '../limits.js';
import { hasForbiddenCharacter, isLocalName } from '../sync/local-names.js';
import type { FsContext } from './context.js';

/** ASCII, which is its own normal form: the usual case, at a third of the cost. */
const ASCII = /^[\x20-\x7e]*$/;

/**
 * A Nextcloud stores names in NFC, silently (NEXTCLOUD §2).
 * @throws kind `name-too-long`.
 */
export function normalName(name: string): string {
  const normal = ASCII.test(name) ? name : name.normalize('NFC');
  if (normal.length * 3 > NAME_BYTES_MAX && Buffer.byteLength(normal) > NAME_BYTES_MAX) {
    throw new NuageError('name-too-long', `a name has at most ${NAME_BYTES_MAX} bytes`, {
      path: name,
    });
  }
  return normal;
}

/** @throws kind `invalid-name` where the server takes no such name and it does not stay here. */
export function requireUsableName(context: FsContext, name: string, staysHere: boolean): void {
  if (staysHere || !hasForbiddenCharacter(name, context.server())) return;
  throw new NuageError('invalid-name', 'the server takes no name with such a character', {
    path: name,
  });
}

/** Whether what has this name in this folder lives on this machine only. */
export function staysHere(context: FsContext, parent: TreeNode, name: string): boolean {
  if (parent.staysHere || (parent.ino === ROOT_INO && name in context.options.rootFiles))
    return true;
  return isLocalName(name, { server: context.server(), wanted: context.localNames });
}
