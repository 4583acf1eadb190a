/** Logs in on a page of the server, in the browser: begins, waits with a clear screen, and ends. */
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NuageError } from '../errors.js';
import { LOGIN_MS_MAX, LOGIN_POLL_MS } from '../limits.js';
import type { Granted, LoginClient, LoginFlow } from '../remote/login.js';
import { openWithDesktop } from './browser.js';
import { CommandError, connectError, EXIT } from './exit-codes.js';
import { generalText } from './messages/general.js';
import { loginText as text } from './messages/login.js';
import { humanDuration } from './messages/figures.js';

/** @throws CommandError: given up by Ctrl-C, expired, or the server is not there. */
export async function logInByBrowser(client: LoginClient, url: string): Promise<Granted> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort);
  try {
    const flow = await client.begin(`nuage-mount (${os.hostname()})`, stop.signal);
    await invite(flow);
    return await granted(flow, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) throw new CommandError(EXIT.UNEXPECTED, generalText.givenUp());
    throw error instanceof CommandError ? error : connectError(error, url);
  } finally {
    process.off('SIGINT', abort);
  }
}

async function invite({ page }: LoginFlow): Promise<void> {
  const isOpen = await openWithDesktop(page);
  const told = isOpen ? text.opened() : text.openYourself();
  process.stderr.write(`\n${told}\n\n  ${page}\n\n`);
}

async function granted(flow: LoginFlow, signal: AbortSignal): Promise<Granted> {
  const end = performance.now() + LOGIN_MS_MAX;
  const tell = waitingTeller();
  try {
    for (let left = LOGIN_MS_MAX; left > 0; left = end - performance.now()) {
      tell.left(left);
      const answer = await polled(flow, signal);
      if (answer !== undefined) return answer;
      await pause(LOGIN_POLL_MS, undefined, { signal });
    }
  } finally {
    tell.end();
  }
  throw new CommandError(EXIT.LOGIN, text.expired(), text.runAgain());
}

/** A network that is away for a moment is no reason to begin again. */
async function polled(flow: LoginFlow, signal: AbortSignal): Promise<Granted | undefined> {
  try {
    return await flow.poll(signal);
  } catch (error) {
    const isPassing = error instanceof NuageError && PASSING.has(error.kind);
    if (isPassing) return undefined;
    throw error;
  }
}

const PASSING: ReadonlySet<string> = new Set(['offline', 'timeout', 'rate-limited', 'server']);

interface WaitingTeller {
  left(ms: number): void;
  end(): void;
}

/** One line that is written over on a terminal; elsewhere it is said once. */
function waitingTeller(): WaitingTeller {
  const { stderr } = process;
  if (!stderr.isTTY) {
    stderr.write(`${text.waiting()}\n`);
    return { left: () => undefined, end: () => undefined };
  }
  return {
    left: (ms) => stderr.write(`\r\u001b[K${text.waitingFor({ time: humanDuration(ms) })}`),
    end: () => stderr.write('\r\u001b[K'),
  };
}
