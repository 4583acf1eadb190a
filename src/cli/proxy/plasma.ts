/** The settings of KDE Plasma: the group `Proxy Settings` of its file `kioslaverc`. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DesktopProxy } from './desktop.js';
import type { Variables } from './environment.js';

/** `ProxyType` of KDE's KProtocolManager; 4 is the environment, which is asked before. */
const BY_HAND = '1';
const BY_SCRIPT = '2';
const DISCOVERED = '3';

export function plasmaProxy(environment: Variables): DesktopProxy | undefined {
  const keys = read(environment);
  const type = keys.get('ProxyType');
  if (type === BY_SCRIPT || type === DISCOVERED) {
    return { desktop: 'Plasma', variables: {}, unsupported: 'rules' };
  }
  if (type !== BY_HAND) return undefined;
  const http = addressOf(keys.get('httpProxy'));
  const https = addressOf(keys.get('httpsProxy'));
  const isSocks = `${http}${https}` === '' && addressOf(keys.get('socksProxy')) !== '';
  if (isSocks) return { desktop: 'Plasma', variables: {}, unsupported: 'SOCKS' };
  // The list names those that the proxy is for, which the variables cannot say.
  if (keys.get('ReversedException') === 'true') {
    return { desktop: 'Plasma', variables: {}, unsupported: 'rules' };
  }
  const variables = { http_proxy: http, https_proxy: https, no_proxy: keys.get('NoProxyFor') };
  return { desktop: 'Plasma', variables };
}

/** The port stands behind a space: `http://proxy.example 3128`. */
function addressOf(text = ''): string {
  return text.trim().replace(/ +/, ':');
}

function read(environment: Variables): ReadonlyMap<string, string> {
  const folder = environment['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config');
  const keys = new Map<string, string>();
  let group = '';
  for (const line of linesOf(path.join(folder, 'kioslaverc'))) {
    group = /^\[(.*)\]$/.exec(line)?.[1] ?? group;
    // A mark as in `httpProxy[$e]` says how the value is to be read.
    const [, key, value = ''] = /^(\w+)(?:\[\$\w+\])?=(.*)$/.exec(line) ?? [];
    if (group === 'Proxy Settings' && key !== undefined) keys.set(key, value);
  }
  return keys;
}

function linesOf(file: string): readonly string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
