/**
 * Writes new files together where that is safe: a bulk upload replaces what stands at a name, so it
 * goes only into folders that were made or listed here moments before, and only to names that were
 * not there. Whatever else comes to mind of a file, one conditional PUT can tell: it is left to it.
 */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import { NO_VERDICT, NuageError } from '../errors.js';
import {
  BULK_FILES_MIN,
  BULK_FOLDER_ENTRIES_MAX,
  BULK_FOLDERS_KNOWN_MAX,
  BULK_FRESH_MS,
  BULK_REST_MS,
} from '../limits.js';
import { bulkUpload, isFitForBulk, type BulkPart } from './bulk-upload.js';
import type { DavContext } from './dav-context.js';
import { listPlainly } from './plain-listing.js';
import type { NewFile, StoredFile } from './remote.js';
import { checksumOf } from './write-outcome.js';

export class NewFiles {
  readonly #clock: Clock;
  #isOffered = false;
  /** Monotonic: until then every file goes alone, because something went wrong. */
  #restsUntil = -Infinity;
  /** Folders that were made here, by path, and when; the oldest first. */
  readonly #made = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  offered(isOffered: boolean): void {
    this.#isOffered = isOffered;
  }

  folderMade(path: string): void {
    this.#made.delete(path);
    this.#made.set(path, this.#clock.monotonic());
    if (this.#made.size <= BULK_FOLDERS_KNOWN_MAX) return;
    for (const oldest of this.#made.keys()) {
      this.#made.delete(oldest);
      return;
    }
  }

  /** Something else may stand at these places, and below them, from now on. */
  placesChanged(...paths: readonly string[]): void {
    for (const made of this.#made.keys()) {
      if (paths.some((path) => made === path || made.startsWith(`${path}/`))) {
        this.#made.delete(made);
      }
    }
  }

  /**
   * @returns what is stored of each; undefined for those that are still to be written, which may
   * be stored all the same. @throws where the line is down: then of all of them.
   */
  async write(
    context: DavContext,
    files: readonly NewFile[],
    signal: AbortSignal,
  ): Promise<readonly (StoredFile | undefined)[]> {
    const stored = new Map<NewFile, StoredFile>();
    if (this.#isOffered && this.#clock.monotonic() >= this.#restsUntil) {
      try {
        await this.#send(context, files, { stored, signal });
      } catch (error) {
        this.#stumbled(context, error);
      }
    }
    return files.map((file) => stored.get(file));
  }

  async #send(
    context: DavContext,
    files: readonly NewFile[],
    { stored, signal }: { stored: Map<NewFile, StoredFile>; signal: AbortSignal },
  ): Promise<void> {
    const absent = await this.#absent(context, files, signal);
    const parts = new Map<NewFile, BulkPart>();
    for (const file of absent) {
      const part = partOf(file);
      if (part !== undefined) parts.set(file, part);
      await turn();
    }
    if (parts.size < BULK_FILES_MIN) return;
    const noted = [...parts].map(async ([file, part]) => file.announce?.(checksumOf(part)));
    await Promise.all(noted);
    const outcomes = await bulkUpload(context, [...parts.values()], signal);
    for (const [index, file] of [...parts.keys()].entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) stored.set(file, outcome);
    }
  }

  /** Those whose names are known to be free. */
  async #absent(
    context: DavContext,
    files: readonly NewFile[],
    signal: AbortSignal,
  ): Promise<readonly NewFile[]> {
    const byFolder = new Map<string, NewFile[]>();
    for (const file of files.filter(({ path }) => isFitForBulk(path))) {
      const folder = folderOf(file.path);
      byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
    }
    const absent: NewFile[] = [];
    for (const [folder, inIt] of byFolder) {
      if (this.#isFresh(folder)) {
        absent.push(...inIt);
      } else if (inIt.length >= BULK_FILES_MIN) {
        const taken = await pathsIn(context, folder, signal);
        if (taken !== undefined) absent.push(...inIt.filter(({ path }) => !taken.has(path)));
      }
    }
    return absent;
  }

  #isFresh(folder: string): boolean {
    const madeAt = this.#made.get(folder);
    return madeAt !== undefined && this.#clock.monotonic() - madeAt <= BULK_FRESH_MS;
  }

  #stumbled({ logger }: DavContext, error: unknown): void {
    if (!(error instanceof NuageError)) throw error;
    this.#restsUntil = this.#clock.monotonic() + BULK_REST_MS;
    const { kind, message } = error;
    logger.info('new files go one by one for a while', { kind, reason: message });
    // Asking for each file would meet the same.
    if (NO_VERDICT.has(kind)) throw error;
  }
}

/** A snapshot: read between two looks at the version. Undefined when it is being written. */
function partOf({ path, source, metadata }: NewFile): BulkPart | undefined {
  const bytes = Buffer.alloc(metadata.size);
  try {
    source.read(0, bytes);
  } catch (error) {
    // Whoever writes it alone meets the same, and tells it of this file.
    if (error instanceof NuageError) return undefined;
    throw error;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, bytes, sha256, mtime: metadata.mtime };
}

/** What the server has in a folder; undefined where that is too much, or not to be had. */
async function pathsIn(
  context: DavContext,
  folder: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const paths = new Set<string>();
  try {
    await listPlainly(context, { root: context.files, folder, path: folder, signal }, (path) => {
      paths.add(path);
      if (paths.size > BULK_FOLDER_ENTRIES_MAX) throw new NuageError('too-large', 'a large folder');
    });
  } catch (error) {
    if (error instanceof NuageError && !NO_VERDICT.has(error.kind)) return undefined;
    throw error;
  }
  return paths;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
