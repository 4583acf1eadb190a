/**
 * Whether what stands on the server is what we sent: after a lost answer, or when a condition
 * fails because an earlier try of ours succeeded. Never a false conflict, never a second copy.
 */
import type { DavContext } from './dav-context.js';
import { stat } from './listing.js';
import { setModified } from './namespace.js';
import type { RemoteEntry } from './remote.js';
import { serverHash } from './server-hash.js';
import { ifFound } from './settle.js';
import { hashesOf } from './source-hash.js';
import { checksumOf, stored, type Upload, type WriteOutcome } from './write-outcome.js';

/** @returns undefined when it is not ours (yet). */
export async function adopt(
  context: DavContext,
  upload: Upload,
): Promise<WriteOutcome | undefined> {
  const entry = await ifFound(stat(context, upload.path, upload.signal));
  return entry === undefined ? undefined : adoptEntry(context, upload, entry);
}

/**
 * A checksum is only what some client claimed, so the server is asked for its own hash. Where it
 * cannot tell, the claim of exactly our SHA-256 is taken for proof.
 */
export async function adoptEntry(
  context: DavContext,
  upload: Upload,
  entry: RemoteEntry,
): Promise<WriteOutcome | undefined> {
  const { condition, signal, size, hashes } = upload;
  if (entry.isFolder || entry.size > size) return undefined;
  // Still what it was: nothing of ours has arrived.
  if (condition.kind === 'matches' && condition.etag === entry.etag) return undefined;
  const claim = checksumOf(hashes);
  const isWhole = entry.size === size;
  if (isWhole && entry.checksum.startsWith('SHA256:') && entry.checksum !== claim) return undefined;
  if (!isWhole && !mayBeCut(upload)) return undefined;
  const proven = await serverHash(context, entry, signal);
  const isOurs = proven === undefined ? entry.checksum === claim : proven === hashes.sha256;
  if (isWhole && isOurs) return withOurTime(context, upload, entry);
  if (proven === undefined) return undefined;
  if (isWhole && entry.checksum === claim) return { kind: 'torn', etag: entry.etag };
  return mayBeCut(upload)
    ? adoptBeginning(context, upload, { etag: entry.etag, proven })
    : undefined;
}

/** An overwrite is put together in the upload folder: nobody sees it before it is whole. */
function mayBeCut({ wasTried, condition }: Upload): boolean {
  return wasTried && condition.kind === 'absent';
}

/**
 * What an upload of ours has left that was cut short. A Nextcloud that keeps all files in object
 * storage writes a new file without a part file (`ObjectStoreStorage::needsPartFile`), leaves there
 * what had come when it refuses the request for its length, and lists it at the length that was
 * announced until somebody reads it, as who computes its hash does.
 * @param at what was seen there, and the server's SHA-256 of that version.
 */
async function adoptBeginning(
  context: DavContext,
  upload: Upload,
  at: { readonly etag: string; readonly proven: string },
): Promise<WriteOutcome | undefined> {
  const { path, source, signal } = upload;
  const { size, etag } = await stat(context, path, signal);
  if (size >= upload.size || etag !== at.etag) return undefined;
  const { sha256 } = await hashesOf(source, size, signal);
  return at.proven === sha256 ? { kind: 'cut', etag } : undefined;
}

/** The same bytes of somebody else: only the time is still to be sent. */
async function withOurTime(
  context: DavContext,
  upload: Upload,
  entry: RemoteEntry,
): Promise<WriteOutcome> {
  const { path, signal } = upload;
  if (entry.mtime === upload.mtime) return stored(upload, entry);
  await setModified(context, path, upload.mtime, signal);
  return stored(upload, await stat(context, path, signal));
}
