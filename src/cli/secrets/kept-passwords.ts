/** The app passwords that `login` keeps: in the desktop's keyring, else in a private file. */
import { NuageError } from '../../errors.js';
import { keychain } from './keychain.js';
import { passwordFile } from './password-file.js';
import { keyringState, secretService } from './secret-service.js';
import type { SecretOwner, SecretPlace, SecretStore } from './secret-store.js';

function keyring(): SecretStore {
  return process.platform === 'darwin' ? keychain : secretService;
}

/** @returns where it is kept now; never in two places. */
export async function keepPassword(owner: SecretOwner, password: string): Promise<SecretPlace> {
  try {
    await keyring().keep(owner, password);
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    await passwordFile.keep(owner, password);
    return 'file';
  }
  await passwordFile.forget(owner);
  return 'keyring';
}

/**
 * Undefined where none is kept.
 * @throws NuageError where it is in a keyring that does not open.
 */
export async function keptPassword(
  owner: SecretOwner,
  place: SecretPlace | undefined,
): Promise<string | undefined> {
  if (place === undefined) return undefined;
  return place === 'file' ? passwordFile.find(owner) : keyring().find(owner);
}

/** Whether {@link keptPassword} answers without a question that somebody must see and answer. */
export async function isOpen(place: SecretPlace): Promise<boolean> {
  return place === 'file' || process.platform === 'darwin' || (await keyringState()) === 'open';
}

export async function forgetPassword(owner: SecretOwner, place: SecretPlace): Promise<void> {
  await passwordFile.forget(owner);
  if (place === 'keyring') await keyring().forget(owner);
}
