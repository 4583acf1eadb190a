/**
 * Tells programs of this machine of the locks of others: beside each file that somebody else has
 * locked stands a lock file as LibreOffice writes it, which it reads to say who has the document
 * open. It is of our making, read only, and goes with the lock. One that a program has made itself
 * is left alone, and one that was deleted does not come back.
 */
import type { SeenLock } from '../cache/lock-table.js';
import type { TreeNode } from '../cache/node.js';
import { NAME_BYTES_MAX } from '../limits.js';
import type { SyncContext } from './context.js';
import { isLockFileName, lockFileNameOf, lockFileText } from './lock-names.js';
import { makeOwnFile } from './own-files.js';

const MODE = 0o444;

export interface ShownLocksParts {
  /** Of the server, as the lock files name it. */
  readonly host: string;
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
}

export class ShownLocks {
  readonly #context: SyncContext;
  readonly #parts: ShownLocksParts;

  constructor(context: SyncContext, parts: ShownLocksParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Somebody else has this lock. Not within a transaction. */
  show(lock: SeenLock): void {
    const { tree } = this.#context;
    const document = tree.byFileId(lock.fileId);
    const place =
      document?.parent === undefined
        ? undefined
        : { parent: document.parent, name: lockFileNameOf(document.name) };
    const shown = lock.shownBy === undefined ? undefined : tree.get(lock.shownBy);
    const wasDeleted = lock.shownBy !== undefined && shown?.parent === undefined;
    if (wasDeleted || isAt(shown, place)) return;
    if (shown !== undefined) {
      tree.atomically(() => {
        this.hide(lock);
        tree.locks.see({ ...lock, shownBy: undefined });
      });
    }
    if (place !== undefined) this.#make(lock, place);
  }

  /** The lock has gone: its file goes with the transaction under way. */
  hide({ shownBy }: SeenLock): void {
    const { tree, contents, kernel, timers } = this.#context;
    const node = shownBy === undefined ? undefined : tree.get(shownBy);
    if (node?.parent === undefined || !node.staysHere || !isLockFileName(node.name)) return;
    const { parent, name, ino, content } = node;
    tree.atomically(() => {
      tree.save({ ...node, parent: undefined, contentDirty: false });
      if (content !== undefined) contents.setDirty(content, false);
    });
    timers.set(`hidden:${ino}`, 0, () => {
      kernel.deleteEntry(parent, ino, name);
      this.#parts.detached(ino);
    });
  }

  #make(lock: SeenLock, { parent, name }: Place): void {
    const { tree, kernel } = this.#context;
    if (Buffer.byteLength(name) > NAME_BYTES_MAX || tree.child(parent, name) !== undefined) return;
    const { ownerName, owner, since } = lock;
    const { host } = this.#parts;
    const text = lockFileText({ ownerName, owner, host, since: new Date(since * 1000) });
    const time = { sec: since, nsec: 0 };
    makeOwnFile(this.#context, { parent, name, mode: MODE, time, text }, ({ ino }) =>
      tree.locks.see({ ...lock, shownBy: ino }),
    );
    kernel.invalidateEntry(parent, name);
  }
}

interface Place {
  readonly parent: number;
  readonly name: string;
}

function isAt(node: TreeNode | undefined, place: Place | undefined): boolean {
  return node?.parent === place?.parent && node?.name === place?.name;
}
