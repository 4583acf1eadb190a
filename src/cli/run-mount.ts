/** Holds a mount in this process until it ends: in the foreground, or as the background process. */
import { forbidCoreDumps } from '../fuse/system.js';
import { EXIT } from './exit-codes.js';
import { MountedAccount } from './mounted-account.js';
import { notifySystemd } from './service/notify-systemd.js';
import type { MountSettings } from './settings.js';

const END_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * The first signal ends it in good order, from the first moment on; the second one no longer waits
 * for what is unsent, which stays queued.
 * @param mounted called once the mount answers.
 * @param given ends it as a signal does.
 */
export async function runMount(
  settings: MountSettings,
  password: string,
  mounted: (account: MountedAccount) => void,
  given?: AbortSignal,
): Promise<void> {
  // The password stays in memory as long as the mount does.
  forbidCoreDumps();
  const stop = new AbortController();
  let account: MountedAccount | undefined;
  const end = (): void => {
    notifySystemd('STOPPING');
    if (account !== undefined) void account.end();
    // Between two steps of the start nothing listens.
    else if (stop.signal.aborted) process.exit(EXIT.UNEXPECTED);
    stop.abort();
  };
  for (const signal of END_SIGNALS) process.on(signal, end);
  given?.addEventListener('abort', end);
  if (given?.aborted === true) stop.abort();
  try {
    account = await MountedAccount.start(settings, password, stop.signal);
    notifySystemd('READY');
    mounted(account);
    await account.ended();
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, end);
    given?.removeEventListener('abort', end);
  }
}
