/**
 * Tells what the server has from an upload of ours whose answer never came. Such a file is no news
 * of anybody: it becomes the base of who holds its place, or goes where nobody wants it any more.
 * While the answer may still come it is left to that ({@link senderOf}).
 *
 * What somebody else brings must never be taken for it, so a note lasts no longer than the doubt:
 * until its bytes have been met, until the server has refused them, or until all that the server
 * has is known and they can no longer be on their way.
 */
import type { FoundFile, SentUpload } from '../cache/sent-table.js';
import type { TreeNode } from '../cache/node.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import type { ErrorKind, NuageError } from '../errors.js';
import { SENT_ARRIVES_S } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import { entryName } from './remote-node.js';

interface Notebook {
  readonly tree: TreeStore;
  readonly clock: Clock;
}

export interface Note {
  readonly upload: SentUpload;
  /** Nothing says that these bytes were sent to this place before. */
  readonly isFirst: boolean;
}

/** By these the server says that it has taken nothing, and takes nothing later. */
const REFUSED: ReadonlySet<ErrorKind> = new Set([
  'precondition',
  'exists',
  'parent-missing',
  'forbidden',
  'quota',
  'too-large',
]);

/** From now on the server may have these bytes, whatever becomes of the answer. */
export function noteSent(notebook: Notebook, node: TreeNode, checksum: string): Note | undefined {
  const { ino, base, size, mtime, ...here } = node;
  const { parent, name } = base ?? here;
  if (parent === undefined) return undefined;
  return note(notebook, { parent, name, checksum, ino, size, mtime: mtime.sec });
}

/** A file that the server copies itself: what it gives the copy differs from what is sent. */
export interface SentCopy {
  readonly parent: number;
  readonly name: string;
  readonly ino: number;
  readonly size: number;
  /** Seconds since the epoch: that of the source, which it has at first, and that which is set. */
  readonly times: readonly number[];
}

/** As {@link noteSent}. A Nextcloud keeps no checksum of a copy. */
export function noteCopy(notebook: Notebook, { times, ...copy }: SentCopy): readonly Note[] {
  return [...new Set(times)].map((mtime) =>
    note(notebook, { ...copy, checksum: markOfCopy(mtime), mtime }),
  );
}

/** As {@link noteSent}, of a folder that the server is asked to make. */
export function noteFolder(
  notebook: Notebook,
  { parent, name, ino }: Pick<SentUpload, 'parent' | 'name' | 'ino'>,
): Note {
  return note(notebook, { parent, name, ino, ...OF_FOLDER });
}

/** Nothing but its place tells a folder; no server tells such a checksum. */
const OF_FOLDER = { checksum: 'folder', size: 0, mtime: 0 } as const;

function note({ tree, clock }: Notebook, upload: SentUpload): Note {
  const isFirst = tree.sent.ownerAt(upload) === undefined;
  tree.sent.add(upload, seconds(clock));
  return { upload, isFirst };
}

/** In place of a checksum; no server tells such a one. */
function markOfCopy(mtime: number): string {
  return `copied with time ${mtime}`;
}

/** It was not stored, or nobody knows: then it may arrive for a while from now on. */
export function noteFailed(
  { tree, clock }: Notebook,
  { upload, isFirst }: Note,
  error: NuageError,
): void {
  if (isFirst && REFUSED.has(error.kind)) tree.sent.forget(upload);
  else tree.sent.add(upload, seconds(clock));
}

/** The root is as it was last seen: what was sent long ago and has not been met is not there. */
export function forgetLost({ tree, clock }: Notebook, isBusy: (ino: number) => boolean): void {
  const before = seconds(clock) - SENT_ARRIVES_S;
  const lost = tree.sent.sentBefore(before).filter((ino) => !isBusy(ino));
  if (lost.length > 0 && tree.foldersOutOfDate().length === 0) tree.sent.forgetBefore(before, lost);
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/** The bytes of a known file are such as were sent from here, at this place or before it moved. */
export function isOwnVersion(
  tree: TreeStore,
  node: TreeNode,
  at: { readonly folder: number; readonly entry: RemoteEntry },
): boolean {
  const found = foundFile(at.folder, at.entry);
  return tree.sent.isOf(node.ino, found) || tree.sent.ownerAt(found) !== undefined;
}

/**
 * @returns the file or folder that was sent to this place with these bytes and has no base, so that
 * the answer to that, if it is still to come, will make the entry its base.
 */
export function senderOf(
  tree: TreeStore,
  folder: number,
  entry: RemoteEntry,
): TreeNode | undefined {
  const ino = tree.sent.ownerAt(foundFile(folder, entry));
  const sender = ino === undefined ? undefined : tree.get(ino);
  return sender?.base === undefined ? sender : undefined;
}

export interface OwnUpload {
  /**
   * Who takes the file for its base: the one that was sent, wherever it is by now, or who has its
   * place since, with all that is to be sent of it. Undefined: nobody, so that the file is to go.
   */
  readonly heir: TreeNode | undefined;
}

/** @returns undefined where what was not known before is none of ours. */
export function ownUploadOf(
  tree: TreeStore,
  folder: number,
  entry: RemoteEntry,
): OwnUpload | undefined {
  const found = foundFile(folder, entry);
  const ino = tree.sent.ownerAt(found);
  if (ino === undefined) return undefined;
  const owner = tree.get(ino);
  const occupant = tree.child(folder, entryName(entry));
  if (entry.isFolder) return ownFolder(owner, occupant, entry);
  const isEmpty = occupant?.ino === ino && occupant.size === 0;
  // Made to be filled by the server, and it was.
  if (isEmpty && isCopy(tree, found)) return undefined;
  const heir = [owner, occupant].find((node) => node !== undefined && isWithoutBase(node));
  return { heir };
}

/** With something in it, it is somebody's; and two folders of one name are one. */
function ownFolder(
  owner: TreeNode | undefined,
  occupant: TreeNode | undefined,
  { size }: RemoteEntry,
): OwnUpload | undefined {
  if (size > 0 || occupant?.isFolder === true) return undefined;
  const isHeir = owner?.isFolder === true && isUnknownThere(owner);
  return { heir: isHeir ? owner : undefined };
}

function isCopy(tree: TreeStore, found: FoundFile): boolean {
  return tree.sent.ownerAt({ ...found, checksum: markOfCopy(found.mtime) }) !== undefined;
}

/** The tree knows it for what it is from now on. */
export function settleOwn(tree: TreeStore, folder: number, entry: RemoteEntry): void {
  tree.sent.forget(foundFile(folder, entry));
}

function isWithoutBase(node: TreeNode): boolean {
  return !node.isFolder && isUnknownThere(node);
}

function isUnknownThere({ staysHere, parent, base }: TreeNode): boolean {
  return !staysHere && parent !== undefined && base === undefined;
}

function foundFile(parent: number, entry: RemoteEntry): FoundFile {
  const name = entryName(entry);
  if (entry.isFolder) return { parent, name, ...OF_FOLDER };
  const { checksum, size, mtime } = entry;
  return { parent, name, checksum, size, mtime };
}
