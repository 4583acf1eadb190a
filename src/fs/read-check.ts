/**
 * Finds damage to what is read from the cache. What was read for the first time in this process is
 * compared with its sums when the reader has paused, by the main thread: a read itself costs no
 * more for it, and whoever got damaged bytes gets others at the next read.
 */
import type { CheckRound } from '../cache/block-checks.js';
import { READ_CHECK_AFTER_MS, READ_CHECK_MS_MAX } from '../limits.js';
import type { EffectClient } from '../sync/effects.js';
import type { Timers } from '../sync/timers.js';
import type { FsContext } from './context.js';
import { forgetDamaged, tellOfDamage } from './damage.js';

export interface ReadCheckParts {
  readonly timers: Timers;
  readonly effects: EffectClient;
}

type Context = Pick<FsContext, 'tree' | 'contents' | 'inodes' | 'logger' | 'clock'>;

const TIMER = 'read-check';

export class ReadCheck {
  readonly #context: Context;
  readonly #parts: ReadCheckParts;
  /** Monotonic: since when something waits; undefined where nothing does. */
  #since: number | undefined;
  /** The main thread has a round. */
  #isRunning = false;

  constructor(context: Context, parts: ReadCheckParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    this.#context.contents.checks.onNoted(() => this.#later());
  }

  /** Who reads on is left alone for a while. */
  #later(): void {
    if (this.#isRunning) return;
    const now = this.#context.clock.monotonic();
    this.#since ??= now;
    const delayMs = Math.min(READ_CHECK_AFTER_MS, this.#since + READ_CHECK_MS_MAX - now);
    this.#parts.timers.set(TIMER, Math.max(0, delayMs), () => this.#next());
  }

  #next(): void {
    this.#since = undefined;
    const round = this.#context.contents.checks.take();
    if (round === undefined) return;
    if (round.files.length > 0) this.#carryOut(round);
    else this.#parts.timers.set(TIMER, 0, () => this.#next());
  }

  #carryOut(round: CheckRound): void {
    const { checks } = this.#context.contents;
    this.#isRunning = true;
    this.#parts.effects.start(
      { op: 'check-blocks', files: round.files },
      {
        done: (differing) => {
          this.#isRunning = false;
          try {
            for (const { id, blocks } of checks.end(round, differing)) this.#found(id, blocks);
          } finally {
            this.#next();
          }
        },
        failed: () => {
          this.#isRunning = false;
          checks.drop(round);
        },
      },
    );
  }

  #found(id: string, blocks: readonly number[]): void {
    const owner = forgetDamaged(this.#context, id, blocks);
    if (owner !== undefined) tellOfDamage(this.#context, owner);
  }
}
