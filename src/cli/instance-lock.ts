/**
 * One process per account: two would write one queue. The lock goes with the process, however it
 * ends.
 */
import fs from 'node:fs';
import path from 'node:path';
import { closeDescriptor, lockFile } from '../fuse/system.js';
import { announced } from './account-folder.js';
import { CommandError, EXIT } from './exit-codes.js';
import { mountText } from './messages/mount.js';
import { quoted } from './quoted.js';

/** @returns releases it. @throws CommandError when another process has it. */
export function lockAccount(folder: string): () => void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(path.join(folder, 'lock'), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  if (lockFile(fd)) return () => closeDescriptor(fd);
  fs.closeSync(fd);
  const running = announced(folder);
  if (running === undefined) {
    throw new CommandError(EXIT.INSTANCE, mountText.accountMounted(), mountText.waitForEnd());
  }
  const { mountPoint, pid } = running;
  throw new CommandError(
    EXIT.INSTANCE,
    mountText.accountMountedOn({ folder: mountPoint, pid: String(pid) }),
    mountText.useOrEnd({ folder: quoted(mountPoint) }),
  );
}
