/** Where there is no keyring: a file in the account's own private folder, for its owner alone. */
import fs from 'node:fs';
import path from 'node:path';
import { accountFolder, openAccountFolder } from '../account-folder.js';
import type { SecretOwner, SecretStore } from './secret-store.js';

const NAME = 'password';

export const passwordFile: SecretStore = {
  keep(owner, password) {
    openAccountFolder(accountFolder(owner.url, owner.user));
    const file = fileOf(owner);
    fs.rmSync(`${file}.new`, { force: true });
    fs.writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600, flag: 'wx' });
    fs.renameSync(`${file}.new`, file);
    return Promise.resolve();
  },

  find(owner) {
    const file = fileOf(owner);
    if (!fs.existsSync(file)) return Promise.resolve(undefined);
    return Promise.resolve(fs.readFileSync(file, 'utf8').replace(/\n$/, ''));
  },

  forget(owner) {
    fs.rmSync(fileOf(owner), { force: true });
    return Promise.resolve();
  },
};

export function fileOf({ url, user }: SecretOwner): string {
  return path.join(accountFolder(url, user), NAME);
}
