/** How much of what is pinned is here: a row per pinned file, added up for each pin. */

export interface PinTotals {
  readonly files: number;
  readonly bytes: number;
  readonly filesHere: number;
  readonly bytesHere: number;
}

interface PinnedFile {
  /** The pin that it belongs to: the topmost one, so that each file counts once. */
  readonly root: number;
  readonly bytes: number;
  readonly isHere: boolean;
}

const NO_TOTALS: PinTotals = { files: 0, bytes: 0, filesHere: 0, bytesHere: 0 };

export class PinAccount {
  readonly #files = new Map<number, PinnedFile>();
  readonly #roots = new Map<number, PinTotals>();
  #all: PinTotals = NO_TOTALS;

  get all(): PinTotals {
    return this.#all;
  }

  of(root: number): PinTotals {
    return this.#roots.get(root) ?? NO_TOTALS;
  }

  set(ino: number, file: PinnedFile): void {
    this.delete(ino);
    this.#files.set(ino, file);
    this.#add(file, 1);
  }

  delete(ino: number): void {
    const file = this.#files.get(ino);
    if (file === undefined) return;
    this.#files.delete(ino);
    this.#add(file, -1);
  }

  clear(): void {
    this.#files.clear();
    this.#roots.clear();
    this.#all = NO_TOTALS;
  }

  #add(file: PinnedFile, by: 1 | -1): void {
    this.#all = sum(this.#all, file, by);
    this.#roots.set(file.root, sum(this.of(file.root), file, by));
  }
}

function sum(totals: PinTotals, { bytes, isHere }: PinnedFile, by: 1 | -1): PinTotals {
  return {
    files: totals.files + by,
    bytes: totals.bytes + by * bytes,
    filesHere: totals.filesHere + (isHere ? by : 0),
    bytesHere: totals.bytesHere + (isHere ? by * bytes : 0),
  };
}
