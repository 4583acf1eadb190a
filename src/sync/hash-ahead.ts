/**
 * While the upload of a large file waits out its delay its bytes are hashed, so that it begins by
 * sending. The guard that they are hashed under is kept for the upload: a write in between bumps
 * it, and what was hashed counts for nothing.
 */
import type { TreeNode } from '../cache/node.js';
import { HASH_AHEAD_FILE_BYTES_MIN, HASH_AHEAD_MS, HASHES_AHEAD_MAX } from '../limits.js';
import type { Activity } from './activity.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { VersionGuards } from './version-guards.js';

export interface HashAheadParts {
  readonly connection: Connection;
  readonly activity: Activity;
  readonly guards: VersionGuards;
  readonly inFlight: InFlight;
}

export class HashAhead {
  readonly #context: SyncContext;
  readonly #parts: HashAheadParts;
  /** Closed, and to be looked at when their delay is about to end. */
  readonly #waiting = new Set<number>();
  /** By node the version of its content that is hashed, whose upload is still to come. */
  readonly #begun = new Map<number, number>();

  constructor(context: SyncContext, parts: HashAheadParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** A program has closed what it may have written, and the row says so. */
  closed(ino: number): void {
    const node = this.#context.tree.get(ino);
    if (node === undefined || !this.#isWorthIt(node)) return;
    this.#waiting.add(ino);
    this.#lookAfter(Math.max(0, this.#parts.activity.delayMs(node) - HASH_AHEAD_MS));
  }

  #lookAfter(delayMs: number): void {
    this.#context.timers.setIfSooner('hash-ahead', delayMs, () => this.#look());
  }

  #look(): void {
    let wait = Infinity;
    for (const ino of this.#waiting) {
      const node = this.#context.tree.get(ino);
      const isWanted = node !== undefined && this.#isWorthIt(node);
      const delay = isWanted ? this.#parts.activity.delayMs(node) : 0;
      if (delay > HASH_AHEAD_MS) {
        wait = Math.min(wait, delay - HASH_AHEAD_MS);
        continue;
      }
      this.#waiting.delete(ino);
      // Without a delay its upload is about to hash it.
      if (isWanted && delay > 0) this.#begin(node);
    }
    if (wait < Infinity) this.#lookAfter(wait);
  }

  #isWorthIt({ ino, size, contentDirty, failure, staysHere, parent }: TreeNode): boolean {
    if (!contentDirty || size < HASH_AHEAD_FILE_BYTES_MIN) return false;
    if (failure !== undefined || staysHere || parent === undefined) return false;
    const { activity, connection, inFlight } = this.#parts;
    return connection.online && !activity.isBeingWritten(ino) && !inFlight.isBusy(ino);
  }

  #begin({ ino, content, contentVersion, size }: TreeNode): void {
    const { contents, effects } = this.#context;
    if (content === undefined || this.#begun.get(ino) === contentVersion) return;
    // What is to be fetched first would change under the hash, and no guard tells of it.
    if (contents.size(content) !== size || contents.missing(content, 0, size).length > 0) return;
    this.#forgetSettled();
    // Of many files the first ones do: the others are hashed while those are sent.
    if (this.#begun.size >= HASHES_AHEAD_MAX) return;
    this.#begun.set(ino, contentVersion);
    const guard = this.#parts.guards.take(ino);
    // Who uploads it asks for the hashes, and makes them where there are none.
    const ended = (): void => undefined;
    effects.start(
      { op: 'hash-file', dataFile: contents.dataPath(content), size, guard },
      { done: ended, failed: ended },
    );
  }

  /** An upload takes the guard over and gives it back; where none comes, that is done here. */
  #forgetSettled(): void {
    for (const [ino, version] of this.#begun) {
      if (this.#parts.inFlight.isBusy(ino)) continue;
      const node = this.#context.tree.get(ino);
      if (node?.contentVersion === version && this.#isWorthIt(node)) continue;
      this.#begun.delete(ino);
      this.#parts.guards.release(ino);
    }
  }
}
