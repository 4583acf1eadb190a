/**
 * Everything that can be configured. A key is called like its option on the command line, and holds
 * what would be typed there. To add one: a line here, its description in `messages/config.ts`.
 */
import {
  POLL_INTERVAL_MS_DEFAULT,
  RUNAWAY_SHARE_DEFAULT,
  UPLOAD_DELAY_MS_DEFAULT,
} from '../../limits.js';
import { LOG_LEVELS } from '../../log.js';
import { type configKeyText, expectedText } from '../messages/config.js';
import { LANGUAGES } from '../messages/language.js';
import { parseSize } from './sizes.js';

/** As TOML and the command line hold it. */
export type ConfigValue = string | number | boolean | readonly string[];

interface Kind {
  readonly holds: (value: unknown) => boolean;
  /** Named after a value that is none. */
  readonly expected: () => string;
  /** From words on a command line. */
  readonly parse: (text: string) => unknown;
}

interface Key<Value extends ConfigValue = ConfigValue> {
  readonly initial: Value;
  readonly kind: Kind;
  /** May stand in the section of an account, and counts for that one alone. */
  readonly perAccount: boolean;
}

const AUTO = 'auto';

const text: Kind = {
  holds: (value) => typeof value === 'string',
  expected: expectedText.text,
  parse: (typed) => typed,
};

const yesNo: Kind = {
  holds: (value) => typeof value === 'boolean',
  expected: expectedText.yesNo,
  parse: (typed) => (typed === 'true' ? true : typed === 'false' ? false : typed),
};

/** Or what is derived from the disk. */
const size: Kind = {
  holds: (value) => typeof value === 'string' && (value === AUTO || parseSize(value) !== undefined),
  expected: expectedText.size,
  parse: (typed) => typed,
};

/** Bytes per second. */
const rate: Kind = {
  holds: (value) => typeof value === 'string' && parseSize(value) !== undefined,
  expected: expectedText.rate,
  parse: (typed) => typed,
};

const texts: Kind = {
  holds: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  expected: expectedText.texts,
  parse: (typed) => typed.split(',').filter((one) => one !== ''),
};

function seconds(least: number): Kind {
  return {
    holds: (value) => typeof value === 'number' && Number.isFinite(value) && value >= least,
    expected: () => expectedText.seconds({ least }),
    parse: (typed) => (typed.trim() === '' ? typed : Number(typed)),
  };
}

const percentage: Kind = {
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 100,
  expected: expectedText.percentage,
  parse: (typed) => (typed.trim() === '' ? typed : Number(typed)),
};

function oneOf(...choices: readonly string[]): Kind {
  return {
    holds: (value) => typeof value === 'string' && choices.includes(value),
    expected: () => expectedText.oneOf({ choices: choices.join(', ') }),
    parse: (typed) => typed,
  };
}

function forAll<Value extends ConfigValue>(kind: Kind, initial: Value): Key<Value> {
  return { kind, initial, perAccount: false };
}

function forEach<Value extends ConfigValue>(kind: Kind, initial: Value): Key<Value> {
  return { kind, initial, perAccount: true };
}

/** In the order in which they are shown. */
export const CONFIG_KEYS = {
  account: forAll(text, ''),
  language: forAll(oneOf(AUTO, ...LANGUAGES), AUTO),
  notifications: forAll(yesNo, true),
  'cache-size': forEach(size, AUTO),
  'min-free': forEach(size, AUTO),
  'poll-interval': forEach(seconds(1), POLL_INTERVAL_MS_DEFAULT / 1000),
  'upload-delay': forEach(seconds(0), UPLOAD_DELAY_MS_DEFAULT / 1000),
  'upload-limit': forEach(rate, '0'),
  'download-limit': forEach(rate, '0'),
  'confirm-deletions': forEach(percentage, RUNAWAY_SHARE_DEFAULT * 100),
  'read-only': forEach(yesNo, false),
  'allow-other': forEach(yesNo, false),
  'local-names': forEach(texts, []),
  locks: forEach(yesNo, true),
  // The only type of FUSE that GLib and KDE take as remote.
  'fs-type': forEach(text, 'fuse.sshfs'),
  'log-level': forEach(oneOf(...LOG_LEVELS), 'info'),
  'log-names': forEach(yesNo, false),
} satisfies Readonly<Record<keyof typeof configKeyText, Key>>;

export type ConfigKey = keyof typeof CONFIG_KEYS;

type Widened<Value> = Value extends string
  ? string
  : Value extends number
    ? number
    : Value extends boolean
      ? boolean
      : readonly string[];

export type ValueOf<Name extends ConfigKey> = Widened<(typeof CONFIG_KEYS)[Name]['initial']>;

/** What one section of the file says. */
export type ConfigValues = { readonly [Name in ConfigKey]?: ValueOf<Name> | undefined };

export const CONFIG_KEY_NAMES = Object.keys(CONFIG_KEYS) as readonly ConfigKey[];

export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(CONFIG_KEYS, name);
}

/** Of whatever type: what it holds is only known by its kind. */
export function keyOf(name: ConfigKey): Key {
  return CONFIG_KEYS[name];
}
