/** `logout`: server and machine forget the password; the cache stays, or goes when asked. */
import fs from 'node:fs';
import { openDatabase } from '../cache/database.js';
import { databasePath } from '../cache/state-folder.js';
import { TreeStore } from '../cache/tree-store.js';
import { NuageError } from '../errors.js';
import { REVOKE_MS_MAX } from '../limits.js';
import { Logger } from '../log.js';
import { accountFolder, type KnownAccount, rememberAccount } from './account-folder.js';
import { chooseAccount } from './choose-account.js';
import { unmount } from './unmount-command.js';
import { accountName } from './config/effective.js';
import { askStatus, runningMounts } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { lockAccount } from './instance-lock.js';
import { loginOptions } from './login-command.js';
import { logoutText as text } from './messages/login.js';
import { print } from './print.js';
import { forgetPassword, keptPassword } from './secrets/kept-passwords.js';
import { askYesNo, isInteractive } from './terminal.js';

export interface LogoutArguments {
  readonly account: string | undefined;
  /** Undefined: it is asked on a terminal, and the cache stays elsewhere. */
  readonly clearCache: boolean | undefined;
  /** Changes that were not sent go with the cache. */
  readonly discardChanges: boolean;
}

export async function logout(given: LogoutArguments): Promise<void> {
  const account = chooseAccount(given.account);
  const clears = await decide(account, given);
  await endMount(account);
  await revoke(account);
  if (account.secret !== undefined) await forgetPassword(account, account.secret);
  if (clears) clear(account, given);
  else rememberAccount({ ...account, secret: undefined });
  print(text.loggedOut({ account: accountName(account) }));
  print(clears ? text.cacheCleared() : text.cacheKept());
}

/** Whether the cache goes. @throws CommandError where unsent work would go with it unasked. */
async function decide(account: KnownAccount, given: LogoutArguments): Promise<boolean> {
  const count = await pendingCount(account);
  if (given.clearCache !== undefined) {
    if (given.clearCache && count > 0 && !given.discardChanges) throw wouldLose(count);
    return given.clearCache;
  }
  if (count > 0) {
    print(text.changesStay({ count }));
    return false;
  }
  return isInteractive() && (await askYesNo(text.clearQuestion(), false));
}

function wouldLose(count: number): CommandError {
  return new CommandError(EXIT.QUEUE, text.wouldLose({ count }), text.syncFirst());
}

async function pendingCount(account: KnownAccount): Promise<number> {
  const mount = await mountOf(account);
  if (mount !== undefined) return (await askStatus(mount)).pendingCount;
  const folder = accountFolder(account.url, account.user);
  if (!fs.existsSync(databasePath(folder))) return 0;
  const unlock = lockAccount(folder);
  const db = openDatabase(folder, { logger: new Logger('logout', () => undefined) });
  try {
    return new TreeStore(db).pendingCount();
  } finally {
    db.close();
    unlock();
  }
}

async function mountOf({ url, user }: KnownAccount) {
  return (await runningMounts()).find((mount) => mount.url === url && mount.user === user);
}

/** What could not be sent stays queued, which is said at the end. */
async function endMount(account: KnownAccount): Promise<void> {
  const mount = await mountOf(account);
  if (mount === undefined) return;
  try {
    await unmount(mount.mountPoint, { lazy: false, wait: false, json: false });
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.QUEUE) throw error;
  }
}

/** That the server cannot be told is no reason to keep the password here. */
async function revoke(account: KnownAccount): Promise<void> {
  const { url, user, caFile, allowInsecure: insecure, secret } = account;
  try {
    const password = await keptPassword(account, secret);
    if (password === undefined) return;
    const { revokeAppPassword } = await import('../remote/login.js');
    const signal = AbortSignal.timeout(REVOKE_MS_MAX);
    const options = await loginOptions(url, { caFile, insecure });
    await revokeAppPassword(options, { user, password }, signal);
    print(text.revoked());
  } catch (error) {
    if (!(error instanceof NuageError) && !(error instanceof CommandError)) throw error;
    const isGone = error instanceof NuageError && error.kind === 'unauthenticated';
    print(isGone ? text.revokedBefore() : text.notRevoked({ url }));
  }
}

/** Looked at once more: the mount may have written something while it ended. */
function clear(account: KnownAccount, { discardChanges }: LogoutArguments): void {
  const folder = accountFolder(account.url, account.user);
  const unlock = lockAccount(folder);
  try {
    const db = openDatabase(folder, { logger: new Logger('logout', () => undefined) });
    const count = new TreeStore(db).pendingCount();
    db.close();
    if (count > 0 && !discardChanges) {
      rememberAccount({ ...account, secret: undefined });
      throw wouldLose(count);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  } finally {
    unlock();
  }
}
