/** `login`: from the address of a server to an app password that is kept. */
import path from 'node:path';
import { systemClock } from '../clock.js';
import { NuageError } from '../errors.js';
import { REVOKE_MS_MAX } from '../limits.js';
import { Logger } from '../log.js';
import type { Granted, LoginOptions } from '../remote/login.js';
import { accountFolder, rememberAccount, secretPlaceOf } from './account-folder.js';
import { accountName } from './config/effective.js';
import { ask, runningMounts } from './control-client.js';
import { CommandError, connectError, EXIT } from './exit-codes.js';
import { loginText as text } from './messages/login.js';
import { passwordText } from './messages/password.js';
import { findPassword } from './password.js';
import { print } from './print.js';
import { findProxy } from './proxy/find.js';
import { quoted } from './quoted.js';
import { fileOf } from './secrets/password-file.js';
import { keepPassword, keptPassword } from './secrets/kept-passwords.js';
import { checkLogin } from './server-connection.js';
import { serverOf } from './server-choice.js';
import { askLine, isInteractive } from './terminal.js';

export interface LoginArguments {
  /** Undefined: it is asked for. */
  readonly server: string | undefined;
  readonly user: string | undefined;
  /** Made by hand in the web page; asked for instead of opening a browser. */
  readonly appPassword: boolean;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
}

export interface LoggedIn {
  readonly url: string;
  readonly user: string;
}

export async function login(given: LoginArguments): Promise<LoggedIn> {
  const url = await findServer(given);
  const options = await loginOptions(url, given);
  const granted = given.appPassword ? await typed(url, given.user) : await inBrowser(options);
  const account = { url, user: granted.user };
  const { displayName } = await checkLogin({ ...options, ...granted });
  const old = await oldPassword(account);
  const secret = await keepPassword(account, granted.password);
  // Mounts run elsewhere.
  const caFile = given.caFile === undefined ? undefined : path.resolve(given.caFile);
  const allowInsecure = given.insecure;
  rememberAccount({ ...account, secret, caFile, allowInsecure });
  print(text.loggedIn({ name: displayName, account: accountName(account) }));
  print(secret === 'keyring' ? text.inKeyring() : text.inFile({ file: fileOf(account) }));
  await tellMounts(account);
  if (old !== undefined && old !== granted.password) {
    await revokeOld(options, { ...granted, password: old });
  }
  return account;
}

/** What of a login does not change from one attempt to the next. */
export async function loginOptions(
  url: string,
  { caFile, insecure }: Pick<LoginArguments, 'caFile' | 'insecure'>,
): Promise<LoginOptions> {
  const silent = new Logger('login', () => undefined);
  try {
    const { proxy } = await findProxy(url, process.env);
    return { url, caFile, proxy, allowInsecure: insecure, logger: silent, clock: systemClock };
  } catch (error) {
    throw connectError(error, url);
  }
}

async function findServer({ server, insecure }: LoginArguments): Promise<string> {
  const options = { allowInsecure: insecure };
  if (server !== undefined) return serverOf(server, options);
  if (!isInteractive()) throw new CommandError(EXIT.USAGE, text.whichServer(), text.giveServer());
  process.stderr.write(`${text.serverHelp()}\n`);
  for (;;) {
    const answer = await askLine(text.serverQuestion());
    if (answer === '') continue;
    try {
      return serverOf(answer, options);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stderr.write(`${error.message} ${error.hint ?? ''}\n`);
    }
  }
}

async function inBrowser(options: LoginOptions): Promise<Granted> {
  const { LoginClient } = await import('../remote/login.js');
  const { logInByBrowser } = await import('./login-flow.js');
  const client = new LoginClient(options);
  try {
    return await logInByBrowser(client, options.url);
  } finally {
    await client.close();
  }
}

async function typed(url: string, given: string | undefined): Promise<Granted> {
  if (given === undefined && !isInteractive()) {
    throw new CommandError(EXIT.USAGE, text.whichUser(), text.giveUser());
  }
  process.stderr.write(`${text.howToMakeOne({ url })}\n`);
  const user = given ?? (await askLine(text.userQuestion()));
  const how = passwordText.howForLogin();
  const password = await findPassword({ user, url, file: undefined, kept: undefined, how });
  // Copied by hand: the page shows it with spaces around.
  return { user, password: password.trim() };
}

/** Undefined as well where it cannot be read any more. */
function oldPassword(account: LoggedIn): Promise<string | undefined> {
  const place = secretPlaceOf(accountFolder(account.url, account.user));
  return keptPassword(account, place).catch(() => undefined);
}

/** What nobody uses any more; most often the server has done so before. */
async function revokeOld(options: LoginOptions, old: Granted): Promise<void> {
  const { revokeAppPassword } = await import('../remote/login.js');
  const signal = AbortSignal.timeout(REVOKE_MS_MAX);
  await revokeAppPassword(options, old, signal).catch(() => undefined);
}

/** A mount that waits for a new password goes on with this one. */
async function tellMounts({ url, user }: LoggedIn): Promise<void> {
  const mounts = await runningMounts();
  for (const mount of mounts.filter((one) => one.url === url && one.user === user)) {
    try {
      await ask(mount, { op: 'login' });
      print(text.mountGoesOn({ folder: quoted(mount.mountPoint) }));
    } catch (error) {
      if (!(error instanceof NuageError)) throw error;
      print(text.mountAgain({ folder: quoted(mount.mountPoint) }));
    }
  }
}
