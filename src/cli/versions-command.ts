/** `versions`: what a file has held, to look at and to have back. */
import path from 'node:path';
import type { FileVersion } from '../remote/remote.js';
import { ask } from './control-client.js';
import { findPlace } from './find-place.js';
import { humanBytes, humanTime, printable } from './messages/figures.js';
import { versionsText as text } from './messages/versions.js';
import { print, printJson } from './print.js';

export interface VersionsOptions {
  readonly json: boolean;
  /** As `versions` numbers them. */
  readonly restore: number | undefined;
  readonly save: number | undefined;
  readonly to: string | undefined;
}

export async function versions(given: string, options: VersionsOptions): Promise<void> {
  const { mount, ino, shown } = await findPlace(given);
  const { json, restore, save } = options;
  if (restore !== undefined) {
    const version = await ask(mount, { op: 'version-restore', ino, number: restore });
    const told = text.restored({ path: printable(shown), time: timeOf(version) });
    if (json) printJson({ path: shown, version });
    else print(told);
  } else if (save !== undefined) {
    const file = path.resolve(options.to ?? `${save} ${path.basename(shown)}`);
    const version = await ask(mount, { op: 'version-save', ino, number: save, file });
    const told = text.saved({ file: printable(file), time: timeOf(version) });
    if (json) printJson({ path: shown, version, file });
    else print(told);
  } else {
    const found = await ask(mount, { op: 'versions', ino });
    if (json) printJson({ path: shown, versions: found });
    else print(showVersions(found));
  }
}

function showVersions(found: readonly FileVersion[]): string {
  const lines = found.map((version, index) => {
    const { size, author } = version;
    const parts = [timeOf(version), humanBytes(size), printable(author)];
    const what = parts.filter((part) => part !== '').join(', ');
    return `${String(index + 1).padStart(4)}  ${what}${index === 0 ? ` ${text.now()}` : ''}`;
  });
  const hint = found.length < 2 ? [text.noOlder()] : ['', text.how()];
  return [...lines, ...hint].join('\n');
}

function timeOf({ mtime }: FileVersion): string {
  return humanTime(mtime * 1000);
}
