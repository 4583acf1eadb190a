/** From what was typed to what a mount needs to know. */
import fs from 'node:fs';
import path from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { knownAccounts } from './account-folder.js';
import { CommandError, EXIT, SEE_HELP } from './exit-codes.js';
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
      ? `Which account is to be mounted on ${mountPoint}? Give --server and --user.`
      : `Which account? ${last.map((known) => `${known.user} on ${known.url}`).join(', ')}.`,
    'For example: --server https://nuage03.apps.education.fr --user jean.dupont',
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
    throw new CommandError(EXIT.USAGE, `The file ${file} cannot be read.`, PEM);
  }
  throw new CommandError(EXIT.USAGE, `There is no certificate in ${file}.`, PEM);
}

/** `fuse.sshfs`, or `sshfs`. */
function parseType(text: string): string {
  const subtype = text.replace(/^fuse\./, '');
  if (/^[\w.+-]+$/.test(subtype)) return subtype;
  throw new CommandError(EXIT.USAGE, `${text} is no type of a file system.`, SEE_HELP);
}

const PEM = 'Give --ca-file a PEM file with the certificate of your authority.';

function parseLevel(text: string | undefined): LogLevel | undefined {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined || text === undefined) return level;
  throw new CommandError(
    EXIT.USAGE,
    `${text} is no log level.`,
    `There are: ${LOG_LEVELS.join(', ')}.`,
  );
}

function seconds(option: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value * 1000;
  throw new CommandError(EXIT.USAGE, `${option} takes seconds, at least ${least}.`, SEE_HELP);
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `10G`, `500M`, `1.5 GiB`; units are powers of 1024. */
function parseSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])i?)?B?$/i.exec(text.trim()) ?? [];
  const bytes = UNIT_BYTES[unit?.toUpperCase() ?? ''];
  if (number !== undefined && bytes !== undefined) return Math.floor(Number(number) * bytes);
  throw new CommandError(EXIT.USAGE, `${text} is no size.`, 'Write it as 500M or 10G.');
}
