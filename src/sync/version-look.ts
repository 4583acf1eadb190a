/**
 * A version that the server no longer has by its ETag may still be the version that it has: a lock
 * that somebody sets or takes away changes the ETag alone. So where the server has locks, the file
 * is looked at before a reader is told that its version is gone.
 */
import type { TreeStore } from '../cache/tree-store.js';
import type { TreeNode } from '../cache/node.js';
import type { RemoteEntry } from '../remote/remote.js';
import { NuageError } from '../errors.js';
import { differsByLockAlone, sameVersion } from './conflict.js';
import type { SyncContext } from './context.js';

/** @returns the node, with the new ETag where a lock alone has changed it. */
export function adoptLockedVersion(tree: TreeStore, node: TreeNode, entry: RemoteEntry): TreeNode {
  const { base } = node;
  if (base === undefined) return node;
  const wasLocked =
    tree.locks.seen(base.fileId) !== undefined || tree.locks.own(base.fileId) !== undefined;
  if (!differsByLockAlone(base, entry, wasLocked)) return node;
  return tree.save({ ...node, base: { ...base, etag: entry.etag } });
}

/** What a reader of a version is told when its bytes could not be fetched. */
export function readError(error: NuageError): NuageError {
  if (error.kind !== 'precondition' && error.kind !== 'not-found') return error;
  return new NuageError('stale', 'the version being read is no longer on the server', {
    cause: error,
  });
}

type Told = (isStillThere: boolean) => void;

export class VersionLook {
  readonly #context: SyncContext;
  readonly #isOffered: () => boolean;
  readonly #waiting = new Map<number, Told[]>();

  constructor(context: SyncContext, isOffered: () => boolean) {
    this.#context = context;
    this.#isOffered = isOffered;
  }

  /** @returns false where there is nothing to look at: the version is gone. */
  look(content: string, error: NuageError, told: Told): boolean {
    if (error.kind !== 'precondition' || !this.#isOffered()) return false;
    const { tree, effects } = this.#context;
    const node = tree.byContent(content);
    const path = node === undefined ? undefined : tree.basePath(node.ino);
    if (node === undefined || path === undefined) return false;
    const waiting = this.#waiting.get(node.ino);
    if (waiting !== undefined) {
      waiting.push(told);
      return true;
    }
    this.#waiting.set(node.ino, [told]);
    effects.start(
      { op: 'stat', path },
      {
        done: (entry) => this.#tell(node.ino, this.#isKnown(node.ino, entry)),
        failed: () => this.#tell(node.ino, false),
      },
    );
    return true;
  }

  #isKnown(ino: number, entry: RemoteEntry): boolean {
    const { tree } = this.#context;
    const node = tree.get(ino);
    if (node === undefined) return false;
    const { base } = tree.atomically(() => adoptLockedVersion(tree, node, entry));
    return base !== undefined && sameVersion(base, entry);
  }

  #tell(ino: number, isStillThere: boolean): void {
    const waiting = this.#waiting.get(ino) ?? [];
    this.#waiting.delete(ino);
    for (const told of waiting) told(isStillThere);
  }
}
