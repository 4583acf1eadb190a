/**
 * How much is left to send, told each second to who waits for it: on a terminal in one line that is
 * written over, else in a line for each change, for scripts as a status in JSON. What stands in the
 * way is told once.
 */
import { PROGRESS_MS } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import { askStatus } from './control-client.js';
import type { MountStatus } from './control-messages.js';
import { syncText } from './messages/sync.js';
import { LiveLine } from './paint.js';
import { quoted } from './quoted.js';
import { showHindrance, showTransfer } from './show-status.js';

export class QueueProgress {
  readonly #isJson: boolean;
  readonly #live = new LiveLine();
  #told = '';
  #hindrance = '';

  constructor({ json }: { readonly json: boolean }) {
    this.#isJson = json;
  }

  /** @returns what was waited for. */
  async telling<T>(mount: RunningMount, waited: Promise<T>): Promise<T> {
    const tell = async (): Promise<void> => this.tell(await askStatus(mount));
    // That it could not be told is no reason to stop: who waits notices the end of the mount.
    const progress = setInterval(() => void tell().catch(() => undefined), PROGRESS_MS);
    try {
      return await waited;
    } finally {
      clearInterval(progress);
      this.#live.clear();
    }
  }

  tell(status: MountStatus): void {
    if (this.#isJson) {
      process.stdout.write(`${JSON.stringify(status)}\n`);
      return;
    }
    if (status.pendingCount === 0) return;
    this.#tellHindrance(status);
    const line = syncText.toBeSent({ count: status.pendingCount });
    const upload = status.transfers.find(({ direction }) => direction === 'up');
    if (process.stderr.isTTY) this.#live.show(upload ? `${line} ${showTransfer(upload)}` : line);
    else if (line !== this.#told) process.stderr.write(`${line}\n`);
    this.#told = line;
  }

  #tellHindrance(status: MountStatus): void {
    const { heldDeletions, pendingCount, mountPoint } = status;
    const folder = quoted(mountPoint);
    const held = [syncText.held({ count: pendingCount }), syncText.showsHeld({ folder })].join(' ');
    const isHeld = heldDeletions?.entries === pendingCount;
    const hindrance = isHeld ? held : showHindrance(status);
    if (hindrance === this.#hindrance) return;
    this.#hindrance = hindrance;
    this.#live.clear();
    if (hindrance !== '') process.stderr.write(`${hindrance}\n`);
  }
}
