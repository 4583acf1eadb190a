/**
 * A file that is copied whole within the account (`cp`, a file manager's duplicate: one
 * COPY_FILE_RANGE from start to end into an empty file) is copied by the server: nothing of it is
 * fetched or sent. The caller waits for it, since only then is it certain which bytes were copied;
 * whatever speaks against it leaves the ordinary way.
 */
import type { TreeNode } from '../cache/node.js';
import type { CopyRange, Parked } from '../fuse/filesystem.js';
import { SERVER_COPY_BYTES_MIN } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import { WaitFor } from '../sync/context.js';
import { baseFrom } from '../sync/remote-node.js';
import { timestampNow } from './attributes.js';
import { type FsContext, park, requireFile } from './context.js';
import type { FileHandle } from './handles.js';

type Outcome = 'running' | 'copied' | 'refused';

export class ServerCopies {
  /** By the number of the file that is made, until its caller has heard of it. */
  readonly #outcomes = new Map<number, Outcome>();

  /** @returns parked while the server copies, bytes once it has; undefined: copy as usual. */
  copy(
    context: FsContext,
    { from, to, length }: { from: CopyRange; to: CopyRange; length: number },
  ): Parked | number | undefined {
    const target = requireFile(context, to.ino);
    const outcome = this.#outcomes.get(target.ino);
    if (outcome === undefined) {
      const source = requireFile(context, from.ino);
      const isWhole = from.offset === 0 && to.offset === 0 && length >= source.size;
      if (!isWhole || !isCopyable(context, source, target)) return undefined;
      this.#start(context, source, target, context.handles.file(to.handle));
    } else if (outcome !== 'running') {
      this.#outcomes.delete(target.ino);
      return outcome === 'copied' ? target.size : undefined;
    }
    return park(context, new WaitFor(keyOf(target.ino)));
  }

  #start(context: FsContext, source: TreeNode, target: TreeNode, handle: FileHandle): void {
    const { tree, sync, clock } = context;
    const { effects, wake } = sync.context;
    const from = tree.basePath(source.ino) ?? '';
    const folder = tree.basePath(target.parent ?? 0) ?? '';
    const to = folder === '' ? target.name : `${folder}/${target.name}`;
    const { etag = '', size = 0 } = source.base ?? {};
    const end = (outcome: Outcome): void => {
      sync.inFlight.end(target.ino);
      this.#outcomes.set(target.ino, outcome);
      wake(keyOf(target.ino));
    };
    sync.inFlight.begin(target.ino);
    this.#outcomes.set(target.ino, 'running');
    effects.start(
      { op: 'copy', from, to, etag, size, mtime: timestampNow(clock).sec },
      {
        done: (entry) => {
          adopt(context, target.ino, handle, entry);
          end('copied');
        },
        failed: () => end('refused'),
      },
    );
  }
}

/** An unchanged file of the server, into one that was just made where the server has its folder. */
function isCopyable(context: FsContext, source: TreeNode, target: TreeNode): boolean {
  const { tree, sync } = context;
  const isUnchanged = source.base?.size === source.size && !source.contentDirty;
  const isNew = target.base === undefined && target.size === 0 && !target.staysHere;
  if (!isUnchanged || !isNew || source.size < SERVER_COPY_BYTES_MIN) return false;
  if (!sync.connection.online || source.staysHere) return false;
  if (sync.inFlight.isBusy(source.ino) || sync.inFlight.isBusy(target.ino)) return false;
  const { parent, name } = target;
  if (parent === undefined || tree.get(parent)?.base === undefined) return false;
  return tree.byBasePlace(parent, name) === undefined;
}

/** Its bytes are on the server now; here they are fetched when they are read. */
function adopt(context: FsContext, ino: number, handle: FileHandle, entry: RemoteEntry): void {
  const { tree, contents, openFiles, clock } = context;
  openFiles.commit(ino);
  const now = tree.get(ino);
  if (now?.parent === undefined) return;
  const { parent } = now;
  const before = now.content;
  tree.atomically(() => {
    const content = contents.create({ size: entry.size, complete: false });
    tree.save({
      ...now,
      size: entry.size,
      content,
      contentVersion: now.contentVersion + 1,
      contentDirty: false,
      mtime: { ...timestampNow(clock), sec: entry.mtime },
      base: baseFrom(parent, entry),
    });
    if (before !== undefined && handle.content === before) {
      contents.acquire(content);
      contents.release(before);
      handle.content = content;
    }
    if (before !== undefined) contents.remove(before);
  });
}

function keyOf(ino: number): string {
  return `server-copy:${ino}`;
}
