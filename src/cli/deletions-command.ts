/** `deletions`: what is held back since it may be an accident, to send or to take back. */
import { ask, findMount } from './control-client.js';
import { deletionsText as text } from './messages/deletions.js';
import { humanBytes, printable } from './messages/figures.js';
import { print, printJson } from './print.js';

export interface DeletionsOptions {
  readonly json: boolean;
  readonly confirm: boolean;
  readonly undo: boolean;
}

export async function deletions(dir: string | undefined, options: DeletionsOptions): Promise<void> {
  const mount = await findMount(dir);
  const { confirm, undo, json } = options;
  const op = confirm ? 'deletions-confirm' : undo ? 'deletions-undo' : 'deletions';
  const held = await ask(mount, { op });
  if (json) {
    printJson({ mountPoint: mount.mountPoint, held });
    return;
  }
  if (held === null) {
    print(text.none());
    return;
  }
  const amount = { count: held.entries, bytes: humanBytes(held.bytes) };
  if (confirm) print(text.confirmed(amount));
  else if (undo) print(text.undone(amount));
  else {
    const paths = held.paths.map((path) => `  ${printable(path)}`);
    print([text.waiting(amount), ...paths, '', text.how()].join('\n'));
  }
}
