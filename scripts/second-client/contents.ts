/** Contents that tell by themselves whose they are, and whether all of them is there. */
import fs from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';

/** By path, with `/` behind folders: the name of the content, empty for a folder. */
export type Tree = ReadonlyMap<string, string>;

export const TORN = 'torn';

/** What both clients keep for themselves. */
const CLIENT_FILES = /^\.(?:sync_|_sync_|owncloudsync|nextcloudsync|xdg-volume-info)/;

/** @param name without a line break. */
export function contentOf(name: string, bytes: number): Buffer {
  const head = Buffer.from(`${name} ${bytes}\n`);
  return Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length), head)]);
}

/** @returns empty for an empty file. */
export function nameOf(content: Buffer): string {
  if (content.length === 0) return '';
  const line = content.subarray(0, content.indexOf('\n')).toString();
  const [, name = '', bytes = ''] = /^(.*) (\d+)$/.exec(line) ?? [];
  return contentOf(name, Number(bytes)).equals(content) ? name : TORN;
}

export async function treeOf(folder: string): Promise<Tree> {
  const tree = new Map<string, string>();
  for (const name of await pathsIn(folder)) {
    const isFolder = name.endsWith('/');
    tree.set(name, isFolder ? '' : nameOf(await fs.readFile(path.join(folder, name))));
  }
  return tree;
}

/** Each folder, with `/` behind it, before what is in it. */
export async function pathsIn(folder: string, at = ''): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await fs.readdir(path.join(folder, at), { withFileTypes: true })) {
    const name = path.join(at, entry.name);
    if (CLIENT_FILES.test(entry.name)) continue;
    if (entry.isDirectory()) paths.push(`${name}/`, ...(await pathsIn(folder, name)));
    else paths.push(name);
  }
  return paths;
}

/**
 * Another client was at the same place: what was looked at has gone, or has another version. Node
 * has no name for ESTALE.
 */
export function isPassing(error: unknown): boolean {
  const { code = '', errno = 0 } = error as NodeJS.ErrnoException;
  return -errno === constants.errno.ESTALE || PASSING.has(code);
}

const PASSING = new Set(['ENOENT', 'EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR', 'EINVAL']);

/** @returns what one has and the other has not, or has otherwise. */
export function differences(a: Tree, b: Tree): readonly string[] {
  const paths = new Set([...a.keys(), ...b.keys()]);
  return [...paths].filter((at) => a.get(at) !== b.get(at)).sort();
}
