/**
 * The settings of GNOME, which Xfce, Cinnamon, MATE and others follow as well, by their program:
 * https://gitlab.gnome.org/GNOME/gsettings-desktop-schemas (org.gnome.system.proxy).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DESKTOP_SETTINGS_MS_MAX, GNOME_PROXY_PORT } from '../../limits.js';
import type { DesktopProxy } from './desktop.js';

const SCHEMA = 'org.gnome.system.proxy';

/** Behind the schema, `http host` for instance, as GVariant's text. */
type Settings = ReadonlyMap<string, string>;

export async function gnomeProxy(): Promise<DesktopProxy | undefined> {
  const settings = await read();
  switch (textOf(settings, 'mode')) {
    case 'auto':
      return { desktop: 'GNOME', variables: {}, unsupported: 'rules' };
    case 'manual':
      return manual(settings);
    default:
      return undefined;
  }
}

function manual(settings: Settings): DesktopProxy {
  const http = addressOf(settings, 'http');
  const isForAll = settings.get('use-same-proxy') === 'true';
  const https = addressOf(settings, 'https') || (isForAll ? http : '');
  const isSocks = `${http}${https}` === '' && textOf(settings, 'socks host') !== '';
  return {
    desktop: 'GNOME',
    variables: {
      http_proxy: http,
      https_proxy: https,
      no_proxy: stringsOf(settings.get('ignore-hosts') ?? '').join(','),
    },
    ...(isSocks ? { unsupported: 'SOCKS' } : {}),
  };
}

/** Empty where there is none. The login of the proxy for http is meant for the other as well. */
function addressOf(settings: Settings, scheme: 'http' | 'https'): string {
  const host = textOf(settings, `${scheme} host`).trim();
  if (host === '') return '';
  const port = Number(settings.get(`${scheme} port`)) || GNOME_PROXY_PORT;
  const login =
    settings.get('http use-authentication') === 'true'
      ? ['user', 'password'].map((part) =>
          encodeURIComponent(textOf(settings, `http authentication-${part}`)),
        )
      : [];
  return `http://${login.length === 0 ? '' : `${login.join(':')}@`}${host}:${port}`;
}

/** Empty where there is no GNOME. */
async function read(): Promise<Settings> {
  const options = { timeout: DESKTOP_SETTINGS_MS_MAX };
  const run = promisify(execFile)('gsettings', ['list-recursively', SCHEMA], options);
  const { stdout } = await run.catch(() => ({ stdout: '' }));
  const settings = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [, part = '', key = '', value = ''] = LINE.exec(line) ?? [];
    settings.set(`${part}${part === '' ? '' : ' '}${key}`, value);
  }
  return settings;
}

const LINE = /^org\.gnome\.system\.proxy\.?(\S*) (\S+) (.*)$/;

function textOf(settings: Settings, key: string): string {
  return stringsOf(settings.get(key) ?? '')[0] ?? '';
}

/** All strings of a GVariant in its text form, in single quotes or, with one within, in double. */
function stringsOf(text: string): readonly string[] {
  const quoted = text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g);
  return [...quoted].map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1'));
}
