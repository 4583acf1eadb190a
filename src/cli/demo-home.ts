/**
 * The private folder that holds the server's side of a demonstration, with a note of what else the
 * demonstration made: the next one clears away what a killed one could not.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mountState } from '../fuse/mount.js';
import { accountFolder } from './account-folder.js';
import { clearStale, removeFolders } from './mount-point.js';
import { isProcessAlive } from './process-alive.js';

export interface DemoNote {
  readonly mountPoint: string;
  /** Folders made for it, the outermost first. */
  readonly made: readonly string[];
  /** Undefined until the server has started. */
  readonly account: { readonly url: string; readonly user: string } | undefined;
}

type Noted = DemoNote & { readonly pid: number };

const PREFIX = 'nuage-demo-';
const NOTE = 'demo.json';

/** Open to this user alone. */
export function makeDemoHome(note: DemoNote): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), PREFIX));
  noteDemo(home, note);
  return home;
}

export function noteDemo(home: string, note: DemoNote): void {
  const noted: Noted = { ...note, pid: process.pid };
  fs.writeFileSync(path.join(home, NOTE), JSON.stringify(noted), { mode: 0o600 });
}

/** Whatever `note` speaks of, and `home` itself. */
export function removeDemo(home: string, { made, account }: DemoNote): void {
  if (account !== undefined) {
    const state = accountFolder(account.url, account.user);
    fs.rmSync(state, { recursive: true, force: true });
    // Unless other accounts are in it.
    removeFolders([path.dirname(state)]);
  }
  fs.rmSync(home, { recursive: true, force: true });
  removeFolders(made);
}

export function clearKilledDemos(): void {
  for (const name of fs.readdirSync(os.tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const home = path.join(os.tmpdir(), name);
    const noted = readNote(home);
    if (noted === undefined || isProcessAlive(noted.pid)) continue;
    if (mountState(noted.mountPoint) === 'stale') clearStale(noted.mountPoint);
    removeDemo(home, noted);
  }
}

/** Undefined for what somebody else may have put there: everybody can write in such a place. */
function readNote(home: string): Noted | undefined {
  try {
    const stats = fs.lstatSync(home);
    const isOurs = stats.isDirectory() && stats.uid === process.getuid?.();
    if (!isOurs || (stats.mode & 0o077) !== 0) return undefined;
    return JSON.parse(fs.readFileSync(path.join(home, NOTE), 'utf8')) as Noted;
  } catch {
    return undefined;
  }
}
