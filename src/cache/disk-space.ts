/**
 * How full the disk of the cache is, and a few megabytes of it set aside: when others have filled
 * the disk to the last byte, not even a deletion could be written to the database without them.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DISK_RESERVE_BYTES, DISK_RESERVE_SHARE } from '../limits.js';
import { onDisk } from './disk-error.js';

export interface DiskSpace {
  /** That this user may take. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export function diskSpaceOf(folder: string): DiskSpace {
  return onDisk('look at the disk', () => {
    const { bavail, blocks, bsize } = fs.statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  });
}

const RESERVE = 'reserve';

export class DiskReserve {
  readonly #file: string;
  readonly #bytes: number;
  #isThere: boolean;

  constructor(stateFolder: string, disk: DiskSpace) {
    this.#file = path.join(stateFolder, RESERVE);
    this.#bytes = Math.floor(Math.min(DISK_RESERVE_BYTES, disk.totalBytes * DISK_RESERVE_SHARE));
    const size = fs.lstatSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    this.#isThere = size >= this.#bytes;
  }

  /** What is set aside, there or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sets it aside. Zeros that are written take space; a file that is only long does not. */
  fill(): void {
    if (this.#isThere) return;
    try {
      fs.rmSync(this.#file, { force: true });
      fs.writeFileSync(this.#file, Buffer.alloc(this.#bytes), { flag: 'wx', mode: 0o600 });
      this.#isThere = true;
    } catch {
      // As good as none: it is tried again when there is more room.
      this.release();
    }
  }

  release(): void {
    this.#isThere = false;
    fs.rmSync(this.#file, { force: true });
  }
}
