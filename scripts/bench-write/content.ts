/** What is written: one large file, many small ones, and the files of a repository. */
import path from 'node:path';
import { writeRandom } from '../bench-common/random-file.js';

const MIB = 1024 * 1024;
const SMALL_BYTES = 8 * 1024;
const SOURCE_BYTES = 2_000;

export interface Sizes {
  readonly bigBytes: number;
  readonly cachedBytes: number;
  readonly smallFiles: number;
  readonly sources: number;
}

/** Of the issue. @param share makes the large files smaller, for a look at whether it works. */
export function sizesOf(share: number): Sizes {
  const part = (mebibytes: number) => Math.max(1, Math.round(mebibytes * share)) * MIB;
  return { bigBytes: part(256), cachedBytes: part(1024), smallFiles: 200, sources: 111 };
}

export const BIG = 'big.bin';
export const SMALL = 'small';
export const SOURCES = 'sources';

export function writeContent(folder: string, sizes: Sizes): void {
  writeRandom(path.join(folder, BIG), sizes.bigBytes);
  for (let file = 1; file <= sizes.smallFiles; file += 1) {
    writeRandom(path.join(folder, SMALL, `${file}.bin`), SMALL_BYTES);
  }
  for (let file = 1; file <= sizes.sources; file += 1) {
    writeRandom(path.join(folder, SOURCES, `${file % 10}`, `${file}.bin`), SOURCE_BYTES);
  }
}
