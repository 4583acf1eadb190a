/** What makes a mount come with the login and go with the logout, by the means of the system. */

export interface Service {
  /** How it is called in messages: `systemd`, `autostart`, `launchd`. */
  readonly kind: 'systemd' | 'autostart' | 'launchd';
  /** The file that says so, for the mount on this folder. */
  file(mountPoint: string): string;
  isEnabled(mountPoint: string): boolean;
  /** @param isMounted by hand already: the service takes over at the next login. */
  enable(mountPoint: string, isMounted: boolean): void;
  /** Ends the mount where the service holds it. */
  disable(mountPoint: string): void;
}

/** What is run for a mount, without a shell. */
export function mountCommand(mountPoint: string): readonly string[] {
  return [...ownCommand(), 'mount', '--foreground', mountPoint];
}

/** Where the Debian package has it, that is a name that stays when Node.js moves. */
export function ownCommand(): readonly string[] {
  const [script = ''] = process.argv.slice(1);
  if (process.execPath.startsWith(PACKAGED)) return ['/usr/bin/nuage-mount'];
  return [process.execPath, script];
}

/** Of the Debian package. */
const PACKAGED = '/usr/lib/nuage-mount/';
