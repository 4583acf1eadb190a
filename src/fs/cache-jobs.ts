/**
 * What a person may ask of the cache: how full it is, to give up what can be fetched again, to look
 * for damage. The latter two go through all contents, in steps between which the kernel is served.
 */
import type { ContentCounts } from '../cache/content-row.js';
import { FROM_THE_OLDEST } from '../cache/eviction.js';
import { ROOT_INO } from '../cache/node.js';
import { EVICTION_STEP_PAUSE_MS } from '../limits.js';
import type { PinProgress } from '../sync/pinning.js';
import type { Timers } from '../sync/timers.js';
import { CacheCheck, type Checked } from './cache-check.js';
import type { FullReason } from './cache-keeper.js';
import type { FsContext } from './context.js';

export interface CacheReport {
  readonly usedBytes: number;
  readonly bytesMax: number;
  readonly freeBytes: number;
  readonly freeBytesMin: number;
  /** Why what is read is not kept; null when it is. */
  readonly full: FullReason | null;
  readonly files: ContentCounts;
  /** Files whose damage was found and forgotten since the mount. */
  readonly damagedCount: number;
  readonly pins: readonly PinProgress[];
}

export interface Cleared {
  readonly files: number;
  readonly bytes: number;
}

export function cacheReport({ contents, keeper, sync }: FsContext): CacheReport {
  return {
    usedBytes: contents.usedBytes(),
    ...keeper.bounds,
    freeBytes: keeper.freeBytes(),
    full: keeper.full ?? null,
    files: contents.care.counts(),
    damagedCount: contents.care.damagedCount,
    pins: sync.pinning.all(),
  };
}

export class CacheJobs {
  readonly #context: FsContext;
  readonly #timers: Timers;
  #lastJob = 0;

  constructor(context: FsContext, timers: Timers) {
    this.#context = context;
    this.#timers = timers;
  }

  /**
   * Gives up all that the server has, of this file or of all below this folder; not what is open,
   * pinned or on its way.
   */
  clear(ino: number, done: (cleared: Cleared) => void): void {
    const { keeper } = this.#context;
    let after: number | undefined = FROM_THE_OLDEST;
    let files = 0;
    let bytes = 0;
    this.#inSteps(() => {
      const step = keeper.evict({
        bytes: Infinity,
        after: after ?? FROM_THE_OLDEST,
        mayGo: (id) => this.#isBelow(id, ino),
      });
      files += step.evicted;
      bytes += step.freedBytes;
      after = step.after;
      if (after === undefined) done({ files, bytes });
      return after !== undefined;
    });
  }

  check(done: (checked: Checked) => void): void {
    const check = new CacheCheck(this.#context);
    this.#inSteps(() => {
      const checked = check.step();
      if (checked !== undefined) done(checked);
      return checked === undefined;
    });
  }

  /** @param step says whether there is more to do. */
  #inSteps(step: () => boolean): void {
    this.#lastJob += 1;
    const name = `cache-job-${this.#lastJob}`;
    const run = (): void => {
      if (step()) this.#timers.set(name, EVICTION_STEP_PAUSE_MS, run);
    };
    run();
  }

  #isBelow(content: string, ino: number): boolean {
    const { tree } = this.#context;
    if (ino === ROOT_INO) return true;
    const node = tree.byContent(content);
    return node !== undefined && (node.ino === ino || tree.isBelow(node.ino, ino));
  }
}
