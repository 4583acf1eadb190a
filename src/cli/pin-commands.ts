/** `pin` and `unpin`: what is kept on this machine, whether there is a network or not. */
import { setTimeout as pause } from 'node:timers/promises';
import { PIN_POLL_FIRST_MS, PROGRESS_MS } from '../limits.js';
import type { PinProgress } from '../sync/pinning.js';
import { ask } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findPlace, type Place } from './find-place.js';
import { humanBytes, printable } from './messages/figures.js';
import { generalText } from './messages/general.js';
import { pinText as text } from './messages/pin.js';
import { bar, LiveLine } from './paint.js';
import { print, printJson } from './print.js';
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
  if (options.json) printJson({ ...progress, mountPoint: mount.mountPoint }, 0);
  else if (progress.state === 'here') print(text.kept({ path: shown, ...sizeOf(progress) }));
  else print(text.pinned({ path: shown, ...remaining(progress) }));
  if (options.wait) requireHere(shown, progress);
}

export async function unpin(given: string, options: { readonly json: boolean }): Promise<void> {
  const { mount, ino, shown } = await findPlace(given);
  const { path } = await ask(mount, { op: 'unpin', ino });
  if (options.json) printJson({ path, mountPoint: mount.mountPoint }, 0);
  else print(text.unpinned({ path: shown }));
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
  const live = new LiveLine();
  let toldAt = performance.now();
  return (progress) => {
    const { filesHere: here, bytesHere, state } = progress;
    const line = text.progress({
      here,
      bytesHere: humanBytes(bytesHere),
      ...sizeOf(progress),
    });
    if (stderr.isTTY) {
      if (state === 'fetching') live.show(`${bar(bytesHere, progress.bytes)} ${line}`);
      else live.clear();
    } else if (performance.now() - toldAt >= PROGRESS_MS) {
      toldAt = performance.now();
      stderr.write(`${line}\n`);
    }
  };
}

function requireHere(shown: string, progress: PinProgress): void {
  const again = text.staysPinned();
  switch (progress.state) {
    case 'here':
    case 'fetching':
      return;
    case 'offline':
      throw new CommandError(EXIT.UNREACHABLE, text.unreachable(), again);
    case 'disk-full':
      throw new CommandError(
        EXIT.UNEXPECTED,
        text.noRoom(remaining(progress)),
        `${again} ${text.freeSpace({ path: quoted(shown) })}`,
      );
    case 'failed': {
      const lines = progress.failures.map(
        ({ path, message }) => `  ${printable(path)}: ${printable(message)}`,
      );
      const told = text.couldNotFetch({ count: progress.files - progress.filesHere });
      throw new CommandError(EXIT.UNEXPECTED, [told, ...lines].join('\n'), again);
    }
  }
}

interface Size {
  readonly files: string;
  readonly bytes: string;
}

function sizeOf({ files, bytes }: { readonly files: number; readonly bytes: number }): Size {
  return { files: generalText.files({ count: files }), bytes: humanBytes(bytes) };
}

function remaining({ files, filesHere, bytes, bytesHere }: PinProgress): Size {
  return sizeOf({ files: files - filesHere, bytes: bytes - bytesHere });
}
