/** The proxy that the desktop's settings name, where the environment names none. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProxy } from '../../src/cli/proxy/find.js';

const SERVER = 'https://nuage.example.org';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-proxy-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** What the real program prints, with these in place of its defaults. */
function gnome(changed: Readonly<Record<string, string>>): void {
  const settings: Record<string, string> = {
    'proxy autoconfig-url': "''",
    'proxy ignore-hosts': "['localhost', '127.0.0.0/8', '::1']",
    'proxy mode': "'none'",
    'proxy use-same-proxy': 'true',
    'proxy.http authentication-password': "''",
    'proxy.http authentication-user': "''",
    'proxy.http enabled': 'false',
    'proxy.http host': "''",
    'proxy.http port': '8080',
    'proxy.http use-authentication': 'false',
    'proxy.https host': "''",
    'proxy.https port': '0',
    'proxy.socks host': "''",
    'proxy.socks port': '0',
    ...changed,
  };
  const lines = Object.entries(settings).map(([key, value]) => `org.gnome.system.${key} ${value}`);
  fs.writeFileSync(path.join(folder, 'settings'), `${lines.join('\n')}\n`);
  const program = `#!/bin/sh\ntest "$*" = 'list-recursively org.gnome.system.proxy' || exit 1\n`;
  const file = path.join(folder, 'gsettings');
  fs.writeFileSync(file, `${program}cat '${folder}/settings'\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
}

describe('the settings of GNOME', () => {
  const manual = { 'proxy mode': "'manual'", 'proxy.http host': "'http.example'" };

  it.each([
    ['none, whatever stands beside', { ...manual, 'proxy mode': "'none'" }, undefined],
    ['the one for all', manual, 'http://http.example:8080/'],
    ['none for https', { ...manual, 'proxy use-same-proxy': 'false' }, undefined],
    [
      'that for https',
      { ...manual, 'proxy.https host': "'s.example'", 'proxy.https port': '3128' },
      'http://s.example:3128/',
    ],
    [
      'none for a host to ignore',
      { ...manual, 'proxy ignore-hosts': "['*.example.org']" },
      undefined,
    ],
    ['none to ignore', { ...manual, 'proxy ignore-hosts': '@as []' }, 'http://http.example:8080/'],
    [
      'a login',
      {
        ...manual,
        'proxy.http use-authentication': 'true',
        'proxy.http authentication-user': "'zoé'",
        'proxy.http authentication-password': '"a\'b@c"',
      },
      "http://zo%C3%A9:a'b%40c@http.example:8080/",
    ],
  ])('name %s', async (_, changed, expected) => {
    gnome(changed);
    const { proxy, unsupported } = await findProxy(SERVER, {});
    expect(unsupported).toBeUndefined();
    expect(proxy?.href.replace('%27', "'")).toBe(expected);
  });

  it('name the desktop as where it comes from, unless the environment speaks', async () => {
    gnome(manual);
    expect(await findProxy(SERVER, {})).toMatchObject({ source: 'GNOME' });
    const spoken = await findProxy(SERVER, { https_proxy: 'http://env.example:1' });
    expect(spoken).toMatchObject({ source: 'environment' });
    expect(spoken.proxy?.host).toBe('env.example:1');
    expect((await findProxy(SERVER, { HTTPS_PROXY: '' })).proxy).toBeUndefined();
    expect((await findProxy(SERVER, { NO_PROXY: 'example.org' })).proxy).toBeUndefined();
    expect((await findProxy('http://127.0.0.1:8080', {})).proxy).toBeUndefined();
  });

  it.each([
    ['a script', { 'proxy mode': "'auto'", 'proxy autoconfig-url': "'http://wpad/p'" }, 'rules'],
    ['SOCKS', { 'proxy mode': "'manual'", 'proxy.socks host': "'s.example'" }, 'SOCKS'],
  ])('are not followed where they name %s, which is told', async (_, changed, unsupported) => {
    gnome(changed);
    expect(await findProxy(SERVER, {})).toMatchObject({ proxy: undefined, unsupported });
  });
});

describe('the settings of Plasma', () => {
  function plasma(...lines: readonly string[]) {
    const text = [
      '[Other]',
      'ProxyType=3',
      '',
      '[Proxy Settings][x]',
      '[Proxy Settings]',
      ...lines,
    ];
    fs.writeFileSync(path.join(folder, 'kioslaverc'), `${text.join('\n')}\n`);
    return findProxy(SERVER, { XDG_CURRENT_DESKTOP: 'KDE', XDG_CONFIG_HOME: folder });
  }
  const by = ['httpProxy=http://h.example 8080', 'httpsProxy[$e]=http://s.example 3128'];

  it('name one by hand, with whom it is not for', async () => {
    const found = await plasma('ProxyType=1', ...by, 'NoProxyFor=localhost,.example.net');
    expect(found).toMatchObject({ source: 'Plasma' });
    expect(found.proxy?.host).toBe('s.example:3128');
    const exempt = await plasma('ProxyType=1', ...by, 'NoProxyFor=localhost, .example.org');
    expect(exempt.proxy).toBeUndefined();
  });

  it.each(['ProxyType=0', 'ProxyType=4', ''])('name none: %s', async (type) => {
    expect((await plasma(type, ...by)).proxy).toBeUndefined();
  });

  it.each([
    ['rules', ['ProxyType=2']],
    ['rules', ['ProxyType=3']],
    ['rules', ['ProxyType=1', ...by, 'ReversedException=true']],
    ['SOCKS', ['ProxyType=1', 'socksProxy=socks://s.example 1080']],
  ])('are not followed where they have %s, which is told: %j', async (unsupported, lines) => {
    expect(await plasma(...lines)).toMatchObject({ proxy: undefined, unsupported });
  });

  it('are those of a session that does not say its desktop, where GNOME has none', async () => {
    gnome({});
    await plasma('ProxyType=1', ...by);
    const { source, proxy } = await findProxy(SERVER, { XDG_CONFIG_HOME: folder });
    expect({ source, host: proxy?.host }).toEqual({ source: 'Plasma', host: 's.example:3128' });
    const other = { XDG_CONFIG_HOME: folder, XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' };
    expect((await findProxy(SERVER, other)).proxy).toBeUndefined();
  });
});
