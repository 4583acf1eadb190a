/**
 * What a local disk would do: the file system of a user who is alone, in memory. A file is an
 * object that its open handles share, so it lives on without a name.
 */
import { NuageError, type ErrorKind } from '../../src/errors.js';

export interface ReferenceFile {
  bytes: string;
}

type Folder = Map<string, Folder | ReferenceFile>;

interface Place {
  readonly folder: Folder;
  readonly name: string;
}

export class ReferenceTree {
  readonly #root: Folder = new Map();

  write(at: string, text: string): void {
    this.#fileToWrite(at).bytes = text;
  }

  append(at: string, text: string): void {
    this.file(at).bytes += text;
  }

  truncate(at: string, size: number): void {
    const file = this.file(at);
    file.bytes = Buffer.from(file.bytes).subarray(0, size).toString().padEnd(size, '\0');
  }

  mkdir(at: string): void {
    const { folder, name } = this.#place(at);
    if (folder.has(name)) throw refused('exists');
    folder.set(name, new Map());
  }

  unlink(at: string): void {
    const { folder, name } = this.#place(at);
    this.file(at);
    folder.delete(name);
  }

  rmdir(at: string): void {
    const { folder, name } = this.#place(at);
    const node = this.#node(at);
    if (!(node instanceof Map)) throw refused('not-a-folder');
    if (node.size > 0) throw refused('not-empty');
    folder.delete(name);
  }

  rename(from: string, to: string): void {
    const { source, target, moved, replaced } = this.#move(from, to);
    if (moved === replaced) return;
    if (replaced !== undefined) {
      if (moved instanceof Map !== replaced instanceof Map) {
        throw refused(moved instanceof Map ? 'not-a-folder' : 'is-a-folder');
      }
      if (replaced instanceof Map && replaced.size > 0) throw refused('not-empty');
    }
    source.folder.delete(source.name);
    target.folder.set(target.name, moved);
  }

  exchange(from: string, to: string): void {
    const { source, target, moved, replaced } = this.#move(from, to);
    if (replaced === undefined) throw refused('not-found');
    if (replaced instanceof Map && holds(replaced, source.folder))
      throw refused('invalid-argument');
    source.folder.set(source.name, replaced);
    target.folder.set(target.name, moved);
  }

  /** @throws kind `is-a-folder` among others. */
  file(at: string): ReferenceFile {
    const node = this.#node(at);
    if (node instanceof Map) throw refused('is-a-folder');
    return node;
  }

  /** As `EngineBench.tree`. */
  tree(): ReadonlyMap<string, string> {
    const all = new Map<string, string>();
    const walk = (folder: Folder, path: string): void => {
      for (const [name, node] of folder) {
        const at = path === '' ? name : `${path}/${name}`;
        all.set(node instanceof Map ? `${at}/` : at, node instanceof Map ? '' : node.bytes);
        if (node instanceof Map) walk(node, at);
      }
    };
    walk(this.#root, '');
    return all;
  }

  #move(
    from: string,
    to: string,
  ): {
    source: Place;
    target: Place;
    moved: Folder | ReferenceFile;
    replaced: Folder | ReferenceFile | undefined;
  } {
    const source = this.#place(from);
    const target = this.#place(to);
    const moved = source.folder.get(source.name);
    if (moved === undefined) throw refused('not-found');
    if (moved instanceof Map && holds(moved, target.folder)) throw refused('invalid-argument');
    return { source, target, moved, replaced: target.folder.get(target.name) };
  }

  #fileToWrite(at: string): ReferenceFile {
    const { folder, name } = this.#place(at);
    if (folder.has(name)) return this.file(at);
    const file = { bytes: '' };
    folder.set(name, file);
    return file;
  }

  #node(at: string): Folder | ReferenceFile {
    const { folder, name } = this.#place(at);
    const node = folder.get(name);
    if (node === undefined) throw refused('not-found');
    return node;
  }

  #place(at: string): Place {
    const parts = at.split('/');
    const name = parts.pop() ?? '';
    let folder = this.#root;
    for (const part of parts) {
      const next = folder.get(part);
      if (next === undefined) throw refused('not-found');
      if (!(next instanceof Map)) throw refused('not-a-folder');
      folder = next;
    }
    return { folder, name };
  }
}

/** The folder itself, or anything in it. */
function holds(folder: Folder, wanted: Folder): boolean {
  if (folder === wanted) return true;
  return [...folder.values()].some((node) => node instanceof Map && holds(node, wanted));
}

function refused(kind: ErrorKind): NuageError {
  return new NuageError(kind, 'as a local disk would');
}
