/**
 * The planner against a strict server: whatever the user does, before or between any two steps,
 * every step is one that the server can take when it arrives, in any order in which the running
 * ones may end; no change is on its way twice; and in the end both sides agree.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, ROOT_INO, type TreeNode } from '../../src/cache/node.js';
import { nextStep, type PlannerView, type Step } from '../../src/sync/planner.js';
import { Scopes, type Scope } from '../../src/sync/scopes.js';
import { base, node, ROOT } from './sketch.js';

const NAMES = ['a', 'b', 'c'];
const HISTORIES = 2_000;
/** No plan of so few nodes needs more. */
const STEPS_MAX = 400;
const AT_ONCE_MAX = 4;

const index = fc.nat(11);
const name = fc.constantFrom(...NAMES);
const action = fc.oneof(
  fc.record({ do: fc.constant('make' as const), into: index, name, isFolder: fc.boolean() }),
  fc.record({ do: fc.constant('move' as const), what: index, into: index, name }),
  fc.record({ do: fc.constant('exchange' as const), what: index, with: index }),
  fc.record({ do: fc.constant('edit' as const), what: index }),
  fc.record({ do: fc.constant('delete' as const), what: index }),
  fc.record({ do: fc.constant('start' as const), what: index }),
  fc.record({ do: fc.constant('end' as const), what: index }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Running {
  readonly step: Step;
  readonly scope: Scope;
}

/** The user's tree, the server's tree, and the steps between them. */
class Account implements PlannerView {
  readonly #nodes = new Map<number, TreeNode>([[ROOT_INO, { ...ROOT, change: 0 }]]);
  readonly #scopes = new Scopes();
  readonly #running: Running[] = [];
  #nextIno = 2;
  #steps = 0;

  get(ino: number): TreeNode | undefined {
    return this.#nodes.get(ino);
  }

  byBasePlace(parent: number, name: string): TreeNode | undefined {
    return this.#all().find((n) => n.base?.parent === parent && n.base.name === name);
  }

  baseChildren(parent: number): readonly TreeNode[] {
    return this.#all().filter((n) => n.base?.parent === parent);
  }

  isBusy(ino: number): boolean {
    return this.#running.some(({ step }) => step.node.ino === ino);
  }

  play(action: Action): void {
    switch (action.do) {
      case 'make':
        this.#make(this.#folder(action.into), action);
        return;
      case 'move':
        this.#move(this.#present(action.what), this.#folder(action.into), action.name);
        return;
      case 'exchange':
        this.#exchange(this.#present(action.what), this.#present(action.with));
        return;
      case 'edit':
        this.#edit(this.#present(action.what));
        return;
      case 'delete':
        this.#delete(this.#present(action.what));
        return;
      case 'start':
        this.#startOne(action.what);
        return;
      case 'end':
        this.#endOne(action.what);
        return;
    }
  }

  /** Runs what is left. @returns nodes that never agreed. */
  finish(pick: number): readonly TreeNode[] {
    for (;;) {
      if (!this.#startOne(pick) && !this.#endOne(pick)) break;
    }
    return this.#all().filter((n) => differences(n).length > 0);
  }

  // --- the user ---

  #make(folder: TreeNode, what: { readonly name: string; readonly isFolder: boolean }): void {
    if (this.#child(folder.ino, what.name) !== undefined) return;
    const ino = this.#nextIno;
    this.#nextIno += 1;
    const { isFolder } = what;
    const made = node({ ino, isFolder, at: [folder.ino, what.name], dirty: !isFolder });
    this.#nodes.set(ino, made);
  }

  /** As rename(2): over a file or an empty folder, never into itself. */
  #move(what: TreeNode | undefined, folder: TreeNode, name: string): void {
    if (what === undefined || this.#isWithin(folder, what.ino)) return;
    const occupant = this.#child(folder.ino, name);
    if (occupant?.ino === what.ino) return;
    if (occupant !== undefined) {
      if (occupant.isFolder !== what.isFolder || this.#hasChildren(occupant)) return;
      this.#save({ ...occupant, parent: undefined });
    }
    this.#save({ ...what, parent: folder.ino, name });
  }

  #exchange(a: TreeNode | undefined, b: TreeNode | undefined): void {
    if (a?.parent === undefined || b?.parent === undefined || a.ino === b.ino) return;
    if (this.#isWithin(a, b.ino) || this.#isWithin(b, a.ino)) return;
    this.#save({ ...a, parent: b.parent, name: b.name });
    this.#save({ ...b, parent: a.parent, name: a.name });
  }

  #edit(what: TreeNode | undefined): void {
    if (what?.isFolder !== false) return;
    this.#save({ ...what, contentDirty: true, contentVersion: what.contentVersion + 1 });
  }

  /** As `rm -r`: what is in a folder goes first. */
  #delete(what: TreeNode | undefined): void {
    if (what === undefined) return;
    for (const child of this.#all()) if (child.parent === what.ino) this.#delete(child);
    this.#save({ ...what, parent: undefined });
  }

  // --- the queue ---

  #startOne(pick: number): boolean {
    if (this.#running.length >= AT_ONCE_MAX) return false;
    const steps = this.#all().flatMap((n) => nextStep(this, n) ?? []);
    const free = steps
      .map((step) => ({ step, scope: this.#scope(step) }))
      .filter(({ scope }) => this.#scopes.isFree(scope));
    const chosen = free[pick % Math.max(1, free.length)];
    if (chosen === undefined) return false;
    expect(this.isBusy(chosen.step.node.ino), 'one step of a node at a time').toBe(false);
    this.#running.push(chosen);
    this.#scopes.add(chosen.scope);
    return true;
  }

  #endOne(pick: number): boolean {
    const [ended] = this.#running.splice(pick % Math.max(1, this.#running.length), 1);
    if (ended === undefined) return false;
    this.#scopes.delete(ended.scope);
    this.#steps += 1;
    expect(this.#steps, 'the plan has an end').toBeLessThan(STEPS_MAX);
    this.#carryOut(ended.step);
    return true;
  }

  #scope(step: Step): Scope {
    const { kind } = step;
    const { ino, base: at, parent, name } = step.node;
    const from = at === undefined ? this.#join(parent ?? 0, name) : this.#basePath(ino);
    const to = kind === 'move' ? [this.#join(step.parent, step.name)] : [];
    return { paths: [from, ...to], isStructural: kind !== 'upload' && kind !== 'set-time' };
  }

  #join(parent: number, name: string): string {
    return `${this.#basePath(parent)}/${name}`;
  }

  // --- the server ---

  /** What a real one would refuse is a defect of the plan. */
  #carryOut(step: Step): void {
    const now = this.#require(step.node.ino);
    switch (step.kind) {
      case 'create-folder':
      case 'upload': {
        const { parent, name, contentVersion } = step.node;
        const place = now.base ?? this.#freePlace(parent ?? 0, name);
        this.#save({
          ...now,
          contentDirty: now.contentDirty && now.contentVersion !== contentVersion,
          base: base(place.parent, place.name),
        });
        return;
      }
      case 'move': {
        const { parent, name } = this.#freePlace(step.parent, step.name);
        expect(now.base, 'it is there').toBeDefined();
        expect(this.#isBaseWithin(parent, now.ino), 'no folder goes into itself').toBe(false);
        this.#save({ ...now, base: base(parent, name) });
        return;
      }
      case 'remove':
        this.#remove(now);
        return;
      case 'set-time':
        this.#save({ ...now, base: base(now.base?.parent ?? 0, now.base?.name ?? '') });
    }
  }

  #freePlace(parent: number, name: string): { parent: number; name: string } {
    expect(this.get(parent)?.base, 'the folder is there').toBeDefined();
    expect(this.byBasePlace(parent, name), 'the place is free').toBeUndefined();
    return { parent, name };
  }

  #remove(what: TreeNode): void {
    expect(what.parent, 'only what the user deleted goes').toBeUndefined();
    for (const child of this.baseChildren(what.ino)) this.#remove(child);
    this.#save({ ...what, base: undefined });
  }

  // --- the trees ---

  #all(): TreeNode[] {
    return [...this.#nodes.values()];
  }

  #save(changed: TreeNode): void {
    this.#nodes.set(changed.ino, changed);
  }

  #require(ino: number): TreeNode {
    const found = this.#nodes.get(ino);
    expect(found).toBeDefined();
    return found!;
  }

  #child(parent: number, name: string): TreeNode | undefined {
    return this.#all().find((n) => n.parent === parent && n.name === name);
  }

  #hasChildren(folder: TreeNode): boolean {
    return this.#all().some((n) => n.parent === folder.ino);
  }

  #present(at: number): TreeNode | undefined {
    const present = this.#all().filter((n) => n.parent !== undefined && n.ino !== ROOT_INO);
    return present[at % Math.max(1, present.length)];
  }

  #folder(at: number): TreeNode {
    const folders = this.#all().filter((n) => n.isFolder && n.parent !== undefined);
    return folders[at % folders.length] ?? ROOT;
  }

  #isWithin(what: TreeNode, folder: number): boolean {
    for (let at: TreeNode | undefined = what; at !== undefined; at = this.get(at.parent ?? 0)) {
      if (at.ino === folder) return true;
    }
    return false;
  }

  #isBaseWithin(ino: number, folder: number): boolean {
    for (let at = this.get(ino); at !== undefined; at = this.get(at.base?.parent ?? 0)) {
      if (at.ino === folder) return true;
    }
    return false;
  }

  #basePath(ino: number): string {
    if (ino === ROOT_INO) return '';
    const { base: at } = this.#require(ino);
    return at === undefined ? `?${ino}` : `${this.#basePath(at.parent)}/${at.name}`;
  }
}

describe('the planner', () => {
  it('plans what the server can take, nothing twice, and until both sides agree', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 40 }), fc.nat(), (actions, pick) => {
        const account = new Account();
        for (const one of actions) account.play(one);
        const left = account.finish(pick);
        expect(left.map((n) => ({ ino: n.ino, differences: differences(n) }))).toEqual([]);
      }),
      { numRuns: Number(process.env['NUAGE_PLANNER_RUNS'] ?? HISTORIES) },
    );
  });
});
