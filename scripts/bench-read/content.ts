/** What is read: a tree, two large files, small files in ten folders, and pictures. */
import path from 'node:path';
import { writeRandom } from '../bench-common/random-file.js';

const MIB = 1024 * 1024;
const SMALL_FOLDERS = 10;
const SMALL_BYTES = 1_500;
const PICTURE_BYTES = 300 * 1024;

export interface Sizes {
  readonly folders: number;
  readonly filesPerFolder: number;
  readonly bigBytes: number;
  readonly smallFiles: number;
  readonly pictures: number;
}

/** Of the issue. @param share makes everything smaller, for a look at whether it works. */
export function sizesOf(share: number): Sizes {
  const part = (whole: number) => Math.max(1, Math.round(whole * share));
  return {
    folders: part(100),
    filesPerFolder: 50,
    bigBytes: part(512) * MIB,
    smallFiles: 50,
    pictures: 20,
  };
}

/** The one folder of the account in which all of it lies; its name tells the sizes. */
export function contentName({ folders, bigBytes }: Sizes): string {
  return `bench-read-${folders}-${bigBytes / MIB}`;
}

export function writeContent(parent: string, sizes: Sizes): void {
  const root = path.join(parent, contentName(sizes));
  for (let folder = 0; folder < sizes.folders; folder += 1) {
    for (let file = 0; file < sizes.filesPerFolder; file += 1) {
      writeRandom(path.join(root, 'tree', `folder ${folder}`, `file ${file}.txt`), 100 + file);
    }
  }
  for (let file = 0; file < sizes.smallFiles; file += 1) {
    writeRandom(path.join(root, 'small', `${file % SMALL_FOLDERS}`, `${file}.txt`), SMALL_BYTES);
  }
  for (let file = 0; file < sizes.pictures; file += 1) {
    writeRandom(path.join(root, 'pictures', `${file}.jpg`), PICTURE_BYTES);
  }
  for (const name of ['read.bin', 'probe.bin'])
    writeRandom(path.join(root, 'big', name), sizes.bigBytes);
}
