/** What every part of the synchronisation is built from. All of it belongs to the engine thread. */
import type { ContentStore } from '../cache/content-store.js';
import type { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { EffectClient } from './effects.js';
import type { Timers } from './timers.js';

/** Tells the kernel what changed behind its back; a subset of `KernelNotifier` of src/fuse. */
export interface Invalidations {
  /**
   * Size, times and mode, never the bytes: the kernel would wait for pages that a read from a slow
   * server has locked. The bytes of another version come with the next open (src/fs/inodes.ts).
   */
  invalidateAttributes(ino: number): void;
  invalidateEntry(parent: number, name: string): void;
  deleteEntry(parent: number, child: number, name: string): void;
}

export interface SyncContext {
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly effects: EffectClient;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly kernel: Invalidations;
  /** Bytes that may still be fetched into the cache. */
  readonly roomBytes: () => number;
  /** Runs the operations again that wait for this key (see keys.ts). */
  readonly wake: (key: string) => void;
}

/** What an operation answers when it needs something that is on its way: one of these keys. */
export class WaitFor {
  readonly keys: readonly string[];

  constructor(...keys: string[]) {
    this.keys = keys;
  }
}

export const CONTENT_KEY_PREFIX = 'content:';

/** Wakes every operation that needs this folder's listing. */
export const listingKey = (ino: number): string => `listing:${ino}`;

/** Wakes every operation that waits until this content is on the disk. */
export const syncKey = (content: string): string => `sync:${content}`;

/** Wakes every operation that waits until what was on its way of this node is over. */
export const stepKey = (ino: number): string => `step:${ino}`;

/** Wakes every operation that needs bytes of this content. */
export const contentKey = (content: string): string => CONTENT_KEY_PREFIX + content;
