/** `mount`: in this process with `--foreground`, else in one that stays behind. */
import { accountFolder, secretPlaceOf } from './account-folder.js';
import { BackgroundProcess } from './background-process.js';
import { mountText } from './messages/mount.js';
import { passwordText } from './messages/password.js';
import type { MountArguments } from './mount-settings.js';
import { print } from './print.js';
import type { MountSettings } from './settings.js';

/** @param early whoever has started it abandons it as well. */
export async function mount(
  args: MountArguments,
  early: BackgroundProcess | undefined,
): Promise<void> {
  const { settings, password } = await prepare(args);
  if (args.foreground) {
    const { runMount } = await import('./run-mount.js');
    await runMount(settings, password, () => tell(settings, mountText.mountedHere));
    return;
  }
  const background = early ?? new BackgroundProcess(settings.mountPoint);
  await background.mount({ settings, password });
  tell(settings, mountText.mounted);
}

function tell({ user, url, mountPoint }: MountSettings, say: typeof mountText.mounted): void {
  print(say({ user, url, folder: mountPoint }));
}

interface Prepared {
  readonly settings: MountSettings;
  readonly password: string;
}

/** What is wrong here is said before anybody types a password. */
async function prepare(args: MountArguments): Promise<Prepared> {
  const { mountSettings } = await import('./mount-settings.js');
  const { checkMountPoint, requireFuse } = await import('./mount-point.js');
  const { findPassword } = await import('./password.js');
  const settings = mountSettings(args);
  const { user, url, mountPoint } = settings;
  requireFuse();
  checkMountPoint(mountPoint);
  const kept = secretPlaceOf(accountFolder(url, user));
  const how = passwordText.how();
  const password = await findPassword({ user, url, file: args.passwordFile, kept, how });
  return { settings, password };
}
