/** `cache`: what is kept on this machine of what was read, to look at, to clear, to check. */
import type { CacheReport, Checked } from '../fs/cache-jobs.js';
import type { RunningMount } from './account-folder.js';
import { ask, findMount } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findPlace } from './find-place.js';
import { humanBytes, humanCount, printable } from './human.js';

export interface CacheOptions {
  readonly json: boolean;
  readonly clear: boolean;
  readonly check: boolean;
}

export async function cache(given: string | undefined, options: CacheOptions): Promise<void> {
  if (options.clear) await clear(given, options);
  else if (options.check) await check(given, options);
  else await report(given, options);
}

async function report(given: string | undefined, { json }: CacheOptions): Promise<void> {
  const mount = await findMount(given);
  const told = await ask(mount, { op: 'cache' });
  const { mountPoint } = mount;
  process.stdout.write(json ? jsonOf({ mountPoint, ...told }) : showCache(mountPoint, told));
}

/** All of the mount, or what is below the path that was given. */
async function clear(given: string | undefined, { json }: CacheOptions): Promise<void> {
  const mount = await findMount(given);
  const { ino, shown } = await findPlace(given ?? mount.mountPoint);
  const cleared = await ask(mount, { op: 'cache-clear', ino });
  const what = `${humanCount(cleared.files, 'file')}, ${humanBytes(cleared.bytes)}`;
  process.stdout.write(
    json ? jsonOf({ path: shown, ...cleared }) : `Given up of ${shown}: ${what}.\n`,
  );
}

async function check(given: string | undefined, { json }: CacheOptions): Promise<void> {
  const mount = await findMount(given);
  const checked = await ask(mount, { op: 'cache-check' });
  process.stdout.write(json ? jsonOf(checked) : showChecked(checked));
  if (checked.lost.length === 0) return;
  throw new CommandError(
    EXIT.UNEXPECTED,
    `Of ${humanCount(checked.lost.length, 'unsent file')} bytes are missing on this machine.`,
    lookAt(mount),
  );
}

function lookAt({ mountPoint }: RunningMount): string {
  return (
    `They are not sent as they are. Unmount ${mountPoint} and mount it again: ` +
    'what is left of them is put beside the originals.'
  );
}

function showChecked({ files, repaired, lost }: Checked): string {
  const lines = [`${humanCount(files, 'file')} checked.`];
  for (const path of repaired) lines.push(`  damaged, to be fetched again: ${printable(path)}`);
  for (const path of lost) lines.push(`  UNSENT AND DAMAGED: ${printable(path)}`);
  if (lines.length === 1) lines.push('Nothing is damaged.');
  return `${lines.join('\n')}\n`;
}

function showCache(mountPoint: string, report: CacheReport): string {
  const { usedBytes, bytesMax, freeBytes, freeBytesMin, files, damagedCount, pins } = report;
  const lines = [
    `${mountPoint}: ${humanBytes(usedBytes)} kept`,
    `  at most ${humanBytes(bytesMax)}, and what is pinned`,
    `  on the disk: ${humanBytes(freeBytes)} free, ${humanBytes(freeBytesMin)} left to others`,
    `  ${humanCount(files.kept, 'file')}: ${files.whole} whole, ${files.unsent} not sent yet`,
  ];
  if (report.full !== null) lines.push(`  ${fullWarning(report.full)}`);
  if (damagedCount > 0) lines.push(`  ${humanCount(damagedCount, 'damaged file')} fetched again`);
  for (const { path, files: all, filesHere, bytes, state } of pins) {
    const name = path === '' ? 'the whole account' : printable(path);
    const how = `${filesHere} of ${humanCount(all, 'file')}, ${humanBytes(bytes)}, ${state}`;
    lines.push(`  pinned: ${name} (${how})`);
  }
  return `${lines.join('\n')}\n`;
}

export function fullWarning(full: 'size' | 'disk'): string {
  return full === 'disk'
    ? 'THE DISK IS FULL: what is read is not kept. Free some space.'
    : 'FULL of what must stay: what is read is not kept. `--cache-size` gives it more room.';
}

function jsonOf(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
