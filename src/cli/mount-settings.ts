/** From what was typed to what a mount needs to know. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { knownAccounts } from './account-folder.js';
import { CommandError, EXIT } from './exit-codes.js';
import { humanList } from './messages/figures.js';
import { generalText } from './messages/general.js';
import { mountUsageText as text } from './messages/mount.js';
import { resolveMountPoint } from './mount-point.js';
import { canonicalUrl } from './server-url.js';
import type { MountSettings } from './settings.js';

export interface MountArguments {
  readonly dir: string;
  readonly server: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly foreground: boolean;
  readonly allowOther: boolean;
  readonly readOnly: boolean;
  readonly fsType: string;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly cacheSize: string | undefined;
  readonly minFree: string | undefined;
  readonly pollInterval: number;
  readonly uploadDelay: number;
  readonly logLevel: string | undefined;
}

/** @throws CommandError for what makes no sense. */
export function mountSettings(args: MountArguments): MountSettings {
  const mountPoint = resolveMountPoint(args.dir);
  const logLevel = parseLevel(args.logLevel);
  return {
    mountPoint,
    ...account(args, mountPoint),
    allowOther: args.allowOther,
    readOnly: args.readOnly,
    subtype: parseType(args.fsType),
    caFile: certificates(args.caFile),
    allowInsecure: args.insecure,
    cacheBytesMax: parseSize(args.cacheSize),
    freeBytesMin: parseSize(args.minFree),
    pollIntervalMs: seconds('--poll-interval', args.pollInterval, 1),
    uploadDelayMs: seconds('--upload-delay', args.uploadDelay, 0),
    logLevel: logLevel ?? 'info',
    terminalLevel: args.foreground ? (logLevel ?? 'warn') : undefined,
  };
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

function parseLevel(given: string | undefined): LogLevel | undefined {
  const level = LOG_LEVELS.find((known) => known === given);
  if (level !== undefined || given === undefined) return level;
  throw new CommandError(
    EXIT.USAGE,
    text.noLogLevel({ level: given }),
    text.thereAre({ list: LOG_LEVELS.join(', ') }),
  );
}

function seconds(option: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value * 1000;
  const told = text.secondsAtLeast({ option, least });
  throw new CommandError(EXIT.USAGE, told, generalText.seeHelp());
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `10G`, `500M`, `1.5 GiB`; units are powers of 1024. */
function parseSize(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])i?)?B?$/i.exec(given.trim()) ?? [];
  const bytes = UNIT_BYTES[unit?.toUpperCase() ?? ''];
  if (number !== undefined && bytes !== undefined) return Math.floor(Number(number) * bytes);
  throw new CommandError(EXIT.USAGE, text.noSize({ size: given }), text.sizeExample());
}
