/**
 * A folder is removed in the state that was last seen, so where it has changed it is listed again
 * first. One listing is enough as a rule; where none is of use they come ever later.
 */
import { type BackOff, backOffMs } from '../back-off.js';
import { LISTED_CHECK_MS, UNSETTLED_FIRST_MS, UNSETTLED_MS_MAX } from '../limits.js';
import type { SyncContext } from './context.js';
import type { Lister } from './lister.js';

const PAUSES: BackOff = { firstMs: UNSETTLED_FIRST_MS, maxMs: UNSETTLED_MS_MAX };

interface Looked {
  readonly count: number;
  /** On the monotonic clock: there is no other look before. */
  readonly until: number;
}

export class RemovalLooks {
  readonly #context: SyncContext;
  readonly #lister: Lister;
  /** By folder. */
  readonly #looked = new Map<number, Looked>();

  constructor(context: SyncContext, lister: Lister) {
    this.#context = context;
    this.#lister = lister;
  }

  /**
   * What was in the folder may be seen somewhere else by a listing that is under way.
   * @returns milliseconds after which to ask again; undefined when it may be tried.
   */
  waitMs(folder: number): number | undefined {
    if (!this.#lister.isIdle) return LISTED_CHECK_MS;
    const wait = (this.#looked.get(folder)?.until ?? 0) - this.#context.clock.monotonic();
    return wait > 0 ? wait : undefined;
  }

  /** It is not as it was seen: lists it. */
  again(folder: number): void {
    this.#forgetOthers();
    const count = this.#looked.get(folder)?.count ?? 0;
    const pause = count === 0 ? 0 : backOffMs(count, PAUSES);
    const until = this.#context.clock.monotonic() + pause;
    this.#looked.set(folder, { count: count + 1, until });
    this.#lister.refresh(folder);
  }

  /** It is gone from the server. */
  done(folder: number): void {
    this.#looked.delete(folder);
  }

  /** Folders that are not to be removed any more. */
  #forgetOthers(): void {
    const { tree } = this.#context;
    for (const folder of this.#looked.keys()) {
      const node = tree.get(folder);
      if (node === undefined || node.parent !== undefined) this.#looked.delete(folder);
    }
  }
}
