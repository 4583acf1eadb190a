/** Files that the program itself makes for other programs: they live on this machine alone. */
import { type NodeDraft, type Timestamp, type TreeNode, UNTOUCHED } from '../cache/node.js';
import type { ContentStore } from '../cache/content-store.js';
import type { TreeStore } from '../cache/tree-store.js';

export interface OwnFile {
  readonly parent: number;
  /** Free in that folder. */
  readonly name: string;
  readonly mode: number;
  readonly time: Timestamp;
  readonly text: string;
}

/** @param made runs in the transaction of its row. Not within another: the bytes need theirs. */
export function makeOwnFile(
  { tree, contents }: { readonly tree: TreeStore; readonly contents: ContentStore },
  { parent, name, mode, time, text }: OwnFile,
  made: (node: TreeNode) => void = () => undefined,
): void {
  const bytes = Buffer.from(text);
  // Marked as unsent from the start, since nobody else has these bytes; the row comes after them.
  const content = contents.create({ size: 0, complete: true });
  contents.setDirty(content, true);
  contents.write(content, 0, bytes);
  const draft: NodeDraft = {
    ...UNTOUCHED,
    isFolder: false,
    parent,
    name,
    mode,
    uid: undefined,
    gid: undefined,
    size: bytes.length,
    atime: time,
    mtime: time,
    ctime: time,
    content,
    contentDirty: true,
    staysHere: true,
    base: undefined,
  };
  tree.atomically(() => made(tree.insert(draft)));
}
