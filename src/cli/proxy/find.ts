/** Which proxy leads to a server: the environment says it, else the settings of the desktop. */
import { isLoopback } from '../../remote/server-address.js';
import { type DesktopProxy, desktopProxy } from './desktop.js';
import { proxyFor, type Variables } from './environment.js';

export interface FoundProxy {
  /** Undefined: the server is reached directly. */
  readonly proxy: URL | undefined;
  readonly source: 'environment' | DesktopProxy['desktop'];
  /** What the desktop has instead, which we do not follow. */
  readonly unsupported?: DesktopProxy['unsupported'];
}

/** Set, even to nothing, they are the user's word. */
const VARIABLES = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'] as const;

/** @throws kind `invalid-argument` for what is no address of a proxy. */
export async function findProxy(server: string, variables: Variables): Promise<FoundProxy> {
  const isSaid = VARIABLES.some((name) => variables[name] !== undefined);
  const isHere = isLoopback(new URL(server).hostname);
  const desktop = isSaid || isHere ? undefined : await desktopProxy(variables);
  if (desktop === undefined) {
    return { proxy: proxyFor(server, variables), source: 'environment' };
  }
  const { unsupported, desktop: source } = desktop;
  // What the environment exempts is exempt here as well.
  const exempt = [desktop.variables['no_proxy'], variables['no_proxy'] ?? variables['NO_PROXY']];
  const said = { ...desktop.variables, no_proxy: exempt.join(',') };
  return { proxy: proxyFor(server, said), source, unsupported };
}
