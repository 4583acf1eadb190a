/** One spelling for each account's address, so that each has one state folder. */
import { NuageError } from '../errors.js';
import { pageAddress, parseServerAddress } from '../remote/server-address.js';
import { CommandError, EXIT } from './exit-codes.js';
import { mountUsageText } from './messages/mount.js';

/**
 * `Cloud.example.org/index.php/apps/files/` → `https://cloud.example.org`.
 * @throws CommandError for what is no address, or one that would send the password unprotected.
 */
export function canonicalUrl(text: string, options: { readonly allowInsecure: boolean }): string {
  try {
    const address = parseServerAddress(text, options);
    return `${address.origin.origin}${pageAddress(address, '')}`.replace(/\/$/, '');
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    throw new CommandError(
      EXIT.UNREACHABLE,
      mountUsageText.noAddress({ address: text, reason: error.message }),
      error.hint ?? mountUsageText.addressExample(),
    );
  }
}
