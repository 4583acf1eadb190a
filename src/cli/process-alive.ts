/** Does a process still run? */
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ENDING_LOOK_MS } from '../limits.js';

/**
 * One that has ended counts as gone even where its parent has not asked for its exit code yet:
 * in a container nobody may ever do so.
 */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** @returns whether it has ended within this time. */
export async function processEnds(pid: number, msMax: number): Promise<boolean> {
  for (let waited = 0; waited < msMax; waited += ENDING_LOOK_MS) {
    if (!isProcessAlive(pid)) return true;
    await pause(ENDING_LOOK_MS);
  }
  return false;
}

/** proc_pid_stat(5): the state follows the name, which is in brackets and may hold any letter. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}
