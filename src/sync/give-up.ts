/**
 * A person gives up changes that the server does not take: what is here becomes again what was last
 * agreed with the server. What the server does not have is lost by it, so it is told beforehand.
 */
import { differences, type Difference, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { bringBack } from './bring-back.js';
import type { SyncContext } from './context.js';
import { withRemoteContent } from './remote-node.js';

export interface GivenUp {
  readonly path: string;
  readonly what: Difference;
  /** That exist on this machine only. */
  readonly lostBytes: number;
}

export interface GiveUpHooks {
  readonly isBusy: (ino: number) => boolean;
  /** A running upload of it has lost its purpose. */
  readonly abandon: (ino: number) => void;
  readonly detached: (ino: number) => void;
}

/** Of this node and all below it, also what was deleted there; the deepest first. */
export function unsentBelow({ tree }: SyncContext, ino: number): readonly TreeNode[] {
  const found = new Set<TreeNode>();
  const walk = (at: number): void => {
    const node = tree.get(at);
    if (node === undefined) return;
    if (node.isFolder) {
      for (const child of tree.children(at)) walk(child.ino);
      for (const child of tree.baseChildren(at)) if (child.parent === undefined) walk(child.ino);
    }
    if (differences(node).length > 0) found.add(node);
  };
  walk(ino);
  return [...found];
}

export function describeUnsent(context: SyncContext, node: TreeNode): GivenUp {
  const { tree } = context;
  return {
    path: tree.path(node.ino) ?? tree.basePath(node.ino) ?? node.name,
    what: differences(node)[0] ?? 'content',
    lostBytes: node.parent !== undefined && node.contentDirty ? node.size : 0,
  };
}

/** @throws kind `busy` while one of them is on its way, having changed nothing. */
export function giveUp(context: SyncContext, hooks: GiveUpHooks, ino: number): readonly GivenUp[] {
  const nodes = unsentBelow(context, ino);
  if (nodes.some((node) => hooks.isBusy(node.ino))) {
    throw new NuageError('busy', 'it is being sent at this moment', { hint: 'Try again.' });
  }
  const given = nodes.map((node) => describeUnsent(context, node));
  context.tree.atomically(() => {
    for (const node of nodes) giveUpOne(context, hooks, node);
  });
  return given;
}

function giveUpOne(context: SyncContext, hooks: GiveUpHooks, node: TreeNode): void {
  const { tree, contents, kernel } = context;
  const { base, parent, name, ino, content } = node;
  hooks.abandon(ino);
  if (parent === undefined) {
    bringBack(context, ino);
    return;
  }
  if (base === undefined) {
    tree.save({ ...node, parent: undefined, contentDirty: false, failure: undefined });
    if (content !== undefined) contents.setDirty(content, false);
    kernel.deleteEntry(parent, ino, name);
    hooks.detached(ino);
    return;
  }
  const place = freePlace(context, node, base);
  const agreed = node.isFolder ? { ...node, failure: undefined } : asAgreed(node, base);
  tree.save({ ...agreed, ...place });
  if (node.contentDirty && content !== undefined) contents.remove(content);
  kernel.invalidateAttributes(ino);
  for (const at of [{ parent, name }, place]) kernel.invalidateEntry(at.parent, at.name);
}

function asAgreed(node: TreeNode, base: NonNullable<TreeNode['base']>): TreeNode {
  if (node.contentDirty) return withRemoteContent(node, base);
  return { ...node, mtime: { sec: base.mtime, nsec: 0 }, failure: undefined };
}

/** Back to where the server has it, unless that is taken here or was deleted. */
function freePlace(
  { tree }: SyncContext,
  node: TreeNode,
  base: NonNullable<TreeNode['base']>,
): { readonly parent: number; readonly name: string } {
  const taken = tree.child(base.parent, base.name);
  const isGone = tree.get(base.parent)?.parent === undefined;
  const stays = isGone || (taken !== undefined && taken.ino !== node.ino);
  const { parent = base.parent, name } = stays ? node : base;
  return { parent, name };
}
