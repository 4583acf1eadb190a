/** The tree store against a plain Map, under random changes, failing transactions and restarts. */
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, ROOT_INO, type TreeNode } from '../../src/cache/node.js';
import { scratchFolder } from '../support/scratch.js';
import { base, type Cache, draft, kindOf, openCache, synced } from './support.js';

type Step =
  | { readonly op: 'insert'; readonly at: number; readonly name: string; readonly known: boolean }
  | { readonly op: 'change'; readonly at: number; readonly fields: Partial<TreeNode> }
  | { readonly op: 'place'; readonly at: number; readonly to: number; readonly name: string }
  | { readonly op: 'agree'; readonly at: number }
  | { readonly op: 'remove'; readonly at: number }
  | { readonly op: 'restart' }
  | { readonly op: 'atomically'; readonly steps: readonly Step[]; readonly fails: boolean };

const NAMES = ['a', 'b', 'é', 'e\u0301', '😀'];
const name = fc.constantFrom(...NAMES);
const fields: fc.Arbitrary<Partial<TreeNode>> = fc.record(
  {
    size: fc.nat(),
    mode: fc.nat(0o7777),
    mtime: fc.record({ sec: fc.nat(9), nsec: fc.nat(9) }),
    contentDirty: fc.boolean(),
    content: fc.constantFrom('c1', 'c2', undefined),
    staysHere: fc.boolean(),
    uploadId: fc.constantFrom('u', undefined),
    failure: fc.constantFrom(undefined, {
      kind: 'quota' as const,
      message: 'm',
      hint: undefined,
      attempts: 1,
      retryAt: 2.5,
    }),
  },
  { requiredKeys: [] },
);

const simple: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('insert' as const),
      at: fc.nat(),
      name,
      known: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('change' as const), at: fc.nat(), fields }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('place' as const), at: fc.nat(), to: fc.nat(), name }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('agree' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), at: fc.nat() }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: simple },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('restart' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('atomically' as const),
      steps: fc.array(
        fc.oneof(
          { weight: 5, arbitrary: simple },
          {
            weight: 1,
            arbitrary: fc.record({
              op: fc.constant('atomically' as const),
              steps: fc.array(simple, { maxLength: 4 }),
              fails: fc.boolean(),
            }),
          },
        ),
        { maxLength: 6 },
      ),
      fails: fc.boolean(),
    }),
  },
);

class Failure extends Error {}

class World {
  cache: Cache;
  model = new Map<number, TreeNode>();

  constructor(folder: string) {
    this.cache = openCache(folder);
    const root = this.cache.tree.get(ROOT_INO)!;
    this.model.set(ROOT_INO, root);
  }

  run(todo: Step): void {
    const { tree } = this.cache;
    switch (todo.op) {
      case 'insert': {
        const parent = this.pick(todo.at, true)!.ino;
        const isFolder = todo.at % 3 === 0;
        const make = todo.known ? synced(parent, todo.name) : draft({ parent, name: todo.name });
        if (this.isTaken(parent, todo.name)) {
          expect(kindOf(() => tree.insert({ ...make, isFolder }))).toBe('exists');
          return;
        }
        const node = tree.insert({ ...make, isFolder });
        expect(this.model.has(node.ino)).toBe(false);
        this.model.set(node.ino, node);
        expect(node.change > 0).toBe(differences(node).length > 0);
        return;
      }
      case 'change':
        this.save(this.pick(todo.at), todo.fields);
        return;
      case 'place':
        this.place(this.pick(todo.at), todo);
        return;
      case 'agree': {
        const node = this.pick(todo.at);
        if (node === undefined || node.parent === undefined) return;
        const agreed = base({ parent: node.parent, name: node.name, mtime: node.mtime.sec });
        this.save(node, { base: agreed, contentDirty: false, staysHere: false });
        return;
      }
      case 'remove': {
        const node = this.pick(todo.at);
        if (node === undefined) return;
        tree.remove(node.ino);
        this.model.delete(node.ino);
        return;
      }
      case 'restart':
        this.cache.db.close();
        this.cache = openCache(this.cache.folder);
        return;
      case 'atomically':
        this.atomically(todo.steps, todo.fails);
        return;
    }
  }

  check(): void {
    const { tree } = this.cache;
    const nodes = [...this.model.values()];
    for (const node of nodes) {
      expect(tree.get(node.ino)).toEqual(node);
      if (node.parent !== undefined) expect(tree.child(node.parent, node.name)).toEqual(node);
      const children = nodes.filter((child) => child.parent === node.ino);
      const listed = tree.children(node.ino);
      expect(new Set(listed.map((row) => row.ino))).toEqual(new Set(children.map((c) => c.ino)));
      expect(tree.subfolderCount(node.ino)).toBe(children.filter((c) => c.isFolder).length);
    }
    const pending = nodes.filter((node) => node.change > 0).sort((a, b) => a.change - b.change);
    expect(tree.pending({ afterChange: 0, limit: 1000 })).toEqual(pending);
    expect(new Set(pending.map((node) => node.change)).size).toBe(pending.length);
    expect(tree.pendingCount()).toBe(pending.length);
    expect(tree.failedCount()).toBe(nodes.filter((node) => node.failure !== undefined).length);
    expect(tree.count()).toBe(nodes.length);
  }

  private atomically(steps: readonly Step[], fails: boolean): void {
    const before = new Map(this.model);
    const run = (): void =>
      this.cache.tree.atomically(() => {
        for (const inner of steps) this.run(inner);
        if (fails) throw new Failure();
      });
    if (!fails) {
      run();
      return;
    }
    expect(run).toThrow(Failure);
    this.model = before;
  }

  private save(node: TreeNode | undefined, changes: Partial<TreeNode>): void {
    if (node === undefined) return;
    const wanted = { ...node, ...changes };
    const saved = this.cache.tree.save(wanted);
    const isPending = differences(wanted).length > 0;
    expect(saved).toEqual({ ...wanted, change: saved.change });
    expect(saved.change > 0).toBe(isPending);
    if (isPending && node.change > 0) expect(saved.change).toBe(node.change);
    this.model.set(saved.ino, saved);
  }

  private place(node: TreeNode | undefined, to: { to: number; name: string }): void {
    if (node === undefined) return;
    const parent = to.to % 5 === 0 ? undefined : this.pick(to.to, true)!.ino;
    const isSame = parent === node.parent && to.name === node.name;
    if (parent !== undefined && !isSame && this.isTaken(parent, to.name)) {
      const { tree } = this.cache;
      expect(kindOf(() => tree.save({ ...node, parent, name: to.name }))).toBe('exists');
      return;
    }
    this.save(node, { parent, name: to.name });
  }

  /** Any node but the root, or any folder. */
  private pick(at: number, folder = false): TreeNode | undefined {
    const nodes = [...this.model.values()];
    const fitting = nodes.filter((n) => (folder ? n.isFolder : n.ino !== ROOT_INO));
    return fitting[at % fitting.length];
  }

  private isTaken(parent: number, wanted: string): boolean {
    return [...this.model.values()].some((n) => n.parent === parent && n.name === wanted);
  }
}

describe('the tree store', () => {
  it('agrees with a map of nodes after any changes, failed transactions and restarts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const folder = scratchFolder();
        const world = new World(folder);
        try {
          for (const todo of steps) {
            world.run(todo);
            world.check();
          }
        } finally {
          world.cache.db.close();
          fs.rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });
});
