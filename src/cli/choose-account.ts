/** Which account is meant: by its name, by the configuration, or because there is no other. */
import { type KnownAccount, knownAccounts } from './account-folder.js';
import { readConfig } from './config/config-file.js';
import { accountName } from './config/effective.js';
import { CommandError, EXIT } from './exit-codes.js';
import { accountText as text } from './messages/accounts.js';
import { humanList } from './messages/figures.js';
import { nearest } from './nearest.js';

/** Those that `login` knows a password of. */
export function loggedIn(): readonly KnownAccount[] {
  return knownAccounts().filter(({ secret }) => secret !== undefined);
}

/** The one that is meant when none is named; undefined where that is not clear. */
export function defaultAccount(accounts = loggedIn()): KnownAccount | undefined {
  const wanted = readConfig().all.account ?? '';
  const named = accounts.find((account) => accountName(account) === wanted);
  return named ?? (accounts.length === 1 ? accounts[0] : undefined);
}

/** @throws CommandError with the accounts that there are. */
export function chooseAccount(name: string | undefined): KnownAccount {
  const accounts = loggedIn();
  const chosen =
    name === undefined
      ? defaultAccount(accounts)
      : (accounts.find((account) => accountName(account) === name) ?? onlyOf(name, accounts));
  if (chosen !== undefined) return chosen;
  const names = accounts.map((account) => accountName(account));
  if (names.length === 0) throw new CommandError(EXIT.LOGIN, text.none(), text.howToLogIn());
  const accountsAre = text.accountsAre({ names: humanList(names) });
  const isOneOfSeveral = name === undefined || accounts.some(({ user }) => user === name);
  if (isOneOfSeveral) throw new CommandError(EXIT.USAGE, text.several(), accountsAre);
  const near = nearest(name, names);
  const hint = near === undefined ? accountsAre : text.didYouMean({ name: near });
  throw new CommandError(EXIT.USAGE, text.unknown({ name }), hint);
}

/** Whose user has this name, where one account alone has. */
function onlyOf(user: string, accounts: readonly KnownAccount[]): KnownAccount | undefined {
  const found = accounts.filter((account) => account.user === user);
  return found.length === 1 ? found[0] : undefined;
}
