/** `sync`: waits until everything has been sent, or says why it cannot. */
import { setTimeout as pause } from 'node:timers/promises';
import { PROGRESS_MS } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import { ask, findMount } from './control-client.js';
import type { MountStatus } from './control-messages.js';
import { CommandError, EXIT } from './exit-codes.js';
import { syncText } from './messages/sync.js';
import { QueueProgress } from './queue-progress.js';
import { print } from './print.js';
import { quoted } from './quoted.js';

/** Waits until everything has been sent, telling how much is left. */
export async function sync(dir: string | undefined): Promise<void> {
  const mount = await findMount(dir);
  const asked = untilSent(mount);
  const { pendingCount, online, heldDeletions } = await new QueueProgress({ json: false }).telling(
    mount,
    asked,
  );
  if (pendingCount === 0) {
    print(syncText.allSent());
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

/** An answer that nothing explains was given in a moment without the server: it is asked again. */
async function untilSent(mount: RunningMount): Promise<MountStatus> {
  for (;;) {
    const status = await ask(mount, { op: 'sync' });
    const { pendingCount, failedCount, online, heldDeletions } = status;
    const isExplained = !online || failedCount > 0 || heldDeletions !== null;
    if (pendingCount === 0 || isExplained) return status;
    await pause(PROGRESS_MS);
  }
}
