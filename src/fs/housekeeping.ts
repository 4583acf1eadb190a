/** What the engine does now and then: remembers what was fetched, asks for the quota. */
import { CACHE_FLUSH_MS, PLAN_ROUND_NODES_MAX, QUOTA_REFRESH_MS } from '../limits.js';
import type { EffectClient } from '../sync/effects.js';
import type { Timers } from '../sync/timers.js';
import type { FsContext } from './context.js';

export interface HousekeepingParts {
  readonly timers: Timers;
  readonly effects: EffectClient;
}

export class Housekeeping {
  readonly #context: FsContext;
  readonly #parts: HousekeepingParts;

  constructor(context: FsContext, parts: HousekeepingParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    this.#repeat('cache-flush', CACHE_FLUSH_MS, () => this.#remember());
    this.#repeat('quota', QUOTA_REFRESH_MS, () => this.#askQuota());
    this.#askQuota();
  }

  /** A failure is logged and tried again next time: none of this is anybody's operation. */
  #repeat(name: string, intervalMs: number, run: () => void): void {
    this.#parts.timers.set(name, intervalMs, () => {
      this.#repeat(name, intervalMs, run);
      run();
    });
  }

  #remember(): void {
    const { contents, durability } = this.#context;
    if (contents.hasUnsynced() || contents.hasUnsaved()) durability.changed();
  }

  #askQuota(): void {
    const { sync, space } = this.#context;
    if (!sync.connection.online) return;
    this.#parts.effects.start(
      { op: 'quota' },
      {
        done: (quota) => {
          space.learn(quota, this.#queuedBytes());
          const room = quota.available ?? Infinity;
          sync.uploader.retry(({ failure, size }) => failure?.kind === 'quota' && size <= room);
        },
        failed: () => undefined,
      },
    );
  }

  #queuedBytes(): number {
    const pending = this.#context.tree.pending({ afterChange: 0, limit: PLAN_ROUND_NODES_MAX });
    let bytes = 0;
    for (const node of pending) {
      if (node.parent !== undefined && node.contentDirty)
        bytes += node.size - (node.base?.size ?? 0);
    }
    return bytes;
  }
}
