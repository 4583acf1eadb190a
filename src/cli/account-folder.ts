/**
 * Where an account's state lies on this machine, and what a mount leaves there for the commands:
 * `mount.json` while it runs, `account.json` for the next time.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensurePrivateFolder } from '../cache/state-folder.js';
import { SOCKET_PATH_BYTES_MAX } from '../limits.js';
import type { ConfigValues } from './config/config-keys.js';
import type { SecretPlace } from './secrets/secret-store.js';

export interface KnownAccount {
  /** As {@link canonicalUrl} writes it. */
  readonly url: string;
  readonly user: string;
  /** Where it is, or was mounted last. */
  readonly mountPoint: string | undefined;
  /** Where `login` keeps its password; undefined where it is logged out. */
  readonly secret: SecretPlace | undefined;
  /** How the server is reached. */
  readonly caFile: string | undefined;
  readonly allowInsecure: boolean;
}

/** What a running mount tells those who look for it. */
export interface RunningMount {
  readonly url: string;
  readonly user: string;
  readonly mountPoint: string;
  readonly pid: number;
  readonly socket: string;
  /** What its command line said of the configuration. */
  readonly typed: ConfigValues;
}

const RUNNING = 'mount.json';
const ACCOUNT = 'account.json';

/** `$XDG_DATA_HOME/nuage-mount`: one folder per account in it. */
export function stateRoot(): string {
  const data = process.env['XDG_DATA_HOME'];
  const base = data !== undefined && path.isAbsolute(data) ? data : undefined;
  return path.join(base ?? path.join(os.homedir(), '.local', 'share'), 'nuage-mount');
}

/** @param url canonical: two spellings of one address must not become two queues. */
export function accountFolder(url: string, user: string): string {
  const hash = createHash('sha256').update(`${url}\n${user}`).digest('hex').slice(0, 8);
  const { hostname } = new URL(url);
  const readable = `${user}@${hostname}`.replace(/[^\p{L}\p{N}@._-]/gu, '_');
  return path.join(stateRoot(), `${cut(readable)}-${hash}`);
}

/** A file name holds 255 bytes, and a letter takes up to four. */
function cut(readable: string): string {
  return Array.from(readable).slice(0, 48).join('');
}

export function openAccountFolder(folder: string): void {
  ensurePrivateFolder(path.dirname(folder));
  ensurePrivateFolder(folder);
}

/**
 * In the account's folder; where that path is too long for a Unix socket (108 bytes on Linux), in
 * a private folder of this user under the system's temporary one, always under the same name.
 */
export function socketPath(folder: string): string {
  const wanted = path.join(folder, 'control.sock');
  if (Buffer.byteLength(wanted) <= SOCKET_PATH_BYTES_MAX) return wanted;
  const elsewhere = path.join(os.tmpdir(), `nuage-mount-${process.getuid?.() ?? 0}`);
  ensurePrivateFolder(elsewhere);
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return path.join(elsewhere, `${hash}.sock`);
}

export function announce(
  folder: string,
  account: Omit<KnownAccount, 'secret' | 'mountPoint'> & { readonly mountPoint: string },
  { pid, socket, typed }: Pick<RunningMount, 'pid' | 'socket' | 'typed'>,
): void {
  const { url, user, mountPoint } = account;
  rememberAccount(account);
  write(path.join(folder, RUNNING), { url, user, mountPoint, pid, socket, typed });
}

/** What is not given stays as it was. */
export function rememberAccount(
  account: Partial<KnownAccount> & Pick<KnownAccount, 'url' | 'user'>,
): void {
  const folder = accountFolder(account.url, account.user);
  openAccountFolder(folder);
  write(path.join(folder, ACCOUNT), { ...known(folder), ...account });
}

export function withdraw(folder: string): void {
  fs.rmSync(path.join(folder, RUNNING), { force: true });
}

/** Undefined where nobody announced a mount; its process may be dead all the same. */
export function announced(folder: string): RunningMount | undefined {
  const { url, user, mountPoint, pid, socket, typed } = read(path.join(folder, RUNNING));
  const isWhole = isText(url) && isText(user) && isText(mountPoint) && isText(socket);
  if (!isWhole || typeof pid !== 'number') return undefined;
  // Written by a mount of this user, into a folder that is theirs alone.
  return { url, user, mountPoint, pid, socket, typed: typed ?? {} };
}

export function allAnnounced(): readonly RunningMount[] {
  return allFolders()
    .map((folder) => announced(folder))
    .filter((running) => running !== undefined);
}

/** Every account that this user has logged in or mounted on this machine. */
export function knownAccounts(): readonly KnownAccount[] {
  return allFolders()
    .map((folder) => known(folder))
    .filter((account) => account !== undefined);
}

/** Undefined for an account that is not logged in. */
export function secretPlaceOf(folder: string): SecretPlace | undefined {
  return known(folder)?.secret;
}

function known(folder: string): KnownAccount | undefined {
  const { url, user, mountPoint, secret, caFile, allowInsecure } = read(path.join(folder, ACCOUNT));
  if (!isText(url) || !isText(user)) return undefined;
  return {
    url,
    user,
    mountPoint: isText(mountPoint) ? mountPoint : undefined,
    secret: secret === 'keyring' || secret === 'file' ? secret : undefined,
    caFile: isText(caFile) ? caFile : undefined,
    allowInsecure: allowInsecure === true,
  };
}

function allFolders(): readonly string[] {
  const root = stateRoot();
  const names = fs.existsSync(root) ? fs.readdirSync(root) : [];
  return names.map((name) => path.join(root, name));
}

/** Whole or not at all: another command may read it at any time. */
function write(file: string, value: object): void {
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, JSON.stringify(value), { mode: 0o600 });
  fs.renameSync(fresh, file);
}

function read(file: string): Partial<Record<keyof RunningMount | keyof KnownAccount, unknown>> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Not there, which is the common case, or cut by a full disk: as good as not there.
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
