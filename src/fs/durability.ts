/**
 * How changes reach the disk: what `close()` acknowledged within seconds, what `fsync()` asks for
 * before it answers. Much is synced away from the engine thread, so that it never stands still.
 */
import type { SyncRound } from '../cache/content-sync.js';
import type { Parked } from '../fuse/filesystem.js';
import { DURABLE_WITHIN_MS } from '../limits.js';
import { WaitFor, syncKey } from '../sync/context.js';
import type { EffectClient } from '../sync/effects.js';
import type { Timers } from '../sync/timers.js';
import { type FsContext, park } from './context.js';

export interface DurabilityParts {
  readonly timers: Timers;
  readonly effects: EffectClient;
  readonly wake: (key: string) => void;
}

type Context = Pick<FsContext, 'db' | 'contents' | 'openFiles' | 'clock'>;

const TIMER = 'durable';

export class Durability {
  readonly #context: Context;
  readonly #parts: DurabilityParts;
  /** Contents that somebody waits for. */
  readonly #awaited = new Set<string>();
  #rounds: SyncRound[] = [];
  #isRunning = false;

  constructor(context: Context, parts: DurabilityParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Something was changed: it reaches the disk within {@link DURABLE_WITHIN_MS}. */
  changed(): void {
    const { timers } = this.#parts;
    if (this.#isRunning || timers.has(TIMER)) return;
    timers.set(TIMER, DURABLE_WITHIN_MS, () => this.#makeDurable());
  }

  /** @returns parked while much of the content is on its way to the disk. */
  ensureSynced(content: string): Parked | undefined {
    const { contents } = this.#context;
    const waitFor = new WaitFor(syncKey(content));
    if (this.#awaited.has(content)) return park(this.#context, waitFor);
    const round = contents.takeSyncRoundOf(content);
    if (round === undefined) {
      contents.sync(content);
      return undefined;
    }
    this.#awaited.add(content);
    this.#carryOut(round, () => {
      this.#awaited.delete(content);
      this.#parts.wake(syncKey(content));
    });
    return park(this.#context, waitFor);
  }

  #makeDurable(): void {
    const { openFiles, contents } = this.#context;
    openFiles.commitAll();
    this.#rounds = [...contents.takeSyncRounds()];
    this.#isRunning = true;
    this.#nextRound();
  }

  /** What was written meanwhile is not chased: it has its own time. */
  #nextRound(): void {
    const { contents, db } = this.#context;
    const round = this.#rounds.shift();
    if (round !== undefined) {
      this.#carryOut(round, () => this.#nextRound());
      return;
    }
    this.#isRunning = false;
    if (contents.hasUnsynced()) this.changed();
    try {
      contents.save();
      db.barrier();
    } catch (error) {
      this.changed();
      throw error;
    }
  }

  #carryOut(round: SyncRound, ended: () => void): void {
    const { contents } = this.#context;
    this.#parts.effects.start(
      { op: 'sync-files', ...round },
      {
        done: ({ failed, sums }) => {
          contents.endSyncRound(round, { failed: new Set(failed), sums });
          ended();
        },
        failed: () => {
          contents.dropSyncRound(round);
          ended();
        },
      },
    );
  }
}
