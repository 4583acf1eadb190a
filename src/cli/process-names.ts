/** Names of processes, from `/proc`: of the program, not of one of its threads. */
import fs from 'node:fs';

export function processName(pid: number): string | undefined {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, program] = /^Tgid:\s+(\d+)$/m.exec(status) ?? [];
    return fs.readFileSync(`/proc/${program}/comm`, 'utf8').trimEnd();
  } catch {
    // Ended, of a namespace that is not ours, or a system without /proc.
    return undefined;
  }
}
