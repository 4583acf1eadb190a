/**
 * Which server paths the running steps use. A step that changes a place (a folder made, something
 * moved or removed) must not run beside one at or below that place; uploads of different files may.
 */
export interface Scope {
  readonly paths: readonly string[];
  readonly isStructural: boolean;
}

export class Scopes {
  readonly #running = new Set<Scope>();

  get size(): number {
    return this.#running.size;
  }

  isFree(scope: Scope): boolean {
    for (const other of this.#running) {
      if (collide(scope, other)) return false;
    }
    return true;
  }

  add(scope: Scope): void {
    this.#running.add(scope);
  }

  delete(scope: Scope): void {
    this.#running.delete(scope);
  }
}

function collide(a: Scope, b: Scope): boolean {
  return a.paths.some((pathA) =>
    b.paths.some(
      (pathB) =>
        pathA === pathB ||
        (a.isStructural && isWithin(pathB, pathA)) ||
        (b.isStructural && isWithin(pathA, pathB)),
    ),
  );
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
