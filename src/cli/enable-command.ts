/** `enable` and `disable`: a mount comes with the login and goes with the logout, or no longer. */
import { knownAccounts } from './account-folder.js';
import { mountOnFolder, runningMounts } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { enableText as text } from './messages/enable.js';
import { resolveMountPoint } from './mount-point.js';
import { print } from './print.js';
import { autostartService } from './service/autostart.js';
import { launchAgentService } from './service/launch-agent.js';
import type { Service } from './service/service.js';
import { hasSystemd, systemdService } from './service/systemd.js';

export async function enable(dir: string | undefined): Promise<void> {
  const mountPoint = chosen(dir);
  const isMounted = mountOnFolder(await runningMounts(), mountPoint) !== undefined;
  const service = systemService();
  service.enable(mountPoint, isMounted);
  const told = { folder: mountPoint, file: service.file(mountPoint) };
  print(text.enabled(told));
  if (service.kind === 'autostart' && !isMounted) print(text.nextLogin());
}

/** Whatever holds it, also where the system has changed meanwhile. */
export async function disable(dir: string | undefined): Promise<void> {
  const mountPoint = chosen(dir);
  const services = allServices().filter((service) => service.isEnabled(mountPoint));
  if (services.length === 0) {
    print(text.notEnabled({ folder: mountPoint }));
    return;
  }
  for (const service of services) service.disable(mountPoint);
  print(text.disabled({ folder: mountPoint }));
  const stays = mountOnFolder(await runningMounts(), mountPoint) !== undefined;
  if (stays) print(text.staysMounted({ folder: mountPoint }));
}

function systemService(): Service {
  if (process.platform === 'darwin') return launchAgentService;
  return hasSystemd() ? systemdService : autostartService;
}

function allServices(): readonly Service[] {
  return process.platform === 'darwin' ? [launchAgentService] : [systemdService, autostartService];
}

/** The folder of an account that was mounted before: only of such a one is known what to mount. */
function chosen(dir: string | undefined): string {
  const folders = knownAccounts().flatMap(({ mountPoint }) => mountPoint ?? []);
  if (dir !== undefined) {
    const wanted = resolveMountPoint(dir);
    if (folders.includes(wanted)) return wanted;
    throw new CommandError(EXIT.INSTANCE, text.neverMounted({ folder: wanted }), text.mountFirst());
  }
  const [only, second] = folders;
  if (only === undefined) {
    throw new CommandError(EXIT.INSTANCE, text.noneKnown(), text.mountFirst());
  }
  if (second === undefined) return only;
  throw new CommandError(EXIT.USAGE, text.whichFolder({ folders: folders.join(', ') }));
}
