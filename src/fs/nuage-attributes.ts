/**
 * `user.nuage.*`: what is known of a file or folder, as extended attributes that any program can
 * read. Nothing is fetched for them. All but `pinned` can only be read. They are asked for by name
 * and never listed: programs that copy would take them along, and could not set them here.
 */
import { differences, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { isConflictName } from '../sync/conflict.js';
import type { FsContext } from './context.js';

export const NUAGE_PREFIX = 'user.nuage.';

/** The first that holds. */
type FileState =
  'error' | 'conflict' | 'uploading' | 'dirty' | 'pinned' | 'cached' | 'partial' | 'cloud';

const PINNED = 'user.nuage.pinned';

type Show = (context: FsContext, node: TreeNode) => string | undefined;

/** Undefined: this node has none, since the server does not know it. */
const ATTRIBUTES: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['user.nuage.error', (_context, { failure }) => errorOf(failure)],
  ['user.nuage.etag', (_context, { base }) => base?.etag],
  ['user.nuage.fileid', (_context, { base }) => base?.fileId],
  ['user.nuage.lock', (context, node) => lockOf(context, node)],
  ['user.nuage.lock_owner', ({ sync }, node) => sync.locks.seen.of(node)?.ownerName],
  ['user.nuage.permissions', (_context, { base }) => base?.permissions],
  [PINNED, ({ sync }, { ino }) => (sync.pinning.isPinned(ino) ? '1' : '0')],
  ['user.nuage.size', (_context, node) => sizeOf(node)],
  ['user.nuage.state', (context, node) => stateOf(context, node)],
  ['user.nuage.url', ({ options }, { base }) => urlOf(options.serverUrl, base?.fileId)],
]);

export function nuageAttribute(
  context: FsContext,
  node: TreeNode,
  name: string,
): Uint8Array | undefined {
  const text = ATTRIBUTES.get(name)?.(context, node);
  // A root that was never listed has an empty file id and ETag.
  return text === undefined || text === '' ? undefined : Buffer.from(text);
}

/**
 * `1` keeps it on this machine, `0` no longer, as the commands `pin` and `unpin` do.
 * @throws kind `not-permitted` for another attribute, or when a folder above keeps it here;
 *   `not-supported` for one that there is not; `invalid-argument` for another value.
 */
export function setNuageAttribute(
  context: FsContext,
  node: TreeNode,
  attribute: { readonly name: string; readonly value: Uint8Array },
): void {
  const { name, value } = attribute;
  requirePinned(name);
  const { pinning } = context.sync;
  switch (Buffer.from(value).toString('latin1').trim()) {
    case '1':
      pinning.pin(node.ino);
      return;
    case '0':
      pinning.unpin(node.ino);
      return;
    default:
      throw new NuageError('invalid-argument', 'pinned is 0 or 1', { path: name });
  }
}

export function removeNuageAttribute(context: FsContext, node: TreeNode, name: string): void {
  requirePinned(name);
  context.sync.pinning.unpin(node.ino);
}

function requirePinned(name: string): void {
  if (name === PINNED) return;
  const isOurs = ATTRIBUTES.has(name);
  throw new NuageError(
    isOurs ? 'not-permitted' : 'not-supported',
    isOurs ? 'this attribute can only be read' : 'there is no such attribute of nuage-mount',
    { path: name },
  );
}

/** Why its oldest unsent change did not go, and what to do. */
function errorOf(failure: TreeNode['failure']): string | undefined {
  if (failure === undefined) return undefined;
  return failure.hint === undefined ? failure.message : `${failure.message}. ${failure.hint}`;
}

/** Whose lock others see on it. */
function lockOf({ sync }: FsContext, node: TreeNode): 'mine' | 'others' | undefined {
  if (sync.locks.seen.foreign(node) !== undefined) return 'others';
  return sync.locks.seen.of(node) === undefined ? undefined : 'mine';
}

/** Of a folder with all below it, as the server said when it was last listed. */
function sizeOf({ isFolder, size, base }: TreeNode): string | undefined {
  if (!isFolder) return String(size);
  return base === undefined ? undefined : String(base.size);
}

/** The address that Nextcloud's own “internal link” has. */
function urlOf(serverUrl: string, fileId: string | undefined): string | undefined {
  return fileId === undefined || fileId === '' ? undefined : `${serverUrl}/f/${fileId}`;
}

function stateOf(context: FsContext, node: TreeNode): FileState {
  const { sync } = context;
  if (node.failure !== undefined) return 'error';
  if (!node.isFolder && isConflictName(node.name)) return 'conflict';
  const isUnsent = differences(node).length > 0;
  if (isUnsent) return sync.inFlight.isBusy(node.ino) ? 'uploading' : 'dirty';
  const kept = node.isFolder ? keptOfFolder(node) : keptOfFile(context, node);
  if (kept !== 'cached' || !sync.pinning.isPinned(node.ino)) return kept;
  return isAllHere(context, node) ? 'pinned' : 'partial';
}

/** A folder that is pinned is so when all below it is here. */
function isAllHere({ sync }: FsContext, node: TreeNode): boolean {
  return !node.isFolder || sync.pinning.progress(node.ino)?.state === 'here';
}

/** Of a folder the entries, not what is in them: that would need a walk. */
function keptOfFolder({ base, listedEtag }: TreeNode): FileState {
  return base !== undefined && listedEtag === undefined ? 'cloud' : 'cached';
}

function keptOfFile({ contents }: FsContext, { content, size, base }: TreeNode): FileState {
  if (content === undefined) return size > 0 && base !== undefined ? 'cloud' : 'cached';
  if (contents.isComplete(content)) return 'cached';
  return contents.hasBytes(content) ? 'partial' : 'cloud';
}
