/**
 * Who reads the files of a folder one after the other: a viewer, a search, a copy. Two different
 * files read soon after each other begin a walk; the next folder that is read while the walk is
 * fresh goes on with it. A lone file, or the same one again and again, is no walk.
 */
import {
  COMPANY_FILES_FIRST,
  COMPANY_FILES_MAX,
  COMPANY_FOLDERS_MAX,
  WALK_FILES_MAX,
  WALK_PAUSE_MS,
  WALKS_MAX,
} from '../limits.js';

/** One folder being read through. */
export interface Walk {
  readonly folder: number;
  /** Files read. */
  readonly files: Set<number>;
  lastAt: number;
  /** The file read last before the present one. */
  previous: number | undefined;
  present: number | undefined;
  /** How many may come ahead in one go. */
  window: number;
  /** Files were asked for ahead of it, and so many of those read had come so. */
  hasCompany: boolean;
  used: number;
}

export class Walks {
  /** The one read last stands last. At most {@link WALKS_MAX}. */
  readonly #walks = new Map<number, Walk>();
  /** Folders in a row that were read through. */
  #folders = 0;

  /**
   * A file of this folder is read.
   * @returns the walk that it belongs to; undefined while there is none to see.
   */
  note(folder: number, file: number, now: number): Walk | undefined {
    const last = [...this.#walks.values()].at(-1);
    const isFresh = last !== undefined && now - last.lastAt <= WALK_PAUSE_MS;
    if (!isFresh) this.#folders = 0;
    const walk = this.#walkOf(folder, now);
    const isOn = isFresh && last !== walk && last.files.size > 1;
    if (isOn && walk.files.size === 0) this.#folders += 1;
    walk.lastAt = now;
    if (walk.present !== file) walk.previous = walk.present;
    walk.present = file;
    if (walk.files.size < WALK_FILES_MAX) walk.files.add(file);
    this.#walks.delete(folder);
    this.#walks.set(folder, walk);
    const [oldest] = this.#walks.keys();
    if (this.#walks.size > WALKS_MAX && oldest !== undefined) this.#walks.delete(oldest);
    return walk.files.size > 1 || isOn || this.#folders > 0 ? walk : undefined;
  }

  /** Folders that may be read ahead of this one: none in the first, then more and more. */
  get foldersAhead(): number {
    return Math.min(this.#folders * 2, COMPANY_FOLDERS_MAX);
  }

  /** Nobody has read on for a while. */
  isOver(now: number): boolean {
    const last = [...this.#walks.values()].at(-1);
    return last === undefined || now - last.lastAt > WALK_PAUSE_MS;
  }

  #walkOf(folder: number, now: number): Walk {
    const known = this.#walks.get(folder);
    if (known !== undefined && now - known.lastAt <= WALK_PAUSE_MS) return known;
    return {
      folder,
      files: new Set(),
      lastAt: now,
      previous: undefined,
      present: undefined,
      window: COMPANY_FILES_FIRST,
      hasCompany: false,
      used: 0,
    };
  }
}

/** Its guesses come true. */
export function widenWalk(walk: Walk): void {
  walk.window = Math.min(walk.window * 2, COMPANY_FILES_MAX);
}

/** What came ahead is not what is read: no more of it. */
export function isWrong({ hasCompany, files, used }: Walk): boolean {
  return hasCompany && files.size > 4 && used * 4 < files.size;
}
