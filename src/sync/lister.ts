/**
 * Keeps the tree's knowledge of folders: lists the ones that operations wait for at once, and the
 * ones that went out of date in the background. A failed listing changes nothing: it is neither an
 * empty folder nor a deletion.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import type { NuageError } from '../errors.js';
import { BACKGROUND_LISTINGS_MAX, FAILURE_MEMORY_MS } from '../limits.js';
import type { RemoteEntry } from '../remote/remote.js';
import type { Connection } from './connection.js';
import { listingKey, type SyncContext, WaitFor } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Merger } from './merge.js';

interface Failure {
  readonly error: NuageError;
  readonly until: number;
}

export class Lister {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #merger: Merger;
  readonly #inFlight: InFlight;
  readonly #running = new Set<number>();
  /** Out of date, in order of discovery. */
  readonly #queue = new Set<number>();
  readonly #failures = new Map<number, Failure>();

  constructor(
    context: SyncContext,
    parts: { connection: Connection; merger: Merger; inFlight: InFlight },
  ) {
    this.#context = context;
    this.#connection = parts.connection;
    this.#merger = parts.merger;
    this.#inFlight = parts.inFlight;
    this.#connection.onChange((online) => {
      if (online) this.#pump();
    });
  }

  get isIdle(): boolean {
    return this.#running.size === 0 && this.#queue.size === 0;
  }

  /**
   * @returns undefined when the children are known, perhaps out of date by one poll interval.
   * @throws the error of a listing that has just failed; kind `offline` when it cannot be asked.
   */
  ensureListed(folder: TreeNode): WaitFor | undefined {
    if (folder.base === undefined || folder.listedEtag !== undefined) return undefined;
    const failure = this.#failures.get(folder.ino);
    if (failure !== undefined && failure.until > this.#context.clock.monotonic()) {
      throw failure.error;
    }
    this.#connection.requireOnline(this.#context.tree.path(folder.ino));
    this.#start(folder.ino);
    return new WaitFor(listingKey(folder.ino));
  }

  /** Lists the folder again in the background. */
  refresh(ino: number): void {
    this.#queue.add(ino);
    this.#pump();
  }

  #pump(): void {
    if (!this.#connection.online) return;
    for (const ino of this.#queue) {
      if (this.#running.size >= BACKGROUND_LISTINGS_MAX) return;
      if (this.#running.has(ino)) continue;
      this.#queue.delete(ino);
      this.#start(ino);
    }
  }

  #start(ino: number): void {
    if (this.#running.has(ino)) return;
    const path = this.#context.tree.basePath(ino);
    if (path === undefined) return;
    this.#queue.delete(ino);
    this.#running.add(ino);
    const stamp = this.#inFlight.stamp();
    const entries: RemoteEntry[] = [];
    this.#context.effects.start(
      { op: 'list', path, depth: '1' },
      {
        entries: (piece) => entries.push(...piece),
        done: () => this.#listed(ino, entries, stamp),
        failed: (error) => this.#failed(ino, error),
      },
    );
  }

  #listed(ino: number, entries: readonly RemoteEntry[], stamp: number): void {
    this.#running.delete(ino);
    this.#failures.delete(ino);
    const folder = this.#context.tree.get(ino);
    const self = entries[0];
    if (folder?.base !== undefined && self !== undefined) {
      if (ino === ROOT_INO || self.fileId === folder.base.fileId) {
        const outcome = this.#merger.merge(folder, entries, stamp);
        for (const stale of outcome.stale) this.#queue.add(stale);
        if (!outcome.complete) this.#retryLater(ino);
      } else {
        // Another folder stands at this path now: its parent's listing will tell which.
        this.#queue.add(folder.base.parent);
      }
    }
    this.#finish(ino);
  }

  #failed(ino: number, error: NuageError): void {
    this.#running.delete(ino);
    this.#failures.set(ino, {
      error,
      until: this.#context.clock.monotonic() + FAILURE_MEMORY_MS,
    });
    const folder = this.#context.tree.get(ino);
    if (error.kind === 'not-found' && folder?.base !== undefined && ino !== ROOT_INO) {
      this.#queue.add(folder.base.parent);
    }
    this.#finish(ino);
  }

  #finish(ino: number): void {
    this.#pump();
    // A folder asked for and a failed one settle nothing: only a whole round proves absence.
    if (this.isIdle && this.#connection.online) this.#merger.missing.settle();
    this.#context.wake(listingKey(ino));
  }

  /** Something in the folder was in flight: look again when it has settled. */
  #retryLater(ino: number): void {
    this.#context.timers.setIfSooner(`relist:${ino}`, FAILURE_MEMORY_MS, () => this.refresh(ino));
  }
}
