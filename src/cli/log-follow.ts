/** What is added to the log, line by line, also after it was turned over: as `tail -F` does. */
import fs from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export class LogFollower {
  readonly #file: string;
  #fd: number | undefined;
  #at = 0;
  readonly #decoder = new StringDecoder('utf8');
  /** The beginning of a line whose end has not come yet. */
  #rest = '';

  /** From its present end on; a file that is not there yet is shown from its start. */
  constructor(file: string) {
    this.#file = file;
    this.#open();
    if (this.#fd !== undefined) this.#at = fs.fstatSync(this.#fd).size;
  }

  /** Those that came since the last call; of a file that was turned over, its last ones as well. */
  next(): readonly string[] {
    let text = this.#read();
    if (this.#isTurnedOver()) {
      this.close();
      this.#open();
      text += this.#read();
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): void {
    this.#at = 0;
    this.#fd = fs.existsSync(this.#file) ? fs.openSync(this.#file, 'r') : undefined;
  }

  #isTurnedOver(): boolean {
    const now = fs.statSync(this.#file, { throwIfNoEntry: false });
    if (now === undefined) return false;
    return this.#fd === undefined || fs.fstatSync(this.#fd).ino !== now.ino;
  }

  #read(): string {
    if (this.#fd === undefined) return '';
    const piece = Buffer.alloc(Math.max(0, fs.fstatSync(this.#fd).size - this.#at));
    const length = fs.readSync(this.#fd, piece, 0, piece.length, this.#at);
    this.#at += length;
    return this.#decoder.write(piece.subarray(0, length));
  }
}
