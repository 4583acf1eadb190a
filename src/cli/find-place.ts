/** Which mount a path lies in, and what is there. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { STATUS_ANSWER_MS_MAX } from '../limits.js';
import type { RunningMount } from './account-folder.js';
import { findMount } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findMountText } from './messages/unmount.js';
import { within } from './within.js';

export interface Place {
  readonly mount: RunningMount;
  /** Of the file or folder; the mount numbers them itself, so it knows it by this. */
  readonly ino: number;
  /** Absolute, as it was typed. */
  readonly shown: string;
}

/** @throws CommandError where nothing is mounted there, or nothing is there. */
export async function findPlace(given: string): Promise<Place> {
  const shown = path.resolve(given);
  const real = await answered(
    shown,
    fs.realpath(shown).catch(() => shown),
  );
  const mount = await findMount(real);
  const stat = await answered(
    shown,
    fs.stat(real).catch((error: unknown) => readError(error)),
  );
  if (typeof stat !== 'string') return { mount, ino: stat.ino, shown };
  const told = findMountText.cannotLook({ path: shown, reason: stat });
  throw new CommandError(EXIT.USAGE, told);
}

function readError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? findMountText.doesNotExist() : message;
}

async function answered<T>(shown: string, asked: Promise<T>): Promise<T> {
  const answer = await within(STATUS_ANSWER_MS_MAX, asked);
  if (answer !== undefined) return answer;
  throw new CommandError(EXIT.UNEXPECTED, findMountText.placeSilent({ path: shown }));
}
