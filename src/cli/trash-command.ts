/** `trash`: what the server's trash holds, to look at and to have back. */
import path from 'node:path';
import type { Trashed } from '../fs/history.js';
import type { TrashedEntry } from '../remote/remote.js';
import { ask, findMount } from './control-client.js';
import { humanBytes, humanTime, printable } from './messages/figures.js';
import { trashText as text } from './messages/trash.js';
import { print, printJson } from './print.js';

export interface TrashOptions {
  readonly json: boolean;
  /** Number, path or name of what is wanted back. */
  readonly restore: string | undefined;
}

export async function trash(dir: string | undefined, options: TrashOptions): Promise<void> {
  const mount = await findMount(dir);
  const { mountPoint } = mount;
  if (options.restore === undefined) {
    const trashed = await ask(mount, { op: 'trash' });
    if (options.json) printJson({ mountPoint, ...trashed });
    else print(showTrash(trashed));
    return;
  }
  const which = relativeTo(mountPoint, options.restore);
  const restored = await ask(mount, { op: 'trash-restore', which });
  const file = path.join(mountPoint, restored.path ?? restored.oldPath);
  if (options.json) printJson({ mountPoint, ...restored });
  else print(text.back({ path: printable(file) }));
}

/** Somebody may complete a path on the command line; the trash knows it from the root. */
function relativeTo(mountPoint: string, which: string): string {
  const below = path.relative(mountPoint, which);
  return path.isAbsolute(which) && !below.startsWith('..') ? below : which;
}

function showTrash({ entries, count }: Trashed): string {
  if (count === 0) return text.empty();
  const lines = entries.map((entry) => showTrashed(entry));
  if (entries.length < count) lines.push(text.older({ count: count - entries.length }));
  return [...lines, '', text.how()].join('\n');
}

function showTrashed({ fileId, deletedAt, size, isFolder, path: where }: TrashedEntry): string {
  const name = printable(isFolder ? `${where}/` : where);
  return `${fileId.padStart(10)}  ${name} (${humanBytes(size)}, ${humanTime(deletedAt * 1000)})`;
}
