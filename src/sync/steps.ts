/**
 * Runs one planned step: the effect that it needs, and what its answer means for the base. The
 * user may go on changing the node meanwhile, so every answer is folded into the row as it is then.
 */
import { assert } from '../assert.js';
import { differences, type NodeBase, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { FILL_CHECK_MS } from '../limits.js';
import type { RemoteEntry, StoredFile, WriteCondition } from '../remote/remote.js';
import type { SyncContext } from './context.js';
import { sameVersion } from './conflict.js';
import type { FileClaims } from './file-claims.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import { noteFailed, noteFolder, noteSent, type Note } from './own-uploads.js';
import { permissionsBelow } from './permissions.js';
import type { Step } from './planner.js';
import type { Reader } from './reader.js';
import type { RemovalGuard } from './removal-guard.js';
import { RemovalLooks } from './removal-looks.js';
import { baseFrom } from './remote-node.js';
import type { Scope } from './scopes.js';
import type { VersionGuards } from './version-guards.js';

export interface StepObserver {
  done(): void;
  failed(error: NuageError): void;
}

export interface StepParts {
  readonly reader: Reader;
  readonly lister: Lister;
  readonly inFlight: InFlight;
  readonly guards: VersionGuards;
  readonly removals: RemovalGuard;
  readonly claims: FileClaims;
  /** The node has left the server and this tree; whoever holds it open keeps it. */
  readonly detached: (ino: number) => void;
  /** Writes to the row what is known of an open file only in memory. */
  readonly commitOpenFile: (ino: number) => void;
  /** Unguessable, `[a-z0-9]`. */
  readonly randomId: () => string;
}

interface Agreed {
  readonly ino: number;
  readonly base: NodeBase;
  /** Of the row, beside that. */
  readonly change: (now: TreeNode) => TreeNode;
}

type Run<Kind extends Step['kind']> = (
  step: Extract<Step, { kind: Kind }>,
  observer: StepObserver,
) => void;

export class StepRunner {
  readonly #context: SyncContext;
  readonly #parts: StepParts;
  readonly #looks: RemovalLooks;

  constructor(context: SyncContext, parts: StepParts) {
    this.#context = context;
    this.#parts = parts;
    this.#looks = new RemovalLooks(context, parts.lister);
  }

  /** Undefined when a place of the step is not known to the server (yet, or any more). */
  scopeOf(step: Step): Scope | undefined {
    const { tree } = this.#context;
    const { node } = step;
    const here = node.base === undefined ? this.#target(node) : tree.basePath(node.ino);
    if (here === undefined) return undefined;
    if (step.kind !== 'move') {
      return { paths: [here], isStructural: step.kind !== 'upload' && step.kind !== 'set-time' };
    }
    const parent = tree.basePath(step.parent);
    if (parent === undefined) return undefined;
    return { paths: [here, join(parent, step.name)], isStructural: true };
  }

  /** @returns milliseconds after which to try again, where the step lacks something. */
  prepare({ kind, node }: Step): number | undefined {
    if (kind === 'upload') return this.#lacksBytes(node.ino);
    // What was in it may be seen somewhere else, and what is new in it is still to come.
    return kind === 'remove' && node.isFolder ? this.#looks.waitMs(node.ino) : undefined;
  }

  #lacksBytes(ino: number): number | undefined {
    this.#parts.commitOpenFile(ino);
    const node = this.#context.tree.get(ino);
    if (node?.content === undefined) return undefined;
    const size = this.#context.contents.size(node.content);
    const [gap] = this.#context.contents.missing(node.content, 0, size);
    if (gap === undefined) return undefined;
    try {
      this.#parts.reader.ensure(node, { content: node.content, ...gap, isExact: true });
    } catch (error) {
      if (!(error instanceof NuageError)) throw error;
      return FILL_CHECK_MS * 10;
    }
    return FILL_CHECK_MS;
  }

  run(step: Step, observer: StepObserver): void {
    switch (step.kind) {
      case 'create-folder':
        this.#createFolder(step, observer);
        return;
      case 'upload':
        this.#upload(step, observer);
        return;
      case 'move':
        this.#move(step, observer);
        return;
      case 'remove':
        this.#remove(step, observer);
        return;
      case 'set-time':
        this.#setTime(step, observer);
        return;
    }
  }

  readonly #createFolder: Run<'create-folder'> = ({ node }, observer) => {
    const { effects } = this.#context;
    const { parent, name, ino } = node;
    const path = this.#target(node);
    if (parent === undefined || path === undefined) {
      observer.done();
      return;
    }
    const note = noteFolder(this.#context, { parent, name, ino });
    effects.start(
      { op: 'create-folder', path },
      {
        done: (entry) => {
          const base = { ...baseFrom(parent, entry), name };
          // Just made, so it is known to be empty.
          const known = (now: TreeNode): TreeNode => ({ ...now, listedEtag: entry.etag });
          this.#agree({ ino, base, change: known }, observer);
        },
        failed: (error) => {
          observer.failed(error);
          noteFailed(this.#context, note, error);
        },
      },
    );
  };

  readonly #upload: Run<'upload'> = (step, observer) => {
    const { tree, contents, effects } = this.#context;
    const { guards, randomId } = this.#parts;
    const node = tree.get(step.node.ino);
    const path = node === undefined ? undefined : this.#uploadPath(node);
    if (node?.content === undefined || path === undefined || differences(node).length === 0) {
      observer.done();
      return;
    }
    const sent = tree.save({
      ...node,
      mtime: this.#distinctTime(node),
      uploadId: node.uploadId ?? randomId(),
    });
    const condition: WriteCondition =
      sent.base === undefined ? { kind: 'absent' } : { kind: 'matches', etag: sent.base.etag };
    const metadata = {
      size: sent.size,
      mtime: sent.mtime.sec,
      condition,
      uploadId: sent.uploadId ?? '',
      wasTried: node.uploadId !== undefined,
    };
    const dataFile = contents.dataPath(node.content);
    const guard = guards.take(sent.ino);
    let note: Note | undefined;
    effects.start(
      { op: 'put', path, dataFile, metadata, guard },
      {
        hashed: (checksum) => (note = noteSent(this.#context, sent, checksum)),
        done: (stored) => {
          guards.release(sent.ino);
          this.#stored(sent, stored, observer);
        },
        failed: (error) => {
          guards.release(sent.ino);
          observer.failed(error);
          if (note !== undefined) noteFailed(this.#context, note, error);
        },
      },
    );
  };

  #uploadPath(node: TreeNode): string | undefined {
    return node.base === undefined ? this.#target(node) : this.#context.tree.basePath(node.ino);
  }

  /** Two contents must never share size and modification second: their ETags would be equal. */
  #distinctTime(node: TreeNode): TreeNode['mtime'] {
    const { base, size, mtime } = node;
    if (base?.size !== size || base.mtime !== mtime.sec) return mtime;
    this.#context.kernel.invalidateAttributes(node.ino);
    return { sec: mtime.sec + 1, nsec: 0 };
  }

  #stored(sent: TreeNode, stored: StoredFile, observer: StepObserver): void {
    const { tree, contents } = this.#context;
    const { parent, name } = sent.base ?? sent;
    assert(parent !== undefined, 'what was sent had a place');
    // A write since then is known to the open file only, and must keep the node dirty.
    this.#parts.commitOpenFile(sent.ino);
    const above = tree.get(parent)?.base?.permissions ?? '';
    const base: NodeBase = {
      parent,
      name,
      fileId: stored.fileId,
      etag: stored.etag,
      size: stored.size,
      mtime: sent.mtime.sec,
      uploadTime: 0,
      checksum: stored.checksum,
      permissions: sent.base?.permissions ?? permissionsBelow(false, above),
    };
    const change = (now: TreeNode): TreeNode => {
      const isCurrent = now.contentVersion === sent.contentVersion;
      if (isCurrent && now.content !== undefined) contents.setDirty(now.content, false);
      return { ...now, contentDirty: !isCurrent };
    };
    this.#agree({ ino: sent.ino, base, change }, observer);
  }

  readonly #move: Run<'move'> = ({ node, parent, name }, observer) => {
    const { tree, effects } = this.#context;
    const from = tree.basePath(node.ino);
    const folder = tree.basePath(parent);
    if (from === undefined || folder === undefined) {
      observer.done();
      return;
    }
    effects.start(
      { op: 'move', from, to: join(folder, name), etag: undefined },
      {
        done: () => {
          this.#update(node.ino, (now) => ({
            ...now,
            failure: undefined,
            base: now.base === undefined ? undefined : { ...now.base, parent, name },
          }));
          observer.done();
        },
        failed: (error) => observer.failed(error),
      },
    );
  };

  /** A folder goes only in the state that was last seen here: its ETag covers all below it. */
  readonly #remove: Run<'remove'> = ({ node }, observer) => {
    const path = this.#context.tree.basePath(node.ino);
    if (path === undefined) {
      observer.done();
      return;
    }
    if (!node.isFolder) {
      this.#removeAt(path, node, node.base?.etag, observer);
      return;
    }
    this.#context.effects.start(
      { op: 'stat', path },
      {
        done: (entry) => {
          const isAsSeen = entry.etag === node.listedEtag;
          // By now something may be listed again, which shows what moves to where.
          if (isAsSeen && this.#parts.lister.isIdle) {
            this.#removeAt(path, node, undefined, observer);
            return;
          }
          // Something in it has changed; what is new there must be seen before it may go.
          if (!isAsSeen) this.#looks.again(node.ino);
          observer.failed(new NuageError('aborted', 'the folder is looked at again'));
        },
        failed: (error) => this.#removed(node, error, observer),
      },
    );
  };

  #removeAt(path: string, node: TreeNode, etag: string | undefined, observer: StepObserver): void {
    this.#context.effects.start(
      { op: 'remove', path, etag },
      {
        done: () => this.#removed(node, undefined, observer),
        failed: (error) => this.#removed(node, error, observer),
      },
    );
  }

  #removed(node: TreeNode, error: NuageError | undefined, observer: StepObserver): void {
    if (error !== undefined && error.kind !== 'not-found') {
      observer.failed(error);
      return;
    }
    this.#looks.done(node.ino);
    this.#context.tree.atomically(() => this.#forgetBase(node.ino));
    observer.done();
  }

  /** The server no longer has this node nor anything below it. */
  #forgetBase(ino: number): void {
    const { tree } = this.#context;
    const node = tree.get(ino);
    if (node?.base === undefined) return;
    for (const child of tree.baseChildren(ino)) this.#forgetBase(child.ino);
    this.#parts.inFlight.removed(node.base.fileId);
    this.#parts.removals.sent(node);
    tree.sent.settled(node.base.parent, node.base.name);
    this.#forgetOrphan(tree.save({ ...node, base: undefined, failure: undefined }));
  }

  #forgetOrphan(node: TreeNode | undefined): void {
    if (node?.parent !== undefined || node?.base !== undefined) return;
    if (node !== undefined) this.#parts.detached(node.ino);
  }

  /** The server gives a new ETag for it, which must be known lest our own change look foreign. */
  readonly #setTime: Run<'set-time'> = ({ node }, observer) => {
    const path = this.#context.tree.basePath(node.ino);
    if (path === undefined || node.base === undefined) {
      observer.done();
      return;
    }
    const mtime = node.mtime.sec;
    const failed = (error: NuageError): void => observer.failed(error);
    this.#context.effects.start(
      { op: 'set-modified', path, mtime },
      {
        done: () =>
          this.#context.effects.start(
            { op: 'stat', path },
            {
              done: (entry) => {
                this.#timeWasSet(node, mtime, entry);
                observer.done();
              },
              failed,
            },
          ),
        failed,
      },
    );
  };

  #timeWasSet(node: TreeNode, mtime: number, entry: RemoteEntry): void {
    this.#update(node.ino, (now) => {
      if (now.base === undefined) return now;
      // All but the ETag as before: the bytes are those that are known.
      const isOurs = sameVersion({ ...now.base, etag: entry.etag }, entry);
      const etag = isOurs ? entry.etag : now.base.etag;
      return { ...now, failure: undefined, base: { ...now.base, mtime, etag } };
    });
  }

  /** What was sent is there, as its base from now on; or is somebody else's already. */
  #agree({ ino, base, change }: Agreed, observer: StepObserver): void {
    const { tree } = this.#context;
    const isGranted = tree.atomically(() => {
      const now = tree.get(ino);
      if (now === undefined) return true;
      tree.sent.settled(base.parent, base.name);
      const claim = { fileId: base.fileId, ino, folder: base.parent };
      const isGranted = this.#parts.claims.grant(claim);
      const answered = { ...now, uploadId: undefined };
      // How often it was refused before decides when it is sent again.
      tree.save(isGranted ? { ...change(answered), base, failure: undefined } : answered);
      return isGranted;
    });
    if (isGranted) observer.done();
    else observer.failed(new NuageError('exists', 'what was sent was moved and changed meanwhile'));
  }

  #update(ino: number, change: (now: TreeNode) => TreeNode): void {
    const { tree } = this.#context;
    const now = tree.get(ino);
    if (now !== undefined) tree.atomically(() => tree.save(change(now)));
  }

  /** Where the server will have what it does not have yet. */
  #target(node: TreeNode): string | undefined {
    const folder = node.parent === undefined ? undefined : this.#context.tree.basePath(node.parent);
    return folder === undefined ? undefined : join(folder, node.name);
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
