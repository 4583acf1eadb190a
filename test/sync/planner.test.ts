import { describe, expect, it } from 'vitest';
import type { TreeNode } from '../../src/cache/node.js';
import { nextStep, type PlannerView, type Step } from '../../src/sync/planner.js';
import { base, node, ROOT, type Sketch } from './sketch.js';

/** A view that steps are carried out on, as an obedient server would. */
class Plan implements PlannerView {
  readonly nodes = new Map<number, TreeNode>([[1, ROOT]]);
  readonly busy = new Set<number>();

  constructor(sketches: readonly Sketch[]) {
    for (const sketch of sketches) this.nodes.set(sketch.ino, node(sketch));
  }

  get(ino: number): TreeNode | undefined {
    return this.nodes.get(ino);
  }

  byBasePlace(parent: number, name: string): TreeNode | undefined {
    return [...this.nodes.values()].find((n) => n.base?.parent === parent && n.base.name === name);
  }

  baseChildren(parent: number): readonly TreeNode[] {
    return [...this.nodes.values()].filter((n) => n.base?.parent === parent);
  }

  isBusy(ino: number): boolean {
    return this.busy.has(ino);
  }

  next(ino: number): Step['kind'] | undefined {
    const found = this.nodes.get(ino);
    return found === undefined ? undefined : nextStep(this, found)?.kind;
  }

  /** Steps in the order taken, until none is left. */
  run(): string[] {
    const taken: string[] = [];
    for (let round = 0; round < 50; round += 1) {
      const step = [...this.nodes.values()]
        .map((candidate) => nextStep(this, candidate))
        .find((candidate) => candidate !== undefined);
      if (step === undefined) return taken;
      taken.push(this.#carryOut(step));
    }
    throw new Error('the plan never ends');
  }

  #carryOut(step: Step): string {
    const { ino } = step.node;
    const now = this.nodes.get(ino) ?? step.node;
    switch (step.kind) {
      case 'create-folder':
      case 'upload': {
        const place = now.base ?? { parent: now.parent ?? 0, name: now.name };
        this.nodes.set(ino, { ...now, contentDirty: false, base: base(place.parent, place.name) });
        return `${step.kind} ${place.name}`;
      }
      case 'move':
        this.nodes.set(ino, { ...now, base: base(step.parent, step.name) });
        return `move ${now.base?.name ?? ''} to ${step.name}`;
      case 'remove':
        this.#forget(ino);
        return `remove ${now.base?.name ?? ''}`;
      case 'set-time':
        throw new Error('no time differs here');
    }
  }

  #forget(ino: number): void {
    for (const child of this.baseChildren(ino)) this.#forget(child.ino);
    const now = this.nodes.get(ino);
    if (now !== undefined) this.nodes.set(ino, { ...now, base: undefined });
  }
}

describe('the planner', () => {
  it('makes a folder before what goes into it', () => {
    const plan = new Plan([
      { ino: 3, at: [2, 'a'], dirty: true },
      { ino: 2, isFolder: true, at: [1, 'd'] },
    ]);
    expect(plan.next(3)).toBeUndefined();
    expect(plan.run()).toEqual(['create-folder d', 'upload a']);
  });

  it('moves what survives out of a folder before the folder goes', () => {
    const plan = new Plan([
      { ino: 2, isFolder: true, at: undefined, base: [1, 'd'] },
      { ino: 3, at: [1, 'kept'], base: [2, 'a'] },
      { ino: 4, at: undefined, base: [2, 'b'] },
    ]);
    expect(plan.next(2)).toBeUndefined();
    expect(plan.run()).toEqual(['move a to kept', 'remove d']);
  });

  it('swaps two names by way of a temporary one', () => {
    const plan = new Plan([
      { ino: 2, at: [1, 'b'], base: [1, 'a'] },
      { ino: 3, at: [1, 'a'], base: [1, 'b'] },
    ]);
    expect(plan.run()).toEqual([
      'move a to .nuage-moving-2-2',
      'move b to a',
      'move .nuage-moving-2-2 to b',
    ]);
  });

  it('lets a ring of three turn', () => {
    const plan = new Plan([
      { ino: 2, at: [1, 'b'], base: [1, 'a'] },
      { ino: 3, at: [1, 'c'], base: [1, 'b'] },
      { ino: 4, at: [1, 'a'], base: [1, 'c'] },
    ]);
    expect(plan.run()).toHaveLength(4);
  });

  it('waits until a place is free before something new takes it', () => {
    const plan = new Plan([
      { ino: 2, at: [1, 'a'], dirty: true },
      { ino: 3, at: [1, 'b'], base: [1, 'a'] },
    ]);
    expect(plan.run()).toEqual(['move a to b', 'upload a']);
  });

  it('turns a folder and its parent inside out', () => {
    const plan = new Plan([
      { ino: 2, isFolder: true, at: [3, 'outer'], base: [1, 'outer'] },
      { ino: 3, isFolder: true, at: [1, 'inner'], base: [2, 'inner'] },
    ]);
    expect(plan.run()).toEqual(['move inner to inner', 'move outer to outer']);
  });

  it('lets a file make room for a folder of its name that it goes into', () => {
    const plan = new Plan([
      { ino: 2, at: [3, 'a'], base: [1, 'a'] },
      { ino: 3, isFolder: true, at: [1, 'a'] },
    ]);
    expect(plan.run()).toEqual([
      'move a to .nuage-moving-2-2',
      'create-folder a',
      'move .nuage-moving-2-2 to a',
    ]);
  });

  it('lets what was in a folder take the place of the folder', () => {
    const plan = new Plan([
      { ino: 2, isFolder: true, at: undefined, base: [1, 'd'] },
      { ino: 3, at: [1, 'd'], base: [2, 'a'] },
    ]);
    expect(plan.run()).toEqual([
      'move a to .nuage-moving-3-3',
      'remove d',
      'move .nuage-moving-3-3 to d',
    ]);
  });

  it('brings a file from a removed folder into the one that was made in its place', () => {
    const plan = new Plan([
      { ino: 2, isFolder: true, at: undefined, base: [1, 'd'] },
      { ino: 3, at: [4, 'a'], base: [2, 'a'] },
      { ino: 4, isFolder: true, at: [1, 'd'] },
    ]);
    expect(plan.run()).toEqual([
      'move a to .nuage-moving-3-3',
      'remove d',
      'create-folder d',
      'move .nuage-moving-3-3 to a',
    ]);
  });

  it('lets a folder and its parent change places', () => {
    const plan = new Plan([
      { ino: 2, isFolder: true, at: [3, 'y'], base: [1, 'x'] },
      { ino: 3, isFolder: true, at: [1, 'x'], base: [2, 'y'] },
    ]);
    expect(plan.run()).toEqual([
      'move x to .nuage-moving-2-2',
      'move y to x',
      'move .nuage-moving-2-2 to y',
    ]);
  });

  it('moves a changed file first and sends its bytes to the new place', () => {
    const plan = new Plan([{ ino: 2, at: [1, 'b'], base: [1, 'a'], dirty: true }]);
    expect(plan.run()).toEqual(['move a to b', 'upload b']);
  });

  it('takes no step on what is busy', () => {
    const plan = new Plan([{ ino: 2, at: [1, 'b'], base: [1, 'a'] }]);
    plan.busy.add(2);
    expect(plan.next(2)).toBeUndefined();
  });
});
