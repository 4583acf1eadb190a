/** The configuration: what is read, what is refused, what counts, and how it is changed. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configuredLanguage, parseConfig, readConfig } from '../../src/cli/config/config-file.js';
import { CONFIG_KEY_NAMES, keyOf } from '../../src/cli/config/config-keys.js';
import { configPath } from '../../src/cli/config/config-path.js';
import {
  type Change,
  changeConfig,
  tomlLine,
  writeConfig,
} from '../../src/cli/config/edit-config.js';
import { accountName, effective } from '../../src/cli/config/effective.js';
import { CommandError } from '../../src/cli/exit-codes.js';
import { nearest } from '../../src/cli/nearest.js';
import { Home } from './command.js';

// The command is several processes, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-config-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true });
});

/** The file with this text, after the change. */
function changed(text: string, change: Change): string {
  writeConfig(text);
  changeConfig(change);
  return fs.readFileSync(configPath(), 'utf8');
}

const JEAN = 'jean@a.fr';

describe('a configuration', () => {
  it('lies under XDG_CONFIG_HOME, and is empty where there is none', () => {
    expect(configPath()).toBe(path.join(folder, 'nuage-mount', 'config.toml'));
    expect(readConfig()).toEqual({ all: {}, accounts: {} });
    expect(configuredLanguage()).toBeUndefined();
  });

  it('has keys for all accounts, and sections for those that differ', () => {
    const text = `language = "fr"\npoll-interval = 60\n[accounts."${JEAN}"]\npoll-interval = 10\n`;
    expect(parseConfig(text)).toEqual({
      all: { language: 'fr', 'poll-interval': 60 },
      accounts: { [JEAN]: { 'poll-interval': 10 } },
    });
  });

  it.each([
    ['cache-sise = "10G"', /knows no key cache-sise/, /Did you mean cache-size\?/],
    ['pol-interval = 3', /knows no key pol-interval/, /Did you mean poll-interval\?/],
    ['zzz = 1', /knows no key zzz/, /There are: account, language/],
    ['cache-size = 10', /cache-size takes a size/, /--edit/],
    ['cache-size = "much"', /cache-size takes a size/, /--edit/],
    ['notifications = "yes"', /notifications takes true or false/, /--edit/],
    ['poll-interval = 0.5', /poll-interval takes seconds, at least 1/, /--edit/],
    ['poll-interval = nan', /poll-interval takes seconds/, /--edit/],
    ['local-names = "x"', /local-names takes a list/, /--edit/],
    ['language = "de"', /language takes one of auto, en, fr/, /--edit/],
    ['a = \n', /Line 1 of the configuration cannot be read: \S/, /--edit/],
    ['\n\nx = [', /Line 3 /, /--edit/],
    ['accounts = 3', /accounts in a form/, /--edit/],
    [`accounts."${JEAN}" = 3`, /jean@a.fr in a form/, /--edit/],
    [`[accounts."${JEAN}"]\nlanguage = "fr"`, /language counts for all accounts/, /--edit/],
    [`[accounts."${JEAN}"]\ncache = "1G"`, /knows no key cache/, /There are|Did you mean/],
  ])('is refused as %j, with what to do', (text, told, hint) => {
    let refusal: unknown;
    try {
      parseConfig(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CommandError);
    expect(refusal).toMatchObject({
      message: expect.stringMatching(told) as string,
      hint: expect.stringMatching(hint) as string,
      exitCode: 2,
    });
  });

  it('takes the default of each key as its value', () => {
    for (const name of CONFIG_KEY_NAMES) {
      const { initial, kind } = keyOf(name);
      expect(kind.holds(initial), name).toBe(true);
      expect(parseConfig(tomlLine(name, initial)).all).toEqual({ [name]: initial });
    }
  });
});

describe('what counts', () => {
  const config = {
    all: { 'poll-interval': 60, 'cache-size': '5G' },
    accounts: { [JEAN]: { 'poll-interval': 10 } },
  };

  it.each([
    [{ account: JEAN, typed: { 'poll-interval': 3 } }, 3, 'command-line'],
    [{ account: JEAN, typed: {} }, 10, 'account'],
    [{ account: 'anne@a.fr', typed: {} }, 60, 'file'],
    [{ account: undefined, typed: {} }, 60, 'file'],
  ])('for %j is %d, by the %s', (given, value, origin) => {
    expect(effective('poll-interval', { config, ...given })).toEqual({ value, origin });
  });

  it('is the default where nobody says anything', () => {
    const sources = { config, account: JEAN, typed: {} };
    expect(effective('upload-delay', sources)).toEqual({ value: 2, origin: 'default' });
  });

  it('goes by the name of the account, in which a port and a path count', () => {
    expect(accountName({ url: 'https://a.fr', user: 'jean' })).toBe(JEAN);
    const url = 'http://127.0.0.1:8080/nuage';
    expect(accountName({ url, user: 'jean' })).toBe('jean@127.0.0.1:8080/nuage');
  });
});

describe('a change', () => {
  const TEXT = `# mine
language = "fr" # really

[accounts."${JEAN}"]
# quick
poll-interval = 10
`;

  it('of a key replaces its line and nothing else', () => {
    expect(changed(TEXT, { key: 'language', value: 'en', account: undefined })).toBe(
      TEXT.replace('language = "fr" # really', 'language = "en"'),
    );
    expect(changed(TEXT, { key: 'poll-interval', value: 20, account: JEAN })).toBe(
      TEXT.replace('= 10', '= 20'),
    );
  });

  it('adds a key to its section, and a section where there is none', () => {
    const all = changed(TEXT, { key: 'poll-interval', value: 30, account: undefined });
    expect(all).toBe(TEXT.replace('really\n', 'really\npoll-interval = 30\n'));
    const section = changed(TEXT, { key: 'cache-size', value: '1G', account: 'anne@b.fr' });
    expect(section).toBe(`${TEXT}\n[accounts."anne@b.fr"]\ncache-size = "1G"\n`);
    expect(changed('', { key: 'cache-size', value: '1G', account: undefined })).toBe(
      'cache-size = "1G"\n',
    );
  });

  it('takes a key away, a list of several lines as well', () => {
    const text = 'local-names = [\n  "*.a",\n  "*.b",\n]\nnotifications = false\n';
    const change = { key: 'local-names', value: undefined, account: undefined } as const;
    expect(changed(text, change)).toBe('notifications = false\n');
    expect(changed(TEXT, { key: 'language', value: undefined, account: JEAN })).toBe(TEXT);
  });

  it('is written whole, and not at all into a file that is broken', () => {
    changeConfig({ key: 'local-names', value: ['*.aux'], account: JEAN });
    expect(readConfig().accounts).toEqual({ [JEAN]: { 'local-names': ['*.aux'] } });
    fs.writeFileSync(configPath(), 'broken');
    const change = { key: 'language', value: 'fr', account: undefined } as const;
    expect(() => changeConfig(change)).toThrow(/Line 1/);
    expect(fs.readFileSync(configPath(), 'utf8')).toBe('broken');
  });
});

describe('the nearest word', () => {
  it.each([
    ['statsu', 'status'],
    ['umnount', 'unmount'],
    ['Sync', 'sync'],
    ['xyz', undefined],
    ['', undefined],
  ])('to %s is %s', (typed, near) => {
    expect(nearest(typed, ['status', 'unmount', 'sync', 'pin'])).toBe(near);
  });
});

describe('the command', () => {
  it('shows every key with where its value comes from, sets one, and speaks that language', async () => {
    const home = new Home();
    try {
      const first = await home.run(['config', '--show']);
      expect(first).toMatchObject({ code: 0, stderr: '' });
      for (const name of CONFIG_KEY_NAMES) {
        expect(first.stdout).toMatch(new RegExp(`^${name} = .*# default$`, 'm'));
      }
      const set = await home.run(['config', 'language', 'fr']);
      expect(set).toMatchObject({ code: 0, stdout: 'language is now fr.\n' });
      const shown = await home.run(['config']);
      expect(shown.stdout).toMatch(/^language = "fr" +# ce fichier$/m);
      expect((await home.run(['config', '--path'])).stdout).toBe(
        `${home.at('.config', 'nuage-mount', 'config.toml')}\n`,
      );
      const wrong = await home.run(['config', 'cache-size', 'beaucoup']);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toMatch(/cache-size prend une taille/);
      const edited = await home.run(['config', '--edit'], { env: { EDITOR: 'sed -i s/fr/xx/' } });
      expect(edited).toMatchObject({ code: 2 });
      expect(edited.stderr).toMatch(/language prend l’un de auto, en, fr/);
    } finally {
      await home.close();
    }
  });
});
