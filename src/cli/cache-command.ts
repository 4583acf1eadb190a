/** `cache`: what is kept on this machine of what was read, to look at, to clear, to check. */
import type { Checked } from '../fs/cache-check.js';
import type { CacheReport } from '../fs/cache-jobs.js';
import { ask, findMount } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findPlace } from './find-place.js';
import { cacheText as text } from './messages/cache.js';
import { humanBytes, printable } from './messages/figures.js';
import { generalText } from './messages/general.js';
import { pinStateText } from './messages/pin.js';
import { print, printJson } from './print.js';

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
  if (json) printJson({ mountPoint, ...told });
  else print(showCache(mountPoint, told));
}

/** All of the mount, or what is below the path that was given. */
async function clear(given: string | undefined, { json }: CacheOptions): Promise<void> {
  const mount = await findMount(given);
  const { ino, shown } = await findPlace(given ?? mount.mountPoint);
  const cleared = await ask(mount, { op: 'cache-clear', ino });
  const { files: count, bytes } = cleared;
  const told = text.givenUp({ path: shown, count, bytes: humanBytes(bytes) });
  if (json) printJson({ path: shown, ...cleared });
  else print(told);
}

async function check(given: string | undefined, { json }: CacheOptions): Promise<void> {
  const mount = await findMount(given);
  const checked = await ask(mount, { op: 'cache-check' });
  if (json) printJson(checked);
  else print(showChecked(checked));
  if (checked.lost.length === 0) return;
  throw new CommandError(
    EXIT.UNEXPECTED,
    text.bytesMissing({ count: checked.lost.length }),
    text.mountAgain({ folder: mount.mountPoint }),
  );
}

function showChecked({ files, compared, repaired, lost }: Checked): string {
  const lines = [text.checked({ count: files, compared })];
  for (const path of repaired) lines.push(`  ${text.repaired({ path: printable(path) })}`);
  for (const path of lost) lines.push(`  ${text.lost({ path: printable(path) })}`);
  if (lines.length === 1) lines.push(text.noDamage());
  return lines.join('\n');
}

function showCache(mountPoint: string, report: CacheReport): string {
  const { usedBytes, bytesMax, freeBytes, freeBytesMin, files, damagedCount } = report;
  const { kept, whole, unsent } = files;
  const lines = [
    text.atMost({ bytes: humanBytes(bytesMax) }),
    text.onDisk({ free: humanBytes(freeBytes), least: humanBytes(freeBytesMin) }),
    text.files({ count: kept, whole, unsent }),
  ];
  if (report.full !== null) lines.push(fullWarning(report.full));
  if (damagedCount > 0) lines.push(text.damagedFetched({ count: damagedCount }));
  lines.push(...report.pins.map((pin) => showPin(pin)));
  const head = text.kept({ folder: mountPoint, bytes: humanBytes(usedBytes) });
  return [head, ...lines].join('\n  ');
}

function showPin({ path, files, filesHere, bytes, state }: CacheReport['pins'][number]): string {
  return text.pinned({
    path: path === '' ? text.wholeAccount() : printable(path),
    here: filesHere,
    files: generalText.files({ count: files }),
    bytes: humanBytes(bytes),
    state: pinStateText[state](),
  });
}

export function fullWarning(full: 'size' | 'disk'): string {
  return full === 'disk' ? text.diskFull() : text.sizeFull();
}
