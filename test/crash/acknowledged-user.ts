/**
 * A user who remembers what was acknowledged: each call is made on the engine and on a local disk
 * in memory, and while it is under way the state before and the state after are both right.
 */
import type { EngineBench } from '../support/engine-bench.js';
import { ReferenceTree } from '../model/reference-tree.js';

export type Tree = ReadonlyMap<string, string>;

const EXCHANGE = 2;

export class AcknowledgedUser {
  readonly #bench: EngineBench;
  readonly #disk = new ReferenceTree();
  /** Any of these may be seen after a kill now. */
  allowed: readonly Tree[] = [new Map()];

  constructor(bench: EngineBench) {
    this.#bench = bench;
  }

  /** What the account held before the user came. */
  knows(at: string, text: string | undefined): void {
    if (text === undefined) this.#disk.mkdir(at);
    else this.#disk.write(at, text);
    this.allowed = [this.#disk.tree()];
  }

  /** As `echo text > path`: cut, or made, and then written. */
  write(at: string, text: string): void {
    this.#do(
      () => this.#bench.closeHandle(this.#bench.create(at)),
      (disk) => disk.write(at, ''),
    );
    const file = this.#bench.open(at);
    this.#do(
      () => this.#bench.writeHandle(file, 0, text),
      (disk) => disk.append(at, text),
    );
    this.#bench.syncHandle(file);
    this.#bench.closeHandle(file);
  }

  append(at: string, text: string): void {
    const file = this.#bench.open(at);
    const end = Buffer.byteLength(this.#disk.file(at).bytes);
    this.#do(
      () => this.#bench.writeHandle(file, end, text),
      (disk) => disk.append(at, text),
    );
    this.#bench.closeHandle(file);
  }

  truncate(at: string, size: number): void {
    this.#do(
      () => this.#bench.truncate(at, size),
      (disk) => disk.truncate(at, size),
    );
  }

  mkdir(at: string): void {
    this.#do(
      () => this.#bench.mkdir(at),
      (disk) => disk.mkdir(at),
    );
  }

  rmdir(at: string): void {
    this.#do(
      () => this.#bench.rmdir(at),
      (disk) => disk.rmdir(at),
    );
  }

  unlink(at: string): void {
    this.#do(
      () => this.#bench.unlink(at),
      (disk) => disk.unlink(at),
    );
  }

  rename(at: string, to: string): void {
    this.#do(
      () => this.#bench.rename(at, to),
      (disk) => disk.rename(at, to),
    );
  }

  exchange(at: string, to: string): void {
    this.#do(
      () => this.#bench.rename(at, to, EXCHANGE),
      (disk) => disk.exchange(at, to),
    );
  }

  #do(here: () => void, there: (disk: ReferenceTree) => void): void {
    const before = this.#disk.tree();
    there(this.#disk);
    const after = this.#disk.tree();
    this.allowed = [before, after];
    here();
    this.allowed = [after];
  }
}
