/**
 * Unsent files of a damaged database come back in a folder of their own, and are sent from there:
 * what the server has under their old names stays as it is, whoever wrote it since.
 */
import fs from 'node:fs';
import { type NodeDraft, ROOT_INO, type Timestamp, UNTOUCHED } from '../cache/node.js';
import { salvage, type UnsentFile } from '../cache/salvage.js';
import { SALVAGE_COPY_BYTES } from '../limits.js';
import { stampOf } from './conflict.js';
import { freeConflictName } from './conflict-copy.js';
import type { RecoveryContext } from './recovery.js';

/**
 * All or nothing: where it fails, on a full disk for instance, the files are left where they are.
 * @param damagedFolder stays, with everything in it.
 */
export function bringBackUnsent(context: RecoveryContext, damagedFolder: string): void {
  const { tree, logger } = context;
  const { files, incomplete } = salvage(damagedFolder);
  if (incomplete.length > 0) {
    logger.error('parts of unsent files are in the damaged cache alone', {
      folder: damagedFolder,
      files: incomplete.length,
    });
  }
  if (files.length === 0) return;
  try {
    const folder = `Recovered ${stampOf(new Date(context.clock.now()))}`;
    const copies = files.map((file) => copied(context, file));
    tree.atomically(() => insertAll(context, folder, copies));
    logger.warn('unsent files of the damaged cache are in a folder of their own', {
      folder,
      files: files.length,
    });
  } catch (error) {
    logger.error('unsent files of the damaged cache could not be taken over', {
      folder: damagedFolder,
      files: files.length,
      reason: String(error),
    });
  }
}

/** Its bytes are in a content of this cache. */
interface Copy extends UnsentFile {
  readonly content: string;
  readonly size: number;
}

/** What no row speaks of in the end is swept by the next start. */
function copied({ contents }: RecoveryContext, file: UnsentFile): Copy {
  const content = contents.create({ size: 0, complete: true });
  const piece = Buffer.alloc(SALVAGE_COPY_BYTES);
  const fd = fs.openSync(file.dataFile, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    for (let size = 0; ;) {
      const bytes = fs.readSync(fd, piece, 0, piece.length, size);
      if (bytes === 0) return { ...file, content, size };
      contents.write(content, size, piece.subarray(0, bytes));
      size += bytes;
    }
  } finally {
    fs.closeSync(fd);
  }
}

function insertAll(context: RecoveryContext, name: string, copies: readonly Copy[]): void {
  const { tree } = context;
  const now = { sec: Math.floor(context.clock.now() / 1000), nsec: 0 };
  const recovered = tree.insert(folderDraft(ROOT_INO, name, now)).ino;
  for (const copy of copies) {
    let parent = recovered;
    for (const folder of copy.folders) {
      const known = tree.child(parent, folder);
      if (known?.isFolder === true) parent = known.ino;
      else parent = tree.insert(folderDraft(parent, free(context, parent, folder), now)).ino;
    }
    tree.insert(fileDraft(parent, free(context, parent, copy.name), copy));
  }
}

/** Where folders could not be read, files of several stand together. */
function free({ tree, clock }: RecoveryContext, parent: number, name: string): string {
  if (tree.child(parent, name) === undefined) return name;
  return freeConflictName(tree, parent, name, new Date(clock.now()));
}

const LOCAL = {
  ...UNTOUCHED,
  uid: undefined,
  gid: undefined,
  staysHere: false,
  base: undefined,
} as const;

function folderDraft(parent: number, name: string, now: Timestamp): NodeDraft {
  const times = { atime: now, mtime: now, ctime: now };
  const nothing = { size: 0, content: undefined, contentDirty: false };
  return { ...LOCAL, ...times, ...nothing, isFolder: true, parent, name, mode: 0o755 };
}

function fileDraft(parent: number, name: string, copy: Copy): NodeDraft {
  const { mode, mtime, size, content } = copy;
  const times = { atime: mtime, mtime, ctime: mtime };
  const own = { parent, name, mode, size, content };
  return { ...LOCAL, ...times, ...own, isFolder: false, contentDirty: true };
}
