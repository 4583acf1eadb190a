/** Nodes for tests of the planner, said in a line each. */
import type { NodeBase, TreeNode } from '../../src/cache/node.js';

const TIME = { sec: 100, nsec: 0 };

export interface Sketch {
  readonly ino: number;
  readonly isFolder?: boolean;
  /** Where the user has it; undefined: deleted. */
  readonly at: readonly [number, string] | undefined;
  /** Where the server has it; undefined: nowhere. */
  readonly base?: readonly [number, string];
  readonly dirty?: boolean;
}

export function base(parent: number, name: string): NodeBase {
  const known = { etag: 'e', size: 0, mtime: TIME.sec, uploadTime: 0, checksum: '' };
  return { parent, name, fileId: `${parent}/${name}`, permissions: '', ...known };
}

export function node(sketch: Sketch): TreeNode {
  return {
    ino: sketch.ino,
    isFolder: sketch.isFolder ?? false,
    parent: sketch.at?.[0],
    name: sketch.at?.[1] ?? sketch.base?.[1] ?? '',
    mode: 0o644,
    uid: undefined,
    gid: undefined,
    size: 0,
    atime: TIME,
    mtime: TIME,
    ctime: TIME,
    content: undefined,
    contentVersion: 0,
    contentDirty: sketch.dirty ?? false,
    staysHere: false,
    base: sketch.base === undefined ? undefined : base(...sketch.base),
    listedEtag: undefined,
    uploadId: undefined,
    change: sketch.ino,
    failure: undefined,
  };
}

export const ROOT = node({ ino: 1, isFolder: true, at: [0, ''], base: [0, ''] });
