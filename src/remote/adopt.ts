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
  const { condition, signal } = upload;
  if (entry.isFolder || entry.size > upload.size) return undefined;
  if (entry.size < upload.size) return adoptBeginning(context, upload, entry);
  // Still what it was: nothing of ours has arrived.
  if (condition.kind === 'matches' && condition.etag === entry.etag) return undefined;
  const claim = checksumOf(upload.hashes);
  if (entry.checksum.startsWith('SHA256:') && entry.checksum !== claim) return undefined;
  const proven = await serverHash(context, entry, signal);
  const isOurs = proven === undefined ? entry.checksum === claim : proven === upload.hashes.sha256;
  if (isOurs) return withOurTime(context, upload, entry);
  const isTorn = proven !== undefined && entry.checksum === claim;
  return isTorn ? { kind: 'torn', etag: entry.etag } : undefined;
}

/**
 * What an upload of ours has left that was cut short. A Nextcloud that keeps all files in object
 * storage writes a new file without a part file (`ObjectStoreStorage::needsPartFile`), and leaves
 * there what had come when it refuses the request for its length.
 */
async function adoptBeginning(
  context: DavContext,
  upload: Upload,
  entry: RemoteEntry,
): Promise<WriteOutcome | undefined> {
  const { condition, wasTried, source, signal } = upload;
  if (!wasTried || condition.kind !== 'absent') return undefined;
  const proven = await serverHash(context, entry, signal);
  if (proven === undefined) return undefined;
  const { sha256 } = await hashesOf(source, entry.size, signal);
  return proven === sha256 ? { kind: 'cut', etag: entry.etag } : undefined;
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
