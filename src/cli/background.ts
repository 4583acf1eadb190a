/** The process that `mount` leaves behind: it outlives the terminal and ends with the mount. */
import { NuageError, toErrorRecord } from '../errors.js';
import type { BackgroundReport, BackgroundStart } from './background-message.js';
import { CommandError, EXIT } from './exit-codes.js';
import { helpText } from './messages/help.js';
import { runMount } from './run-mount.js';

/** What goes wrong after the start is in the log. */
export async function serveInBackground(): Promise<void> {
  if (process.send === undefined) {
    throw new CommandError(EXIT.USAGE, helpText.notForPeople());
  }
  const abandoned = new AbortController();
  let isMounted = false;
  process.once('disconnect', () => {
    if (!isMounted) abandoned.abort();
  });
  const start = await received(abandoned.signal);
  if (start === undefined) return;
  // No other file system is kept busy by where the command was typed.
  process.chdir('/');
  const mounted = (): void => {
    isMounted = true;
    void report({ type: 'mounted' });
  };
  try {
    await runMount(start.settings, start.password, mounted, abandoned.signal);
  } catch (error) {
    if (!process.connected) throw error;
    await report(failure(error));
  }
}

function failure(error: unknown): BackgroundReport {
  const { message } = toErrorRecord(error);
  if (error instanceof CommandError) {
    return { type: 'failed', exitCode: error.exitCode, message, hint: error.hint };
  }
  const hint = error instanceof NuageError ? error.hint : undefined;
  return { type: 'failed', exitCode: EXIT.UNEXPECTED, message, hint };
}

/** Undefined where the command has given up before it knew what to mount. */
function received(abandoned: AbortSignal): Promise<BackgroundStart | undefined> {
  if (!process.connected) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    process.once('message', (start: BackgroundStart) => resolve(start));
    abandoned.addEventListener('abort', () => resolve(undefined));
    void report({ type: 'ready' });
  });
}

/** Resolves once it is on its way; that nobody listens any more is no concern. */
function report(told: BackgroundReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(told, undefined, {}, () => resolve());
    else resolve();
  });
}
