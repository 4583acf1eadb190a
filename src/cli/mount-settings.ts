/** From what was typed to what a mount needs to know. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { knownAccounts } from './account-folder.js';
import { readConfig } from './config/config-file.js';
import { type ConfigKey, type ConfigValues, keyOf, type ValueOf } from './config/config-keys.js';
import { accountName, effective } from './config/effective.js';
import { parseSize } from './config/sizes.js';
import { CommandError, EXIT } from './exit-codes.js';
import { humanList } from './messages/figures.js';
import { generalText } from './messages/general.js';
import { mountUsageText as text } from './messages/mount.js';
import { resolveMountPoint } from './mount-point.js';
import { canonicalUrl } from './server-url.js';
import type { MountSettings } from './settings.js';

/** What is undefined was not typed. */
export interface MountArguments {
  readonly dir: string;
  readonly server: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly foreground: boolean;
  readonly allowOther: boolean | undefined;
  readonly readOnly: boolean | undefined;
  readonly fsType: string | undefined;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly cacheSize: string | undefined;
  readonly minFree: string | undefined;
  readonly pollInterval: number | undefined;
  readonly uploadDelay: number | undefined;
  readonly logLevel: string | undefined;
}

/** @throws CommandError for what makes no sense, typed or configured. */
export function mountSettings(args: MountArguments): MountSettings {
  const mountPoint = resolveMountPoint(args.dir);
  const { url, user } = account(args, mountPoint);
  const typed = typedIn(args);
  const sources = { config: readConfig(), account: accountName({ url, user }), typed };
  const valueOf = <Name extends ConfigKey>(name: Name): ValueOf<Name> =>
    effective(name, sources).value;
  return {
    mountPoint,
    url,
    user,
    allowOther: valueOf('allow-other'),
    readOnly: valueOf('read-only'),
    subtype: parseType(valueOf('fs-type')),
    caFile: certificates(args.caFile),
    allowInsecure: args.insecure,
    cacheBytesMax: parseSize(valueOf('cache-size')),
    freeBytesMin: parseSize(valueOf('min-free')),
    pollIntervalMs: valueOf('poll-interval') * 1000,
    uploadDelayMs: valueOf('upload-delay') * 1000,
    localNames: valueOf('local-names'),
    logLevel: levelOf(valueOf('log-level')) ?? 'info',
    terminalLevel: args.foreground ? (levelOf(typed['log-level']) ?? 'warn') : undefined,
    typed,
  };
}

/** @throws CommandError for a value that its key does not take. */
function typedIn(args: MountArguments): ConfigValues {
  const given: ConfigValues = {
    'cache-size': args.cacheSize,
    'min-free': args.minFree,
    'poll-interval': args.pollInterval,
    'upload-delay': args.uploadDelay,
    'fs-type': args.fsType,
    'log-level': args.logLevel,
    'read-only': args.readOnly,
    'allow-other': args.allowOther,
  };
  const typed = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of typed) {
    const { kind } = keyOf(name as ConfigKey);
    if (kind.holds(value)) continue;
    const told = text.optionTakes({ option: `--${name}`, expected: kind.expected() });
    throw new CommandError(EXIT.USAGE, told, generalText.seeHelp());
  }
  return Object.fromEntries(typed);
}

/** As given; what is left out is what was mounted there the last time. */
function account(args: MountArguments, mountPoint: string): { url: string; user: string } {
  const { server, user, insecure } = args;
  const url = server === undefined ? undefined : canonicalUrl(server, { allowInsecure: insecure });
  if (url !== undefined && user !== undefined && user !== '') return { url, user };
  const last = knownAccounts().filter(
    (known) =>
      known.mountPoint === mountPoint &&
      (url === undefined || known.url === url) &&
      (user === undefined || known.user === user),
  );
  const [only, second] = last;
  if (only !== undefined && second === undefined) return { url: only.url, user: only.user };
  throw new CommandError(
    EXIT.USAGE,
    only === undefined
      ? text.whichAccount({ folder: mountPoint })
      : text.whichOf({ accounts: humanList(last.map((known) => text.accountOn(known))) }),
    text.accountExample(),
  );
}

/** Looked at here, where it is still known that the file is to blame. */
function certificates(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    if (fs.readFileSync(file, 'utf8').includes('-----BEGIN CERTIFICATE-----')) {
      return path.resolve(file);
    }
  } catch {
    throw new CommandError(EXIT.USAGE, text.certificateUnreadable({ file }), text.pem());
  }
  throw new CommandError(EXIT.USAGE, text.noCertificate({ file }), text.pem());
}

/** `fuse.sshfs`, or `sshfs`. */
function parseType(given: string): string {
  const subtype = given.replace(/^fuse\./, '');
  if (/^[\w.+-]+$/.test(subtype)) return subtype;
  throw new CommandError(EXIT.USAGE, text.noType({ type: given }), generalText.seeHelp());
}

function levelOf(value: string | undefined): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === value);
}
