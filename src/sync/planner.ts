/**
 * Derives from the three states what may be sent next (D4). Pure: everything it knows comes through
 * the view. It is asked again after every step, so it never plans ahead; what cannot start yet
 * simply waits for the step that makes room.
 *
 * Order follows from what the server needs: a parent before its children, an occupied place after
 * its occupant has left, a folder's removal after everything that survives has been moved out, and
 * a ring of places through one temporary name.
 */
import { differences, type TreeNode } from '../cache/node.js';
import { RENAME_RING_MAX } from '../limits.js';

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
  switch (first) {
    case 'remove':
      return removal(view, node);
    case 'create':
      return creation(view, node);
    case 'move':
      return move(view, node);
    case 'content':
      return { kind: 'upload', node };
    case 'mtime':
      return { kind: 'set-time', node };
  }
}

function removal(view: PlannerView, node: TreeNode): Step | undefined {
  const above = node.base === undefined ? undefined : view.get(node.base.parent);
  // A folder goes as one request, so what is in it goes with it.
  if (above !== undefined && isLeaving(above)) return undefined;
  if (node.isFolder && holdsSurvivor(view, node.ino)) return undefined;
  return { kind: 'remove', node };
}

function creation(view: PlannerView, node: TreeNode): Step | undefined {
  if (!isParentThere(view, node)) return undefined;
  if (node.parent === undefined) return undefined;
  if (view.byBasePlace(node.parent, node.name) !== undefined) return undefined;
  return node.isFolder ? { kind: 'create-folder', node } : { kind: 'upload', node };
}

function move(view: PlannerView, node: TreeNode): Step | undefined {
  const { parent, name, base } = node;
  if (parent === undefined || base === undefined || !isParentThere(view, node)) return undefined;
  // The server cannot put a folder into itself: what it goes into must have moved out first.
  if (node.isFolder && isBaseWithin(view, parent, node.ino)) return undefined;
  const occupant = view.byBasePlace(parent, name);
  if (occupant === undefined) return { kind: 'move', node, parent, name };
  if (!isRing(view, node, occupant)) return undefined;
  return { kind: 'move', node, parent: base.parent, name: temporaryName(node) };
}

/** Recognisable should it ever stay behind, and free: no two nodes have one number. */
function temporaryName(node: TreeNode): string {
  return `.nuage-moving-${node.ino}-${node.change}`;
}

function isParentThere(view: PlannerView, node: TreeNode): boolean {
  const parent = node.parent === undefined ? undefined : view.get(node.parent);
  return parent?.base !== undefined && !isLeaving(parent);
}

function isLeaving(node: TreeNode): boolean {
  return differences(node)[0] === 'remove';
}

/** Something that the server has below this folder lives on elsewhere in the user's tree. */
function holdsSurvivor(view: PlannerView, folder: number): boolean {
  return view.baseChildren(folder).some((child) => {
    if (!isLeaving(child) || view.isBusy(child.ino)) return true;
    return child.isFolder && holdsSurvivor(view, child.ino);
  });
}

/** Whether, on the server, `ino` is this folder or below it. */
function isBaseWithin(view: PlannerView, ino: number, folder: number): boolean {
  let at = view.get(ino);
  while (at !== undefined && at.ino !== folder) {
    at = at.base === undefined ? undefined : view.get(at.base.parent);
  }
  return at !== undefined;
}

/** Follows who waits for whose place; true when the line comes back to `node`. */
function isRing(view: PlannerView, node: TreeNode, occupant: TreeNode): boolean {
  let at: TreeNode | undefined = occupant;
  for (let steps = 0; steps < RENAME_RING_MAX && at !== undefined; steps += 1) {
    if (at.ino === node.ino) return true;
    if (view.isBusy(at.ino) || differences(at)[0] !== 'move' || at.parent === undefined) {
      return false;
    }
    at = view.byBasePlace(at.parent, at.name);
  }
  return false;
}
