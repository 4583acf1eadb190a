/**
 * Does a mount answer? Asked from a process of its own: whoever asks a stuck server cannot be
 * interrupted, and we must not be that one. statfs is never answered from the kernel's caches.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { closeSync, readSync } from 'node:fs';
import { MOUNT_PROBE_MS_MAX } from '../limits.js';
import { PollSet } from './pollset.js';
import { NOT_CONNECTED } from './protocol-errno.js';
import { createSocketPair } from './system.js';

const DEAD = 'd';

/** Writes one letter to descriptor 3 and ends. */
const PROBE = `
  const fs = require('fs');
  let answer = 'a';
  try { fs.statfsSync(process.argv[1]); }
  catch (error) { if (error.errno === -${NOT_CONNECTED}) answer = '${DEAD}'; }
  fs.writeSync(3, answer);
`;

/** False only when the kernel says that the server is dead; one that is slow counts as alive. */
export function isMountAnswering(mountPoint: string): boolean {
  const [ours, theirs] = createSocketPair('stream');
  try {
    const child = spawn(process.execPath, ['-e', PROBE, mountPoint], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', theirs],
    });
    // Without a listener a failed start would end the process; the poll below then times out.
    child.on('error', () => undefined);
    child.unref();
    const answered = new PollSet([ours]).wait(MOUNT_PROBE_MS_MAX) > 0;
    if (!answered) child.kill(constants.signals.SIGKILL);
    return !answered || readLetter(ours) !== DEAD;
  } finally {
    closeSync(ours);
    closeSync(theirs);
  }
}

function readLetter(fd: number): string {
  const letter = Buffer.alloc(1);
  return letter.toString('latin1', 0, readSync(fd, letter));
}
