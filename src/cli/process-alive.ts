/** Does a process still run? */
import fs from 'node:fs';

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

/** proc_pid_stat(5): the state follows the name, which is in brackets and may hold any letter. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}
