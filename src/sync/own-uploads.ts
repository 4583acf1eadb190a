/**
 * Tells what the server has from an upload of ours whose answer never came. Such a file is no news
 * of anybody: it becomes the base of who holds its place, or goes where nobody wants it any more.
 */
import type { FoundFile } from '../cache/sent-table.js';
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { RemoteEntry } from '../remote/remote.js';
import { entryName } from './remote-node.js';

/** The bytes of a known file are such as were sent from here, at this place or before it moved. */
export function isOwnVersion(
  tree: TreeStore,
  node: TreeNode,
  at: { readonly folder: number; readonly entry: RemoteEntry },
): boolean {
  const found = foundFile(at.folder, at.entry);
  return tree.sent.isOf(node.ino, found) || tree.sent.ownerAt(found) !== undefined;
}

export interface OwnUpload {
  /**
   * Who takes the file for its base: the one that was sent, wherever it is by now, or who has its
   * place since, with all that is to be sent of it. Undefined: nobody, so that the file is to go.
   */
  readonly heir: TreeNode | undefined;
}

/** @returns undefined where a file that was not known before is none of ours. */
export function ownUploadOf(
  tree: TreeStore,
  folder: number,
  entry: RemoteEntry,
): OwnUpload | undefined {
  if (entry.isFolder) return undefined;
  const owner = tree.sent.ownerAt(foundFile(folder, entry));
  if (owner === undefined) return undefined;
  const heirs = [tree.get(owner), tree.child(folder, entryName(entry))];
  return { heir: heirs.find((node) => node !== undefined && isWithoutBase(node)) };
}

function isWithoutBase({ isFolder, staysHere, parent, base }: TreeNode): boolean {
  return !isFolder && !staysHere && parent !== undefined && base === undefined;
}

function foundFile(parent: number, entry: RemoteEntry): FoundFile {
  const { checksum, size, mtime } = entry;
  return { parent, name: entryName(entry), checksum, size, mtime };
}
