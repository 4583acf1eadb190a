/** `accounts`: those that are known here, and which of them is meant when none is named. */
import { type KnownAccount, knownAccounts } from './account-folder.js';
import { chooseAccount, defaultAccount } from './choose-account.js';
import { changeConfig } from './config/edit-config.js';
import { accountName } from './config/effective.js';
import { runningMounts } from './control-client.js';
import { accountText as text } from './messages/accounts.js';
import { print, printJson } from './print.js';

export interface AccountsOptions {
  readonly default: string | undefined;
  readonly json: boolean;
}

export async function accounts(options: AccountsOptions): Promise<void> {
  if (options.default !== undefined) {
    const value = accountName(chooseAccount(options.default));
    changeConfig({ key: 'account', value, account: undefined });
    print(text.isDefault({ name: value }));
    return;
  }
  const rows = await known();
  if (options.json) printJson(rows);
  else if (rows.length === 0) print(`${text.none()} ${text.howToLogIn()}`);
  else for (const row of rows) print(line(row));
}

interface Row {
  readonly name: string;
  readonly url: string;
  readonly user: string;
  readonly loggedIn: boolean;
  readonly isDefault: boolean;
  /** Null where it is not mounted now. */
  readonly mountPoint: string | null;
}

async function known(): Promise<readonly Row[]> {
  const mounts = await runningMounts();
  const usual = defaultAccount();
  return knownAccounts().map((account: KnownAccount) => {
    const { url, user, secret } = account;
    const mount = mounts.find((one) => one.url === url && one.user === user);
    return {
      name: accountName(account),
      url,
      user,
      loggedIn: secret !== undefined,
      isDefault: usual !== undefined && accountName(usual) === accountName(account),
      mountPoint: mount?.mountPoint ?? null,
    };
  });
}

function line({ name, loggedIn, isDefault, mountPoint }: Row): string {
  const facts = [
    loggedIn ? text.loggedIn() : text.loggedOut(),
    ...(mountPoint === null ? [] : [text.mountedOn({ folder: mountPoint })]),
    ...(isDefault ? [text.usual()] : []),
  ];
  return `${name} (${facts.join(', ')})`;
}
