/**
 * The private folder of one account: who may see it, what lies where in it, and how a damaged
 * state is set aside. Nothing in it is reached through a symbolic link.
 */
import fs from 'node:fs';
import path from 'node:path';
import { codeOf, NuageError } from '../errors.js';
import { onDisk } from './disk-error.js';

const DATABASE = 'nuage.sqlite';
const DATA = 'data';
/** The database file and those that SQLite keeps beside it. */
const DATABASE_FILES = [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`];

export const databasePath = (stateFolder: string): string => path.join(stateFolder, DATABASE);

export const dataFolder = (stateFolder: string): string => path.join(stateFolder, DATA);

/**
 * Creates a folder (0700), or makes sure that the one there is a real folder, ours, and private.
 * @throws kind `forbidden` when it belongs to somebody else or is not a folder.
 */
export function ensurePrivateFolder(folder: string): void {
  onDisk('create state folder', () => fs.mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const stat = onDisk('check state folder', () => fs.lstatSync(folder));
  if (!stat.isDirectory())
    throw refuse(folder, 'is not a folder (symbolic links are not followed)');
  requireOwner(folder, stat);
  if ((stat.mode & 0o777) !== 0o700) {
    onDisk('make state folder private', () => fs.chmodSync(folder, 0o700));
  }
}

/** Creates a file (0600), or makes sure that the one there is a real file, ours, and private. */
export function ensurePrivateFile(file: string): void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw refuse(file, 'is a symbolic link');
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw refuse(file, 'is not a file');
    requireOwner(file, stat);
    if ((stat.mode & 0o777) !== 0o600) fs.fchmodSync(fd, 0o600);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes the entries of a folder durable. */
export function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Moves the database and the data files, which only it could name, into a `damaged-N` folder. They
 * may hold the only copy of unsent work, so nothing is deleted.
 * @returns the new folder's path.
 */
export function setDamagedStateAside(stateFolder: string): string {
  return onDisk('set damaged state aside', () => {
    const aside = createFreshFolder(stateFolder);
    for (const name of [...DATABASE_FILES, DATA]) {
      const from = path.join(stateFolder, name);
      if (fs.existsSync(from)) fs.renameSync(from, path.join(aside, name));
    }
    syncFolder(aside);
    syncFolder(stateFolder);
    return aside;
  });
}

function createFreshFolder(stateFolder: string): string {
  for (let number = 1; ; number += 1) {
    const folder = path.join(stateFolder, `damaged-${number}`);
    try {
      fs.mkdirSync(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

function requireOwner(file: string, stat: fs.Stats): void {
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    throw refuse(file, `belongs to another user (${stat.uid})`);
  }
}

function refuse(file: string, reason: string): NuageError {
  return new NuageError('forbidden', `${file} ${reason}`, {
    op: 'open state folder',
    path: file,
    hint: 'Move it away, or choose another state folder.',
  });
}
