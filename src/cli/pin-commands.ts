/** `pin` and `unpin`: what is kept on this machine, whether there is a network or not. */
import { setTimeout as pause } from 'node:timers/promises';
import { PIN_POLL_FIRST_MS, PROGRESS_MS } from '../limits.js';
import type { PinProgress } from '../sync/pinning.js';
import { ask } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findPlace, type Place } from './find-place.js';
import { humanBytes, humanCount, printable } from './human.js';
import { quoted } from './quoted.js';

export interface PinOptions {
  readonly json: boolean;
  /** Until all of it is here. */
  readonly wait: boolean;
}

export async function pin(given: string, options: PinOptions): Promise<void> {
  const place = await findPlace(given);
  const { mount, ino, shown } = place;
  const first = await ask(mount, { op: 'pin', ino });
  const progress = options.wait ? await untilHere(place, first, options) : first;
  if (options.json) print(JSON.stringify({ ...progress, mountPoint: mount.mountPoint }));
  else if (progress.state === 'here')
    print(`${shown} is kept on this machine: ${sizeOf(progress)}.`);
  else print(`${shown} is pinned; ${remaining(progress)} to be fetched.`);
  if (options.wait) requireHere(shown, progress);
}

export async function unpin(given: string, options: { readonly json: boolean }): Promise<void> {
  const { mount, ino, shown } = await findPlace(given);
  const { path } = await ask(mount, { op: 'unpin', ino });
  if (options.json) print(JSON.stringify({ path, mountPoint: mount.mountPoint }));
  else print(`${shown} is no longer pinned: the cache may give it up.`);
}

/** Whoever ends this by Ctrl-C ends the waiting: the mount goes on. */
async function untilHere(
  { mount, ino }: Place,
  first: PinProgress,
  { json }: PinOptions,
): Promise<PinProgress> {
  const tell = json ? (): void => undefined : progressTeller();
  let progress = first;
  for (let waitMs = PIN_POLL_FIRST_MS; progress.state === 'fetching';) {
    await pause(waitMs);
    waitMs = Math.min(2 * waitMs, PROGRESS_MS);
    progress = await ask(mount, { op: 'pin-progress', ino });
    tell(progress);
  }
  return progress;
}

/** One line that is written over on a terminal; elsewhere a line a second. */
function progressTeller(): (progress: PinProgress) => void {
  const { stderr } = process;
  let toldAt = performance.now();
  return (progress) => {
    const { files, filesHere, bytes, bytesHere, state } = progress;
    const size = `${humanBytes(bytesHere)} of ${humanBytes(bytes)}`;
    const text = `${filesHere} of ${humanCount(files, 'file')}, ${size}`;
    if (stderr.isTTY) {
      stderr.write(state === 'fetching' ? `\r\u001b[K${text}` : '\r\u001b[K');
    } else if (performance.now() - toldAt >= PROGRESS_MS) {
      toldAt = performance.now();
      stderr.write(`${text}\n`);
    }
  };
}

function requireHere(shown: string, progress: PinProgress): void {
  const again = 'It stays pinned and is fetched as soon as that is possible.';
  switch (progress.state) {
    case 'here':
    case 'fetching':
      return;
    case 'offline':
      throw new CommandError(EXIT.UNREACHABLE, 'The server cannot be reached.', again);
    case 'disk-full':
      throw new CommandError(
        EXIT.UNEXPECTED,
        `There is no room on the disk for ${remaining(progress)}.`,
        `${again} Free some space, or \`nuage-mount unpin ${quoted(shown)}\`.`,
      );
    case 'failed': {
      const lines = progress.failures.map(
        ({ path, message }) => `  ${printable(path)}: ${printable(message)}`,
      );
      const what = humanCount(progress.files - progress.filesHere, 'file');
      const why = [`${what} could not be fetched:`, ...lines].join('\n');
      throw new CommandError(EXIT.UNEXPECTED, why, again);
    }
  }
}

function sizeOf({ files, bytes }: PinProgress): string {
  return `${humanCount(files, 'file')}, ${humanBytes(bytes)}`;
}

function remaining({ files, filesHere, bytes, bytesHere }: PinProgress): string {
  return `${humanCount(files - filesHere, 'file')}, ${humanBytes(bytes - bytesHere)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
