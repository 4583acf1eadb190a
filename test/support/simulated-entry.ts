/** One file or folder of a simulated server. */
import type { RemoteEntry } from '../../src/remote/remote.js';
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

/** With all below it. */
export function copyOf(entry: Entry): Entry {
  const children = new Map([...entry.children].map(([name, child]) => [name, copyOf(child)]));
  return { ...entry, children, versions: [...entry.versions] };
}

export function etagOf(entry: Entry): string {
  if (entry.isFolder) return `folder-${entry.folderEtag}`;
  return `${entry.mtime}-${entry.id}-${entry.bytes.length}`;
}

/** Every path below with its content; a folder has `/` behind it and no content. */
export function contentsOf(folder: Entry, path = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, child] of folder.children) {
    const at = path === '' ? name : `${path}/${name}`;
    all.set(child.isFolder ? `${at}/` : at, child.isFolder ? '' : child.bytes.toString());
    for (const [below, text] of contentsOf(child, at)) all.set(below, text);
  }
  return all;
}

/** As a listing tells of it. */
export function rowOf(path: string, entry: Entry): RemoteEntry {
  const { id, isFolder, mtime, permissions, uploadTime, checksum } = entry;
  const [etag, size] = [etagOf(entry), sizeOf(entry)];
  return { path, isFolder, fileId: id, etag, size, mtime, permissions, uploadTime, checksum };
}
