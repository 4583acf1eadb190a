/** How `login`, `logout` and `accounts` are typed: their arguments and options. */
import type { Argv } from 'yargs';
import { accountText } from '../messages/accounts.js';
import { loginText, logoutText } from '../messages/login.js';
import { mountOptionText } from '../messages/mount.js';
import { flag, json } from './arguments.js';

export function addLogin(y: Argv): Argv {
  return y
    .command('login [server]', loginText.about(), loginOptions, async (given) => {
      await (await import('../login-command.js')).login(given);
    })
    .command('logout [account]', logoutText.about(), logoutOptions, async (given) =>
      (await import('../logout-command.js')).logout(given),
    )
    .command('accounts', accountText.about(), accountsOptions, async (given) =>
      (await import('../accounts-command.js')).accounts(given),
    );
}

function loginOptions(y: Argv) {
  return y
    .positional('server', { type: 'string', describe: loginText.server() })
    .option('app-password', flag(loginText.appPassword()))
    .option('user', { type: 'string', requiresArg: true, describe: mountOptionText.user() })
    .option('ca-file', { type: 'string', requiresArg: true, describe: mountOptionText.caFile() })
    .option('insecure', flag(mountOptionText.insecure()));
}

function logoutOptions(y: Argv) {
  return y
    .positional('account', { type: 'string', describe: logoutText.account() })
    .option('clear-cache', { type: 'boolean', describe: logoutText.clearCache() })
    .option('discard-changes', flag(logoutText.discardChanges()));
}

function accountsOptions(y: Argv) {
  return json(y).option('default', {
    type: 'string',
    requiresArg: true,
    describe: accountText.default(),
  });
}
