/** One file or folder of a simulated server. */
import type { Versioned } from './simulated-versions.js';

export interface Entry extends Versioned {
  readonly id: string;
  readonly isFolder: boolean;
  readonly children: Map<string, Entry>;
  uploadTime: number;
  checksum: string;
  folderEtag: number;
  permissions: string;
}

/** Of a folder with all below it. */
export function sizeOf(entry: Entry): number {
  let size = entry.bytes.length;
  for (const child of entry.children.values()) size += sizeOf(child);
  return size;
}

export function holds(folder: Entry, wanted: Entry): boolean {
  for (const child of folder.children.values()) {
    if (child === wanted || holds(child, wanted)) return true;
  }
  return false;
}
