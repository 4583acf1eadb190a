/**
 * What the operations of the file system are built from. All of it belongs to the engine thread.
 */
import type { CacheDatabase } from '../cache/database.js';
import type { ContentStore } from '../cache/content-store.js';
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import { Parked } from '../fuse/filesystem.js';
import { OPERATION_DEADLINE_MS } from '../limits.js';
import type { Logger } from '../log.js';
import type { ServerInfo } from '../remote/remote.js';
import type { Invalidations, WaitFor } from '../sync/context.js';
import type { Synchroniser } from '../sync/synchroniser.js';
import type { CacheKeeper } from './cache-keeper.js';
import type { Durability } from './durability.js';
import type { Handles } from './handles.js';
import type { Inodes } from './inodes.js';
import type { OpenFiles } from './open-files.js';
import type { ReadAccounts } from './read-accounts.js';
import type { ServerCopies } from './server-copy.js';
import type { Space } from './space.js';

export interface FsOptions {
  /** Owner of everything as shown. */
  readonly uid: number;
  readonly gid: number;
  readonly readOnly: boolean;
  /** Pause between the last close of a file and its upload. */
  readonly uploadDelayMs: number;
  /** Of the account's web page, without `/` at its end. */
  readonly serverUrl: string;
  /** Patterns of names that stay on this machine, besides those that always do. */
  readonly localNames: readonly string[];
  /** Locks that others see are set and shown, where the server has them. */
  readonly locks: boolean;
  /** Files of the root that this machine makes and keeps, by their names. */
  readonly rootFiles: Readonly<Record<string, string>>;
}

export interface FsContext {
  readonly db: CacheDatabase;
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly sync: Synchroniser;
  readonly inodes: Inodes;
  readonly handles: Handles;
  readonly openFiles: OpenFiles;
  readonly space: Space;
  readonly durability: Durability;
  readonly keeper: CacheKeeper;
  /** What the kernel is told; what follows from it for listings, with the next timer. */
  readonly kernel: Invalidations;
  readonly readers: ReadAccounts;
  readonly serverCopies: ServerCopies;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: FsOptions;
  readonly localNames: readonly RegExp[];
  /** The server's own rules for names; undefined when it was never reached. */
  readonly server: () => ServerInfo | undefined;
}

/** Turns what the synchronisation waits for into a parked operation with a deadline. */
export function park(context: Pick<FsContext, 'clock'>, waitFor: WaitFor): Parked {
  return new Parked(
    waitFor.keys,
    context.clock.monotonic() + OPERATION_DEADLINE_MS,
    () => new NuageError('timeout', 'the server did not answer in time'),
  );
}

/** @throws kind `stale` for a number that stands for nothing (any more). */
export function requireNode(context: FsContext, ino: number): TreeNode {
  const node = context.openFiles.view(ino);
  if (node === undefined) throw new NuageError('stale', `there is no inode ${ino}`);
  return node;
}

export function requireFolder(context: FsContext, ino: number): TreeNode {
  const node = requireNode(context, ino);
  if (!node.isFolder) throw new NuageError('not-a-folder', 'not a folder', { path: node.name });
  return node;
}

export function requireFile(context: FsContext, ino: number): TreeNode {
  const node = requireNode(context, ino);
  if (node.isFolder) throw new NuageError('is-a-folder', 'is a folder', { path: node.name });
  return node;
}

/**
 * @returns parked while the children of this folder are on their way.
 * @throws kind `offline` when they are not known and cannot be asked for.
 */
export function requireListed(context: FsContext, folder: TreeNode): Parked | undefined {
  const waitFor = context.sync.lister.ensureListed(folder);
  return waitFor === undefined ? undefined : park(context, waitFor);
}
