/** What counts in the end, and who says so: the command line before the file before the default. */
import type { Config } from './config-file.js';
import {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValue,
  type ConfigValues,
  type ValueOf,
} from './config-keys.js';

export type Origin = 'default' | 'file' | 'account' | 'command-line';

export interface Effective<Value extends ConfigValue = ConfigValue> {
  readonly value: Value;
  readonly origin: Origin;
}

export interface ConfigSources {
  readonly config: Config;
  /** Whose section counts. */
  readonly account: string | undefined;
  readonly typed: ConfigValues;
}

export function effective<Name extends ConfigKey>(
  name: Name,
  { config, account, typed }: ConfigSources,
): Effective<ValueOf<Name>> {
  const section = account === undefined ? undefined : config.accounts[account];
  const candidates: readonly (readonly [Origin, ConfigValues | undefined])[] = [
    ['command-line', typed],
    ['account', section],
    ['file', config.all],
  ];
  for (const [origin, values] of candidates) {
    const value = values?.[name];
    if (value !== undefined) return { value, origin };
  }
  // The table has a value of the type that it gives the key.
  return { value: CONFIG_KEYS[name].initial as ValueOf<Name>, origin: 'default' };
}

/** As it is written in the configuration: without the scheme, with the user. */
export function accountName({
  url,
  user,
}: {
  readonly url: string;
  readonly user: string;
}): string {
  return `${user}@${url.replace(/^https?:\/\//, '')}`;
}
