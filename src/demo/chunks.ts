/** The chunks of an open upload: one file each in the folder of the upload. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Chunk {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly mtime: number;
}

/** Chunk names may have any form: `2`, `00002`, `part-2`. */
const NATURAL_ORDER = new Intl.Collator('en', { numeric: true });

/** In natural order: 1, 2, 10. */
export function chunksOf(folder: string): Chunk[] {
  const chunks = readdirSync(folder).map((name) => {
    const file = path.join(folder, name);
    const stats = statSync(file);
    return { name, file, size: stats.size, mtime: Math.floor(stats.mtimeMs / 1000) };
  });
  return chunks.sort((a, b) => NATURAL_ORDER.compare(a.name, b.name));
}
