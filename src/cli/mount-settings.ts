/** From what was typed to what a mount needs to know. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { type KnownAccount, knownAccounts } from './account-folder.js';
import { chooseAccount, defaultAccount, loggedIn } from './choose-account.js';
import { readConfig } from './config/config-file.js';
import { type ConfigKey, type ConfigValues, keyOf, type ValueOf } from './config/config-keys.js';
import { accountName, effective } from './config/effective.js';
import { parseSize } from './config/sizes.js';
import { CommandError, EXIT } from './exit-codes.js';
import { humanList } from './messages/figures.js';
import { generalText } from './messages/general.js';
import { mountUsageText as text } from './messages/mount.js';
import { resolveMountPoint } from './mount-point.js';
import { nearest } from './nearest.js';
import { OTHER_COMMANDS } from './command-names.js';
import { serverOf } from './server-choice.js';
import type { MountSettings } from './settings.js';

/** What is undefined was not typed. */
export interface MountArguments {
  readonly dir: string;
  /** By its name, such as `jean@nuage03.apps.education.fr`. */
  readonly account: string | undefined;
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
  readonly confirmDeletions: number | undefined;
  readonly pollInterval: number | undefined;
  readonly uploadDelay: number | undefined;
  readonly uploadLimit: string | undefined;
  readonly downloadLimit: string | undefined;
  readonly logLevel: string | undefined;
  readonly logNames: boolean | undefined;
}

/** @throws CommandError for what makes no sense, typed or configured. */
export function mountSettings(args: MountArguments): MountSettings {
  refuseMistyped(args.dir);
  const mountPoint = resolveMountPoint(args.dir);
  const { url, user, caFile, allowInsecure } = account(args, mountPoint);
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
    caFile: certificates(args.caFile) ?? caFile,
    allowInsecure: args.insecure || allowInsecure,
    cacheBytesMax: parseSize(valueOf('cache-size')),
    freeBytesMin: parseSize(valueOf('min-free')),
    confirmShare: valueOf('confirm-deletions') / 100,
    pollIntervalMs: valueOf('poll-interval') * 1000,
    uploadDelayMs: valueOf('upload-delay') * 1000,
    limits: {
      uploadBytesPerSecond: parseSize(valueOf('upload-limit')) ?? 0,
      downloadBytesPerSecond: parseSize(valueOf('download-limit')) ?? 0,
    },
    localNames: valueOf('local-names'),
    locks: valueOf('locks'),
    notifications: valueOf('notifications'),
    logLevel: levelOf(valueOf('log-level')) ?? 'info',
    logNames: valueOf('log-names'),
    terminalLevel: args.foreground ? (levelOf(typed['log-level']) ?? 'warn') : undefined,
    typed,
  };
}

/** @throws CommandError for a value that its key does not take. */
function typedIn(args: MountArguments): ConfigValues {
  const given: ConfigValues = {
    'cache-size': args.cacheSize,
    'min-free': args.minFree,
    'confirm-deletions': args.confirmDeletions,
    'poll-interval': args.pollInterval,
    'upload-delay': args.uploadDelay,
    'upload-limit': args.uploadLimit,
    'download-limit': args.downloadLimit,
    'fs-type': args.fsType,
    'log-level': args.logLevel,
    'log-names': args.logNames,
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

/** `nuage-mount statsu` means no folder of that name, unless there is one. */
function refuseMistyped(dir: string): void {
  const meant = fs.existsSync(dir) || dir.includes('/') ? undefined : nearest(dir, OTHER_COMMANDS);
  if (meant === undefined) return;
  throw new CommandError(
    EXIT.USAGE,
    text.noCommand({ command: dir }),
    text.didYouMean({ command: meant, folder: `./${dir}` }),
  );
}

type WhichAccount = Pick<KnownAccount, 'url' | 'user' | 'caFile' | 'allowInsecure'>;

/** As given; what is left out is what was mounted there the last time, or who is logged in. */
function account(args: MountArguments, mountPoint: string): WhichAccount {
  const { server, user, insecure } = args;
  if (args.account !== undefined) return chooseAccount(args.account);
  const url = server === undefined ? undefined : serverOf(server, { allowInsecure: insecure });
  const fitting = knownAccounts().filter(
    (known) => (url ?? known.url) === known.url && (user ?? known.user) === known.user,
  );
  const there = fitting.filter((known) => known.mountPoint === mountPoint);
  const [only, ...others] = there.length > 0 || url !== undefined ? there : loggedIn();
  if (url !== undefined && user !== undefined && user !== '') {
    return fitting[0] ?? { url, user, caFile: undefined, allowInsecure: false };
  }
  const usual =
    there.length > 0 ? undefined : defaultAccount(fitting.filter(({ secret }) => secret));
  const chosen = usual ?? (others.length === 0 ? only : undefined);
  if (chosen !== undefined) return chosen;
  const names = [only, ...others].filter((known) => known !== undefined).map(accountName);
  throw new CommandError(
    EXIT.USAGE,
    names.length === 0
      ? text.whichAccount({ folder: mountPoint })
      : text.whichOf({ accounts: humanList(names) }),
    names.length === 0 ? text.logInFirst() : text.nameAccount({ name: names[0] ?? '' }),
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
