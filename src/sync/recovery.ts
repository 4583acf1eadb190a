/**
 * What a start does before it serves: brings rows, data files and sizes into agreement after
 * whatever ended the last process. Afterwards the queue goes on by itself.
 */
import type { ContentStore } from '../cache/content-store.js';
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import { PLAN_WINDOW_NODES, SENT_MEMORY_S } from '../limits.js';
import type { Logger } from '../log.js';
import { copyBeside } from './conflict-copy.js';
import { withRemoteContent } from './remote-node.js';

export interface RecoveryContext {
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function recover(context: RecoveryContext): void {
  const report = context.contents.recover();
  const resized = adoptSizes(context);
  for (const content of new Set([...report.damagedDirty, ...report.maybeTorn])) {
    keepBeside(context, content);
  }
  for (const content of report.damagedDirty) hold(context, content);
  context.tree.sent.forgetBefore(Math.floor(context.clock.now() / 1000) - SENT_MEMORY_S);
  context.logger.info('ready', {
    known: context.tree.count(),
    queued: context.tree.pendingCount(),
    orphansRemoved: report.orphans.length,
    fetchedAgain: report.damagedClean.length,
    resized,
  });
}

/** A write that was killed before its `close()`: the data file knows the size, the row does not. */
function adoptSizes({ tree, contents }: RecoveryContext): number {
  let resized = 0;
  let afterChange = 0;
  for (;;) {
    const nodes = tree.pending({ afterChange, limit: PLAN_WINDOW_NODES });
    tree.atomically(() => {
      for (const node of nodes) resized += adoptSize(tree, contents, node);
    });
    const last = nodes.at(-1);
    if (last === undefined || nodes.length < PLAN_WINDOW_NODES) return resized;
    afterChange = last.change;
  }
}

function adoptSize(tree: TreeStore, contents: ContentStore, node: TreeNode): number {
  if (node.content === undefined || node.isFolder) return 0;
  const size = contents.size(node.content);
  if (size === node.size) return 0;
  tree.save({ ...node, size, contentVersion: node.contentVersion + 1 });
  return 1;
}

/**
 * Unsent bytes that may have holes since the machine went down: they are kept under a name of
 * their own and never replace what the server has.
 */
function keepBeside(context: RecoveryContext, content: string): void {
  const { tree, logger } = context;
  const node = tree.byContent(content);
  if (node?.base === undefined || node.parent === undefined || !node.contentDirty) return;
  const { parent, base } = node;
  const copy = tree.atomically(() => {
    const beside = copyBeside(context, node, parent);
    tree.save(withRemoteContent(node, base));
    return beside;
  });
  logger.warn('the last change of a file may be incomplete; it is kept beside the original', {
    path: tree.path(node.ino),
    keptAs: copy.name,
  });
}

/** Part of the only copy is gone: what is left is not sent as if it were all. */
function hold({ tree }: RecoveryContext, content: string): void {
  const node = tree.byContent(content);
  if (node?.parent === undefined || !node.contentDirty || node.staysHere) return;
  const message = 'bytes that were not sent yet are lost';
  const hint = 'Save the file again, or send what is left with `nuage-mount retry`.';
  const failure = { kind: 'bytes-lost', message, hint, attempts: 1, retryAt: 0 } as const;
  tree.save({ ...node, failure });
}
