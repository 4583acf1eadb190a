/**
 * Lock files that programs of this machine have made since the mount began, and the documents that
 * they speak of. Those from before are left behind by whatever ended their programs.
 */
import type { TreeNode } from '../cache/node.js';
import { LOCK_AWAITS_MS_MAX } from '../limits.js';
import type { SyncContext } from './context.js';
import { documentOf, isLockFileName } from './lock-names.js';

interface Standing {
  /** Of the document; undefined until it is known. */
  readonly name: string | undefined;
  /** Monotonic: how long it is waited for that the server has it. */
  readonly until: number;
}

export class LockFiles {
  readonly #context: Pick<SyncContext, 'tree' | 'clock'>;
  /** By their inodes. */
  readonly #standing = new Map<number, Standing>();
  /** One speaks of a document that the server does not have yet, or of none. */
  awaitsDocument = false;

  constructor(context: Pick<SyncContext, 'tree' | 'clock'>) {
    this.#context = context;
  }

  /** @returns whether it is a lock file. */
  made({ ino, name, isFolder, staysHere }: TreeNode): boolean {
    if (isFolder || !staysHere || !isLockFileName(name)) return false;
    const until = this.#context.clock.monotonic() + LOCK_AWAITS_MS_MAX;
    this.#standing.set(ino, { name: undefined, until });
    return true;
  }

  has(ino: number): boolean {
    return this.#standing.has(ino);
  }

  /** File ids of the documents beside which one stands. */
  wanted(): ReadonlySet<string> {
    const { tree, clock } = this.#context;
    const wanted = new Set<string>();
    this.awaitsDocument = false;
    for (const [ino, { name, until }] of this.#standing) {
      const lockFile = tree.get(ino);
      const document = lockFile === undefined ? undefined : this.#document(lockFile, name);
      const fileId = document?.base?.fileId;
      if (fileId !== undefined) {
        this.#standing.set(ino, { name: document?.name, until });
        wanted.add(fileId);
      } else if (lockFile?.parent === undefined || clock.monotonic() > until) {
        this.#standing.delete(ino);
      } else {
        this.awaitsDocument = true;
      }
    }
    return wanted;
  }

  /** By its name: a program that saves may put another node in its place. */
  #document(lockFile: TreeNode, known: string | undefined): TreeNode | undefined {
    const { tree } = this.#context;
    const { parent } = lockFile;
    if (parent === undefined || !isLockFileName(lockFile.name)) return undefined;
    const siblings = (): readonly string[] => tree.children(parent).map(({ name }) => name);
    const name = known ?? documentOf(lockFile.name, siblings);
    const node = name === undefined ? undefined : tree.child(parent, name);
    return node === undefined || node.isFolder || node.staysHere ? undefined : node;
  }
}
