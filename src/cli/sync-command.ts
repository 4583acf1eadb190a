/** `sync`: waits until everything has been sent, or says why it cannot. */
import { ask, findMount } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { syncText } from './messages/sync.js';
import { QueueProgress } from './queue-progress.js';
import { quoted } from './quoted.js';

/** Waits until everything has been sent, telling how much is left. */
export async function sync(dir: string | undefined): Promise<void> {
  const mount = await findMount(dir);
  const asked = ask(mount, { op: 'sync' });
  const { pendingCount, online, heldDeletions } = await new QueueProgress({ json: false }).telling(
    mount,
    asked,
  );
  if (pendingCount === 0) {
    process.stdout.write(`${syncText.allSent()}\n`);
    return;
  }
  const folder = quoted(mount.mountPoint);
  if (heldDeletions?.entries === pendingCount) {
    const told = syncText.held({ count: pendingCount });
    throw new CommandError(EXIT.QUEUE, told, syncText.showsHeld({ folder }));
  }
  const say = online ? syncText.refused : syncText.offline;
  const why = syncText.whichAndWhy({ folder });
  throw new CommandError(EXIT.QUEUE, say({ count: pendingCount }), why);
}
