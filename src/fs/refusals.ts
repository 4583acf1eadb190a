/** What a person may do about changes that the server does not take. */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { CONFLICTS_SHOWN_MAX } from '../limits.js';
import { describeUnsent, type GivenUp, giveUp, unsentBelow } from '../sync/give-up.js';
import type { FsContext } from './context.js';

export class Refusals {
  readonly #context: FsContext;

  constructor(context: FsContext) {
    this.#context = context;
  }

  /** @returns how many changes, at this path or below it, are tried again. */
  retry(path: string): number {
    const { tree, sync } = this.#context;
    const at = this.#nodeAt(path);
    return sync.uploader.retry(
      ({ ino, base }) =>
        at.ino === ROOT_INO ||
        ino === at.ino ||
        tree.isBelow(ino, at.ino) ||
        base?.parent === at.ino,
    );
  }

  /** What would be given up, at most {@link CONFLICTS_SHOWN_MAX}. */
  unsent(path: string): readonly GivenUp[] {
    this.#context.openFiles.commitAll();
    const { context } = this.#context.sync;
    const nodes = unsentBelow(context, this.#nodeAt(path).ino);
    return nodes.slice(0, CONFLICTS_SHOWN_MAX).map((node) => describeUnsent(context, node));
  }

  giveUp(path: string): readonly GivenUp[] {
    const { sync, inodes, openFiles, durability } = this.#context;
    openFiles.commitAll();
    const hooks = {
      isBusy: (ino: number) => sync.inFlight.isBusy(ino) || sync.activity.isBeingWritten(ino),
      abandon: (ino: number) => sync.guards.bump(ino),
      detached: (ino: number) => inodes.reap(ino),
    };
    const given = giveUp(sync.context, hooks, this.#nodeAt(path).ino);
    durability.changed();
    sync.uploader.planSoon(0);
    return given;
  }

  /** As the user sees it, else as the server knows it: what was deleted has no other path. */
  #nodeAt(path: string): TreeNode {
    const { tree } = this.#context;
    const names = path.split('/').filter((name) => name !== '');
    let at = tree.get(ROOT_INO);
    for (const name of names) {
      if (at !== undefined) at = tree.child(at.ino, name) ?? tree.byBasePlace(at.ino, name);
    }
    if (at !== undefined) return at;
    throw new NuageError('not-found', 'there is no such file or folder', { path });
  }
}
