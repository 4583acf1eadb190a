/** Whether the servers still take the passwords that are kept, each tried once: servers count. */
import { NuageError } from '../../errors.js';
import { type KnownAccount, knownAccounts } from '../account-folder.js';
import { accountName } from '../config/effective.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { loginOptions } from '../login-command.js';
import { doctorText as text } from '../messages/doctor.js';
import { isOpen, keptPassword } from '../secrets/kept-passwords.js';
import { checkLogin } from '../server-connection.js';
import { type Examined, examined, failure, type Finding, ok, warning } from './finding.js';

/** Of the accounts that are logged in; who mounts with a password of their own keeps it. */
export async function examineLogins(): Promise<Examined> {
  const found = new Map<string, readonly Finding[]>();
  for (const account of knownAccounts()) {
    if (account.secret === undefined) continue;
    found.set(accountName(account), await examineLogin(account));
  }
  return examined(found);
}

async function examineLogin(account: KnownAccount): Promise<readonly Finding[]> {
  const name = accountName(account);
  const { url, user, caFile, allowInsecure } = account;
  try {
    if (account.secret !== undefined && !(await isOpen(account.secret))) return [closed(name)];
    const password = await keptPassword(account, account.secret);
    if (password === undefined) {
      return [failure('login', text.noPassword({ account: name }), text.logInAgain())];
    }
    const insecure = allowInsecure;
    const options = await loginOptions(url, { caFile, insecure });
    await checkLogin({ ...options, user, password });
    return [ok('login', text.loginGood({ account: name }))];
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.LOGIN) {
      return [failure('login', text.passwordRefused({ account: name }), text.logInAgain())];
    }
    // That the server cannot be asked is said where it is looked at.
    if (error instanceof CommandError) return [];
    if (!(error instanceof NuageError)) throw error;
    return [closed(name)];
  }
}

function closed(account: string): Finding {
  return warning('login', text.keyringClosed({ account }), text.unlockKeyring());
}
