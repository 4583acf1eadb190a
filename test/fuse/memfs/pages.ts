/** Sparse bytes of one file: pages that were never written are holes and read as zeros. */

export const PAGE_BYTES = 4096;

export class SparsePages {
  readonly #pages = new Map<number, Uint8Array>();
  size = 0;

  get allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  /** Returns the bytes read: fewer than asked only at the end. */
  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    this.#eachPage(offset, length, (index, from, to, at) => {
      const page = this.#pages.get(index);
      if (page === undefined) into.fill(0, at, at + to - from);
      else into.set(page.subarray(from, to), at);
    });
    return length;
  }

  write(offset: number, data: Uint8Array): void {
    this.#eachPage(offset, data.length, (index, from, to, at) => {
      let page = this.#pages.get(index);
      if (page === undefined) {
        page = new Uint8Array(PAGE_BYTES);
        this.#pages.set(index, page);
      }
      page.set(data.subarray(at, at + to - from), from);
    });
    this.size = Math.max(this.size, offset + data.length);
  }

  truncate(size: number): void {
    if (size < this.size) {
      this.#pages.get(Math.floor(size / PAGE_BYTES))?.fill(0, size % PAGE_BYTES);
      const firstGone = Math.ceil(size / PAGE_BYTES);
      for (const index of this.#pages.keys()) if (index >= firstGone) this.#pages.delete(index);
    }
    this.size = size;
  }

  allocate(offset: number, length: number): void {
    this.#eachPage(offset, length, (index) => {
      if (!this.#pages.has(index)) this.#pages.set(index, new Uint8Array(PAGE_BYTES));
    });
  }

  punch(offset: number, length: number): void {
    this.#eachPage(offset, length, (index, from, to) => {
      if (from === 0 && to === PAGE_BYTES) this.#pages.delete(index);
      else this.#pages.get(index)?.fill(0, from, to);
    });
  }

  /** The next offset with (or without) data, undefined beyond the end. */
  seek(offset: number, wantsData: boolean): number | undefined {
    if (offset >= this.size) return undefined;
    for (let index = Math.floor(offset / PAGE_BYTES); index * PAGE_BYTES < this.size; index += 1) {
      if (this.#pages.has(index) === wantsData) return Math.max(offset, index * PAGE_BYTES);
    }
    return wantsData ? undefined : this.size;
  }

  #eachPage(
    offset: number,
    length: number,
    visit: (...part: readonly [index: number, from: number, to: number, at: number]) => void,
  ): void {
    for (let at = 0; at < length;) {
      const index = Math.floor((offset + at) / PAGE_BYTES);
      const from = (offset + at) % PAGE_BYTES;
      const to = Math.min(PAGE_BYTES, from + length - at);
      visit(index, from, to, at);
      at += to - from;
    }
  }
}
