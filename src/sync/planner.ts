/**
 * Derives from the three states what may be sent next (D4). Pure: everything it knows comes through
 * the view. It is asked again after every step, so it never plans ahead; what cannot start yet
 * simply waits for the step that makes room.
 *
 * Order follows from what the server needs: a parent before its children, an occupied place after
 * its occupant has left, a folder's removal after everything that survives has been moved out.
 * Those who wait for each other in a ring go through a temporary name.
 */
import { differences, type TreeNode } from '../cache/node.js';
import { PLAN_RING_NODES_MAX } from '../limits.js';

export type Step =
  | { readonly kind: 'create-folder'; readonly node: TreeNode }
  | { readonly kind: 'upload'; readonly node: TreeNode }
  | {
      readonly kind: 'move';
      readonly node: TreeNode;
      readonly parent: number;
      readonly name: string;
    }
  | { readonly kind: 'remove'; readonly node: TreeNode }
  | { readonly kind: 'set-time'; readonly node: TreeNode };

export interface PlannerView {
  get(ino: number): TreeNode | undefined;
  byBasePlace(parent: number, name: string): TreeNode | undefined;
  baseChildren(parent: number): readonly TreeNode[];
  /** A step on this node is on its way. */
  isBusy(ino: number): boolean;
}

/** The step that this node can take now; undefined when it agrees, is busy or must wait. */
export function nextStep(view: PlannerView, node: TreeNode): Step | undefined {
  if (view.isBusy(node.ino)) return undefined;
  const [first] = differences(node);
  if (first === undefined) return undefined;
  if (isBlocked(view, node)) {
    return first === 'move' && isInRing(view, node) ? moveAside(view, node) : undefined;
  }
  switch (first) {
    case 'remove':
      return { kind: 'remove', node };
    case 'create':
      return node.isFolder ? { kind: 'create-folder', node } : { kind: 'upload', node };
    case 'move':
      return moveTo(node, node.parent, node.name);
    case 'content':
      return { kind: 'upload', node };
    case 'mtime':
      return { kind: 'set-time', node };
  }
}

function moveTo(node: TreeNode, parent: number | undefined, name: string): Step | undefined {
  return parent === undefined ? undefined : { kind: 'move', node, parent, name };
}

/** Recognisable should it ever stay behind, and free: no two nodes have one number. */
function temporaryName(node: TreeNode): string {
  return `.nuage-moving-${node.ino}-${node.change}`;
}

/** As near to its target as the server allows, and out of the way of everybody in the ring. */
function moveAside(view: PlannerView, node: TreeNode): Step | undefined {
  let parent = node.parent === undefined ? undefined : view.get(node.parent);
  while (parent !== undefined && !mayHold(view, parent, node)) {
    parent = parent.parent === undefined ? undefined : view.get(parent.parent);
  }
  const name = temporaryName(node);
  const isThere = node.base?.parent === parent?.ino && node.base?.name === name;
  return isThere ? undefined : moveTo(node, parent?.ino, name);
}

/** The server has this folder, it stays, and it is not within the node itself. */
function mayHold(view: PlannerView, folder: TreeNode, node: TreeNode): boolean {
  return isThere(folder) && !(node.isFolder && isBaseWithin(view, folder.ino, node.ino));
}

function isThere(folder: TreeNode): boolean {
  return folder.base !== undefined && !isLeaving(folder);
}

function isLeaving(node: TreeNode): boolean {
  return differences(node)[0] === 'remove';
}

function isBlocked(view: PlannerView, node: TreeNode): boolean {
  return blockers(view, node).next().done !== true;
}

/** Whoever must take a step before this node can take its first one. */
function* blockers(view: PlannerView, node: TreeNode): Generator<TreeNode> {
  switch (differences(node)[0]) {
    case 'remove': {
      const above = node.base === undefined ? undefined : view.get(node.base.parent);
      // A folder goes as one request, so what is in it goes with it.
      if (above !== undefined && isLeaving(above)) yield above;
      if (node.isFolder) yield* survivors(view, node.ino);
      return;
    }
    case 'create':
      yield* beforePlaceIsFree(view, node);
      return;
    case 'move':
      // The server cannot put a folder into itself: what it goes into must have moved out first.
      if (node.isFolder) yield* movingOutOf(view, node);
      yield* beforePlaceIsFree(view, node);
      return;
    case 'content':
    case 'mtime':
    case undefined:
      return;
  }
}

function* beforePlaceIsFree(view: PlannerView, node: TreeNode): Generator<TreeNode> {
  const parent = node.parent === undefined ? undefined : view.get(node.parent);
  if (parent === undefined) return;
  if (!isThere(parent)) yield parent;
  const occupant = view.byBasePlace(parent.ino, node.name);
  if (occupant !== undefined && occupant.ino !== node.ino) yield occupant;
}

/** What the server has below this folder and lives on elsewhere in the user's tree. */
function* survivors(view: PlannerView, folder: number): Generator<TreeNode> {
  for (const child of view.baseChildren(folder)) {
    if (!isLeaving(child) || view.isBusy(child.ino)) yield child;
    else if (child.isFolder) yield* survivors(view, child.ino);
  }
}

/** On the server, what this folder is to go into is below it: one of these has moved out here. */
function* movingOutOf(view: PlannerView, folder: TreeNode): Generator<TreeNode> {
  if (folder.parent === undefined || !isBaseWithin(view, folder.parent, folder.ino)) return;
  let at = view.get(folder.parent);
  while (at !== undefined && at.ino !== folder.ino) {
    if (differences(at)[0] === 'move') yield at;
    at = at.base === undefined ? undefined : view.get(at.base.parent);
  }
}

/** Whether, on the server, `ino` is this folder or below it. */
function isBaseWithin(view: PlannerView, ino: number, folder: number): boolean {
  let at = view.get(ino);
  while (at !== undefined && at.ino !== folder) {
    at = at.base === undefined ? undefined : view.get(at.base.parent);
  }
  return at !== undefined;
}

/** Follows who waits for whom; true when one of the lines comes back to `node`. */
function isInRing(view: PlannerView, node: TreeNode): boolean {
  const seen = new Set<number>();
  const lines = [blockers(view, node)];
  for (let line = lines.at(-1); line !== undefined; line = lines.at(-1)) {
    const next = line.next();
    if (next.done === true) {
      lines.pop();
      continue;
    }
    const at = next.value;
    if (at.ino === node.ino) return true;
    if (seen.has(at.ino) || view.isBusy(at.ino)) continue;
    if (seen.size >= PLAN_RING_NODES_MAX) return false;
    seen.add(at.ino);
    lines.push(blockers(view, at));
  }
  return false;
}
