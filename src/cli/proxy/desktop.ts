/**
 * The proxy of the desktop's settings, told as the variables of the environment would. Only one
 * that is given by hand: what a script decides for each address (PAC) is not followed.
 */
import { gnomeProxy } from './gnome.js';
import type { Variables } from './environment.js';
import { plasmaProxy } from './plasma.js';

export interface DesktopProxy {
  readonly desktop: 'GNOME' | 'Plasma';
  readonly variables: Variables;
  /** What it has instead, which we do not follow. */
  readonly unsupported?: 'rules' | 'SOCKS';
}

/** Undefined where the desktop has none. */
export async function desktopProxy(variables: Variables): Promise<DesktopProxy | undefined> {
  if (process.platform !== 'linux') return undefined;
  const desktop = variables['XDG_CURRENT_DESKTOP'] ?? '';
  if (/(^|:)KDE(:|$)/.test(desktop)) return plasmaProxy(variables);
  // In a session that does not say which desktop it is, whichever has one.
  return (await gnomeProxy()) ?? (desktop === '' ? plasmaProxy(variables) : undefined);
}
