/**
 * Finds damage to what is read from the cache. What was read for the first time in this process is
 * compared with its sums by the main thread when nobody reads from the cache: a read itself costs
 * no more for it, and whoever got damaged bytes gets others at the next read.
 */
import type { CheckRound } from '../cache/block-checks.js';
import { READ_CHECK_AFTER_MS, READ_CHECK_MS_MAX, READ_CHECK_PAUSES } from '../limits.js';
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
  /** Monotonic: since when something waits and nothing was compared; undefined: nothing waits. */
  #since: number | undefined;
  /** What {@link BlockChecks.reads} was at the last look. */
  #readsBefore = 0;
  /** The main thread has a round. */
  #isRunning = false;

  constructor(context: Context, parts: ReadCheckParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    this.#context.contents.checks.onNoted(() => {
      if (this.#since !== undefined || this.#isRunning) return;
      this.#since = this.#context.clock.monotonic();
      this.#readsBefore = this.#context.contents.checks.reads;
      this.#later(READ_CHECK_AFTER_MS);
    });
  }

  #later(delayMs: number): void {
    this.#parts.timers.set(TIMER, delayMs, () => this.#look());
  }

  /** Who reads is left alone: a comparison would take half of the disk. */
  #look(): void {
    const { contents, clock } = this.#context;
    const { reads } = contents.checks;
    const isQuiet = reads === this.#readsBefore;
    this.#readsBefore = reads;
    const waited = clock.monotonic() - (this.#since ?? 0);
    if (isQuiet || waited >= READ_CHECK_MS_MAX) this.#next();
    else this.#later(Math.min(READ_CHECK_AFTER_MS, READ_CHECK_MS_MAX - waited));
  }

  #next(): void {
    this.#since = undefined;
    const round = this.#context.contents.checks.take();
    if (round === undefined) return;
    this.#since = this.#context.clock.monotonic();
    if (round.files.length > 0) this.#carryOut(round, this.#since);
    else this.#later(0);
  }

  #carryOut(round: CheckRound, startedAt: number): void {
    const { contents, clock } = this.#context;
    const { checks } = contents;
    this.#isRunning = true;
    this.#parts.effects.start(
      { op: 'check-blocks', files: round.files },
      {
        done: (differing) => {
          this.#isRunning = false;
          const took = clock.monotonic() - startedAt;
          this.#later(Math.min(READ_CHECK_PAUSES * took, READ_CHECK_MS_MAX));
          for (const { id, blocks } of checks.end(round, differing)) this.#found(id, blocks);
        },
        failed: () => {
          this.#isRunning = false;
          this.#since = undefined;
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
