/**
 * One process per account: two would write one queue. The lock goes with the process, however it
 * ends.
 */
import fs from 'node:fs';
import path from 'node:path';
import { closeDescriptor, lockFile } from '../fuse/system.js';
import { announced } from './account-folder.js';
import { CommandError, EXIT } from './exit-codes.js';
import { quoted } from './quoted.js';

/** @returns releases it. @throws CommandError when another process has it. */
export function lockAccount(folder: string): () => void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(path.join(folder, 'lock'), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  if (lockFile(fd)) return () => closeDescriptor(fd);
  fs.closeSync(fd);
  const running = announced(folder);
  const where = running === undefined ? '' : ` on ${running.mountPoint} (process ${running.pid})`;
  throw new CommandError(
    EXIT.INSTANCE,
    `This account is already mounted${where}.`,
    running === undefined
      ? 'Wait until it has ended, then run this again.'
      : `Use it there, or end it with \`nuage-mount unmount ${quoted(running.mountPoint)}\`.`,
  );
}
