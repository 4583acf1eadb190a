/** Which proxy leads to a server, by the variables that other programs follow as well. */
import { BlockList, isIP } from 'node:net';
import { NuageError } from '../../errors.js';
import { isLoopback } from '../../remote/server-address.js';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the server, unless `NO_PROXY` names its host; in
 * lower case as well, which counts first. Never for this machine itself.
 * @throws kind `invalid-argument`.
 */
export function proxyFor(server: string, variables: Variables): URL | undefined {
  const { protocol, hostname, port } = new URL(server);
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const given = variable(variables, name).trim();
  if (given === '' || isLoopback(hostname)) return undefined;
  const host = { hostname, port: port === '' ? DEFAULT_PORTS[protocol] : port };
  if (isExempt(host, variable(variables, 'no_proxy'))) return undefined;
  return parse(given, name.toUpperCase());
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function variable(variables: Variables, name: string): string {
  return variables[name] ?? variables[name.toUpperCase()] ?? '';
}

interface Host {
  readonly hostname: string;
  readonly port: string | undefined;
}

/** `*`, `example.org` with all below it, `.example.org`, `example.org:8443`, `10.0.0.0/8`. */
function isExempt({ hostname, port }: Host, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = '', only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (entry === '*' || isInside(hostname, entry)) return true;
      if (name === '' || (only !== undefined && only !== port)) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

/** Of addresses: what is given by its name is not looked up for this. */
function isInside(hostname: string, network: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const [base = '', length = ''] = network.split('/');
  const family = isIP(address);
  const prefix = Number(length);
  if (family === 0 || isIP(base) !== family || length === '') return false;
  if (!(prefix >= 0 && prefix <= (family === 4 ? 32 : 128))) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, prefix, kind);
  return list.check(address, kind);
}

/** `http://` is assumed. The text is not repeated: it may hold a password. */
function parse(text: string, name: string): URL {
  const details = { hint: 'Write it as http://HOST:PORT, or take it away.' };
  let url: URL | undefined;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    decodeURIComponent(url.username + url.password);
  } catch {
    throw new NuageError('invalid-argument', `${name} is no address of a proxy`, details);
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new NuageError('invalid-argument', `${name} names no HTTP proxy`, details);
}
