/**
 * `config.toml`: keys for all accounts, and a section for each account that differs. What it does
 * not know it refuses by name: a mistyped key would silently do nothing.
 */
import fs from 'node:fs';
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { CommandError, EXIT } from '../exit-codes.js';
import { configText } from '../messages/config.js';
import { type Language, LANGUAGES } from '../messages/language.js';
import { nearest } from '../nearest.js';
import {
  CONFIG_KEY_NAMES,
  type ConfigKey,
  type ConfigValue,
  type ConfigValues,
  isConfigKey,
  keyOf,
} from './config-keys.js';
import { configPath } from './config-path.js';

export interface Config {
  readonly all: ConfigValues;
  /** By the name of the account, such as `jean.dupont@nuage03.apps.education.fr`. */
  readonly accounts: Readonly<Record<string, ConfigValues>>;
}

const ACCOUNTS = 'accounts';

/** Empty where there is no file. @throws CommandError with the key or the line to blame. */
export function readConfig(): Config {
  const file = configPath();
  return fs.existsSync(file) ? parseConfig(fs.readFileSync(file, 'utf8')) : EMPTY;
}

/** Undefined where it says nothing of it, or nothing that can be read. */
export function configuredLanguage(): Language | undefined {
  try {
    const wanted = readConfig().all.language;
    return LANGUAGES.find((language) => language === wanted);
    return;
  } catch {
    return undefined;
  }
}

const EMPTY: Config = { all: {}, accounts: {} };

/** @throws CommandError with the key or the line to blame. */
export function parseConfig(text: string): Config {
  const { [ACCOUNTS]: sections, ...all } = tableOf(text);
  const accounts: Record<string, ConfigValues> = {};
  for (const [account, section] of Object.entries(requireTable(ACCOUNTS, sections ?? {}))) {
    accounts[account] = valuesIn(requireTable(account, section), account);
  }
  return { all: valuesIn(all, undefined), accounts };
}

function tableOf(text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw refused(configText.badLine({ line: String(error.line), reason }));
  }
}

function requireTable(name: string, value: unknown): Readonly<Record<string, unknown>> {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isTable && !(value instanceof Date)) return value as Readonly<Record<string, unknown>>;
  throw refused(configText.noSection({ name }));
}

function valuesIn(
  table: Readonly<Record<string, unknown>>,
  account: string | undefined,
): ConfigValues {
  const values: Partial<Record<ConfigKey, ConfigValue>> = {};
  for (const [name, value] of Object.entries(table)) {
    values[requireKey(name, account)] = requireValue(name, value);
  }
  return values as ConfigValues;
}

/** @throws CommandError with the nearest key that there is. */
export function requireKey(name: string, account: string | undefined): ConfigKey {
  if (!isConfigKey(name)) {
    const near = nearest(name, [...CONFIG_KEY_NAMES, ACCOUNTS]);
    const hint = near === undefined ? undefined : configText.didYouMean({ key: near });
    throw new CommandError(
      EXIT.USAGE,
      configText.unknownKey({ key: name }),
      hint ?? configText.keysAre({ keys: CONFIG_KEY_NAMES.join(', ') }),
    );
  }
  if (account === undefined || keyOf(name).perAccount) return name;
  throw refused(configText.notPerAccount({ key: name, account }));
}

/** @throws CommandError with what would be one. */
export function requireValue(name: string, value: unknown): ConfigValue {
  if (!isConfigKey(name)) throw refused(configText.unknownKey({ key: name }));
  const { kind } = keyOf(name);
  // It holds nothing else.
  if (kind.holds(value)) return value as ConfigValue;
  throw refused(configText.badValue({ key: name, expected: kind.expected() }));
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.USAGE, message, configText.mend({ file: configPath() }));
}
