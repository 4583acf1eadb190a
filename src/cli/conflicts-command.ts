/**
 * `conflicts`: the copies that exist, and what becomes of them. All of it is done in the mounted
 * folder, by the calls that any program would use: a rename over the original keeps its identity.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Conflict, ConflictSide } from '../fs/conflicts.js';
import { ask } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { conflictText as text } from './messages/conflicts.js';
import { humanBytes, humanTime, printable } from './messages/figures.js';
import { findMountPath } from './mount-path.js';
import { print, printJson } from './print.js';

type Keep = 'mine' | 'theirs' | 'both';

export interface ConflictsOptions {
  readonly json: boolean;
  readonly keep: Keep | undefined;
  /** Both, with the programs of the desktop. */
  readonly open: boolean;
}

export async function conflicts(
  given: string | undefined,
  { json, keep, open }: ConflictsOptions,
): Promise<void> {
  const { mount, inAccount } = await findMountPath(given);
  const all = await ask(mount, { op: 'conflicts' });
  const meant = all.filter((conflict) => isMeant(conflict, inAccount));
  if (keep === undefined && !open) {
    if (json) printJson({ mountPoint: mount.mountPoint, conflicts: meant });
    else print(show(meant));
    return;
  }
  if (meant.length === 0) throw new CommandError(EXIT.USAGE, text.noneThere(), text.seeList());
  const done: string[] = [];
  for (const conflict of meant) {
    if (open) openBoth(mount.mountPoint, conflict);
    if (keep !== undefined) done.push(await resolve(mount.mountPoint, conflict, keep));
  }
  if (keep !== undefined) {
    if (json) printJson({ keep, kept: done });
    else print(done.map(kept).join('\n'));
  }
}

/** The copy, what it is a copy of, or a folder above. */
function isMeant({ mine, originalPath }: Conflict, inAccount: string): boolean {
  if (inAccount === '' || mine.path === inAccount || originalPath === inAccount) return true;
  return mine.path.startsWith(`${inAccount}/`);
}

/** @returns where it is that was kept. */
async function resolve(mountPoint: string, conflict: Conflict, keep: Keep): Promise<string> {
  const mine = path.join(mountPoint, conflict.mine.path);
  const original = path.join(mountPoint, conflict.originalPath);
  const { theirs } = conflict;
  if (keep === 'both') return besides(mine, original);
  if (conflict.mine.isFolder || theirs?.isFolder === true) {
    throw new CommandError(EXIT.USAGE, text.folder({ path: printable(mine) }), text.byHand());
  }
  if (keep === 'theirs') {
    if (theirs === null) {
      throw new CommandError(EXIT.USAGE, text.noTheirs({ path: printable(original) }), text.both());
    }
    await fs.unlink(mine);
    return original;
  }
  // Whole, so that it can take over the identity of what it replaces.
  await readWhole(mine);
  await fs.rename(mine, original);
  return original;
}

/** Under a name that no longer speaks of a conflict. */
async function besides(mine: string, original: string): Promise<string> {
  const { dir, name, ext } = path.parse(original);
  for (let number = 2; ; number += 1) {
    const free = path.join(dir, `${name} (${number})${ext}`);
    if (await isThere(free)) continue;
    await fs.rename(mine, free);
    return free;
  }
}

async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    () => false,
  );
}

async function readWhole(file: string): Promise<void> {
  const handle = await fs.open(file);
  try {
    const piece = Buffer.alloc(1024 ** 2);
    while ((await handle.read(piece)).bytesRead > 0);
  } finally {
    await handle.close();
  }
}

function openBoth(mountPoint: string, { mine, theirs }: Conflict): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  for (const side of [theirs, mine]) {
    if (side === null) continue;
    const file = path.join(mountPoint, side.path);
    const child = spawn(program, [file], { detached: true, stdio: 'ignore' });
    child.on('error', () => process.stderr.write(`${text.noOpener({ program })}\n`));
    child.unref();
  }
}

function show(found: readonly Conflict[]): string {
  if (found.length === 0) return text.none();
  const lines = found.flatMap(({ originalPath, mine, theirs }) => [
    printable(originalPath),
    `  ${text.mine({ side: sideOf(mine), name: printable(path.basename(mine.path)) })}`,
    `  ${theirs === null ? text.theirsGone() : text.theirs({ side: sideOf(theirs) })}`,
  ]);
  return [...lines, '', text.how()].join('\n');
}

function sideOf({ size, mtime, isFolder }: ConflictSide): string {
  const when = humanTime(mtime * 1000);
  return isFolder ? text.folderSide({ time: when }) : `${humanBytes(size)}, ${when}`;
}

function kept(file: string): string {
  return text.kept({ path: printable(file) });
}
