/**
 * What has changed since the server was last listened to, found by one search for the ETags of all
 * folders: those are listed that differ, all at once and not from the root down level by level, or,
 * where many differ, whole trees. A folder that holds a mount shows another ETag in a search and is
 * listed once for nothing.
 */
import { ROOT_INO } from '../cache/node.js';
import type { NuageError } from '../errors.js';
import {
  MERGE_SLICE_ENTRIES,
  SURVEY_FOLDERS_MIN,
  SURVEY_SINGLES_MAX,
  SURVEY_TREE_FOLDERS_MIN,
} from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import type { Merger } from './merge.js';
import type { Primer } from './primer.js';
import type { SlicedWork, Slices } from './slices.js';

export interface SurveyParts {
  readonly connection: Connection;
  readonly merger: Merger;
  readonly inFlight: InFlight;
  readonly lister: Lister;
  readonly primer: Primer;
  readonly slices: Slices;
}

export class Survey implements SlicedWork {
  readonly #context: SyncContext;
  readonly #parts: SurveyParts;
  /** Much may have changed unseen: at a start, and after a time offline. */
  #isDue = true;
  #isRunning = false;
  #stamp = 0;
  readonly #waiting: RemoteEntry[] = [];
  readonly #differing: number[] = [];
  #whenDone: (() => void) | undefined;

  constructor(context: SyncContext, parts: SurveyParts) {
    this.#context = context;
    this.#parts = parts;
    parts.connection.onChange((online) => {
      if (!online) this.#isDue = true;
    });
  }

  /** Nothing has changed. */
  isNotNeeded(): void {
    this.#isDue = false;
  }

  /** @returns false where there is no need; else `done` is called, whatever comes of it. */
  begin(done: () => void): boolean {
    if (this.#isRunning) return true;
    if (!this.#isDue) return false;
    this.#isDue = false;
    if (this.#context.tree.folderCount() < SURVEY_FOLDERS_MIN) return false;
    this.#isRunning = true;
    this.#stamp = this.#parts.inFlight.stamp();
    this.#differing.length = 0;
    this.#context.effects.start(
      { op: 'list-folders' },
      {
        entries: (piece) => {
          this.#waiting.push(...piece);
          this.#parts.slices.add(this);
        },
        done: () => this.#end(done),
        failed: (error) => this.#failed(error, done),
      },
    );
    return true;
  }

  slice(): boolean {
    for (const entry of this.#waiting.splice(0, MERGE_SLICE_ENTRIES)) this.#compare(entry);
    if (this.#waiting.length > 0) return true;
    const whenDone = this.#whenDone;
    this.#whenDone = undefined;
    whenDone?.();
    return false;
  }

  #compare({ fileId, etag, path }: RemoteEntry): void {
    const { tree } = this.#context;
    const folder = tree.byFileId(fileId);
    if (folder?.listedEtag === undefined || folder.listedEtag === etag) return;
    // One that stands elsewhere now is found by the listing of the folder that holds it.
    if (tree.basePath(folder.ino) !== path) return;
    if (this.#parts.merger.isOutdated(folder.ino, this.#stamp)) return;
    this.#differing.push(folder.ino);
  }

  #end(done: () => void): void {
    this.#whenDone = () => {
      this.#isRunning = false;
      this.#listDiffering();
      done();
    };
    this.#parts.slices.add(this);
  }

  #failed(error: NuageError, done: () => void): void {
    this.#context.logger.info('no search for folders; they are compared level by level', {
      kind: error.kind,
      reason: error.message,
    });
    this.#waiting.length = 0;
    this.#isRunning = false;
    done();
  }

  #listDiffering(): void {
    const { lister, primer } = this.#parts;
    const groups = new Map<number, number[]>();
    for (const ino of this.#differing) {
      const top = this.#topOf(ino);
      const group = groups.get(top);
      if (group === undefined) groups.set(top, [ino]);
      else group.push(ino);
    }
    const areMany = this.#differing.length > SURVEY_SINGLES_MAX;
    for (const [top, inos] of groups) {
      const asTree = areMany && inos.length >= SURVEY_TREE_FOLDERS_MIN;
      if (asTree && top !== ROOT_INO) primer.readAgain(top);
      else for (const ino of inos) lister.refresh(ino);
    }
    this.#differing.length = 0;
  }

  /** The folder in the root that holds it. */
  #topOf(ino: number): number {
    const { tree } = this.#context;
    let top = ino;
    for (let at = ino; at !== ROOT_INO;) {
      const parent = tree.get(at)?.base?.parent;
      if (parent === undefined || parent === 0) return top;
      top = at;
      at = parent;
    }
    return top;
  }
}
