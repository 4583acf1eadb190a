/**
 * `mount` without `--foreground`: a process of its own that outlives the terminal. What it needs,
 * the password above all, goes to it over a private channel, never by argv or environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { NuageError, toErrorRecord } from '../errors.js';
import { BACKGROUND_START_MS_MAX, NURSERY_MIB } from '../limits.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import { runMount } from './run-mount.js';
import type { MountSettings } from './settings.js';
import { within } from './within.js';

export const BACKGROUND_COMMAND = 'mount-in-background';

interface Start {
  readonly settings: MountSettings;
  readonly password: string;
}

type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'mounted' }
  | {
      readonly type: 'failed';
      readonly exitCode: ExitCode;
      readonly message: string;
      readonly hint: string | undefined;
    };

/**
 * Resolves once the new process's mount answers. Should this process end first, by Ctrl-C or
 * otherwise, the channel breaks and the new one gives up.
 * @throws CommandError with the reason of the other process.
 */
export async function startInBackground(settings: MountSettings, password: string): Promise<void> {
  const child = spawnSelf(settings.mountPoint);
  const start: Start = { settings, password };
  const report = await within(BACKGROUND_START_MS_MAX, lastReport(child, start));
  if (report?.type === 'mounted') {
    child.disconnect();
    child.unref();
    return;
  }
  if (report?.type === 'failed') {
    throw new CommandError(report.exitCode, report.message, report.hint);
  }
  child.kill('SIGKILL');
  throw new CommandError(
    EXIT.UNEXPECTED,
    report === undefined
      ? 'The background process does not answer.'
      : 'The background process has ended at once.',
    'Run this again with --foreground to see why.',
  );
}

function spawnSelf(mountPoint: string): ChildProcess {
  const [script = ''] = process.argv.slice(1);
  const options = [...process.execArgv, `--max-semi-space-size=${NURSERY_MIB}`];
  return spawn(process.execPath, [...options, script, BACKGROUND_COMMAND, mountPoint], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** How the start ended; `ready` where the process ended without saying so. */
async function lastReport(child: ChildProcess, start: Start): Promise<Report> {
  let report: Report = { type: 'ready' };
  child.on('message', (told: Report) => {
    report = told;
    if (told.type === 'ready') child.send(start);
    else child.emit('reported');
  });
  // The channel closes after its last message has been read; the exit may be seen before.
  await Promise.race([once(child, 'reported'), once(child, 'disconnect')]);
  return report;
}

/** The other end. Ends with the mount; what goes wrong after the start is in the log. */
export async function serveInBackground(): Promise<void> {
  if (process.send === undefined) {
    throw new CommandError(EXIT.USAGE, 'This command is not for people.');
  }
  const abandoned = new AbortController();
  let isMounted = false;
  process.once('disconnect', () => {
    if (!isMounted) abandoned.abort();
  });
  const { settings, password } = await received();
  // No other file system is kept busy by where the command was typed.
  process.chdir('/');
  const mounted = (): void => {
    isMounted = true;
    void report({ type: 'mounted' });
  };
  try {
    await runMount(settings, password, mounted, abandoned.signal);
  } catch (error) {
    if (!process.connected) throw error;
    await report(failure(error));
  }
}

function failure(error: unknown): Report {
  const { message } = toErrorRecord(error);
  if (error instanceof CommandError) {
    return { type: 'failed', exitCode: error.exitCode, message, hint: error.hint };
  }
  const hint = error instanceof NuageError ? error.hint : undefined;
  return { type: 'failed', exitCode: EXIT.UNEXPECTED, message, hint };
}

function received(): Promise<Start> {
  return new Promise((resolve) => {
    process.once('message', (start: Start) => resolve(start));
    void report({ type: 'ready' });
  });
}

/** Resolves once it is on its way; that nobody listens any more is no concern. */
function report(told: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(told, undefined, {}, () => resolve());
    else resolve();
  });
}
