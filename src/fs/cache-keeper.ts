/**
 * Keeps the cache within its bounds: a size, and a minimum of free disk that is left to others.
 * What was used least recently goes first, in steps between which the kernel is served; never what
 * the server does not have, what is open, on its way, or pinned. Of large files the first block
 * stays, as long as these blocks take no more than their share. Pinned files come on top of the
 * size: whoever asked for them wants them here, and the rest of the cache is to stay of use.
 *
 * Where nothing more may go the cache is _full_: reads are then served without being kept
 * (src/sync/pass-through.ts), with one warning.
 */
import type { EvictionStep } from '../cache/content-care.js';
import type { DiskReserve, DiskSpace } from '../cache/disk-space.js';
import { type EvictionQuery, FROM_THE_OLDEST } from '../cache/eviction.js';
import { NuageError } from '../errors.js';
import {
  CACHE_CHECK_MS,
  CACHE_HEADS_SHARE,
  CACHE_MEASURED_MS,
  CACHE_ROOM_BYTES_MIN,
  CACHE_SLACK_SHARE,
  EVICTION_RETRY_MS,
  EVICTION_STEP_PAUSE_MS,
} from '../limits.js';
import type { Timers } from '../sync/timers.js';
import { type CacheBounds, cacheBounds, type WantedBounds } from './cache-bounds.js';
import type { FsContext } from './context.js';

export type FullReason = 'size' | 'disk';

export interface CacheKeeperParts {
  readonly timers: Timers;
  readonly wanted: WantedBounds;
  readonly disk: () => DiskSpace;
  readonly reserve: DiskReserve;
}

interface Measured {
  readonly at: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** By the size, and by the disk; negative when it is exceeded. */
  readonly sizeRoom: number;
  readonly diskRoom: number;
}

/** What is given up, in this order: whole files while first blocks take too much, tails, files. */
const PHASES = ['heads', 'tails', 'files'] as const;

type Phase = (typeof PHASES)[number];

/** The search for what may go, and where it stands. */
interface Search {
  readonly phase: Phase;
  /** By how much the first blocks exceed their share. */
  readonly headExcessBytes: number;
  readonly after: number;
}

const STEP_TIMER = 'evict';

type Context = Pick<FsContext, 'tree' | 'contents' | 'sync' | 'handles' | 'clock' | 'logger'>;

export class CacheKeeper {
  // --- dependencies, constant ---
  readonly #context: Context;
  readonly #parts: CacheKeeperParts;
  readonly bounds: CacheBounds;
  readonly #roomMin: number;

  // --- mutable ---
  #measured: Measured | undefined;
  /** Undefined while nothing is looked for. */
  #search: Search | undefined;
  #full: FullReason | undefined;
  /** Nothing more could go: not before this is it looked for again. */
  #retryAt = -Infinity;
  /** That somebody is about to need on the disk, beside the usual room. */
  #claimedBytes = 0;

  constructor(context: Context, parts: CacheKeeperParts) {
    this.#context = context;
    this.#parts = parts;
    this.bounds = cacheBounds(parts.wanted, parts.disk(), context.contents.usedBytes());
    this.#roomMin = Math.min(CACHE_ROOM_BYTES_MIN, Math.floor(this.bounds.bytesMax / 8));
  }

  start(): void {
    this.#check();
  }

  /** Why nothing more is kept; undefined when it is. */
  get full(): FullReason | undefined {
    return this.#full;
  }

  freeBytes(): number {
    return this.#measure().freeBytes;
  }

  /** Bytes that may still be fetched into the cache. */
  roomBytes(): number {
    const { sizeRoom, diskRoom } = this.#measure();
    return Math.max(0, Math.min(sizeRoom, diskRoom));
  }

  /** May what is about to be fetched for a reader be kept? Makes room where there is none. */
  admits(): boolean {
    if (this.roomBytes() >= this.#roomMin) return true;
    this.#makeRoom();
    return this.roomBytes() >= this.#roomMin;
  }

  /** Is there room on the disk for what is to be pinned? Makes room where there is none. */
  claim(bytes: number): boolean {
    if (this.#measure().diskRoom >= bytes) return true;
    this.#claimedBytes = bytes;
    this.#makeRoom();
    return this.#measure().diskRoom >= bytes;
  }

  /** A write has met a full disk. */
  diskIsFull(): void {
    this.#parts.reserve.release();
    this.#measured = undefined;
    this.#makeRoom();
  }

  /**
   * One bounded step through the contents, the least recently used first.
   * @param request.mayGo asked of what is neither open, nor on its way, nor pinned.
   */
  evict(request: EvictionQuery & { readonly mayGo: (id: string) => boolean }): EvictionStep {
    const { contents, tree } = this.#context;
    return contents.care.evict({
      ...request,
      mayGo: (id) => !this.#mustStay(id) && request.mayGo(id),
      onEvict: (content) => {
        const node = tree.byContent(content);
        if (node !== undefined) tree.save({ ...node, content: undefined });
      },
    });
  }

  #mustStay(id: string): boolean {
    const { tree, sync, handles } = this.#context;
    const node = tree.byContent(id);
    if (node === undefined) return false;
    const isBusy = sync.inFlight.isBusy(node.ino) || handles.openCount(node.ino) > 0;
    return isBusy || sync.reader.isReading(id) || sync.pinning.isPinned(node.ino);
  }

  #check(): void {
    this.#parts.timers.set('cache', CACHE_CHECK_MS, () => this.#check());
    this.#tendReserve();
    if (this.#lack() > 0) this.#makeRoom();
    else this.#settled();
  }

  /** Not set aside while the disk is full: there it is what keeps the database going. */
  #tendReserve(): void {
    const { reserve } = this.#parts;
    const { freeBytes } = this.#measure();
    if (freeBytes < reserve.bytes / 2) {
      reserve.release();
      this.#measured = undefined;
    } else if (freeBytes > this.bounds.freeBytesMin + 2 * reserve.bytes) {
      reserve.fill();
    }
  }

  /** Begins to look for what may go, or goes on, unless that was in vain a moment ago. */
  #makeRoom(): void {
    if (this.#search !== undefined) return;
    if (this.#retryAt > this.#context.clock.monotonic()) return;
    const share = this.bounds.bytesMax * CACHE_HEADS_SHARE;
    const headExcessBytes = this.#context.contents.care.headBytes() - share;
    const phase: Phase = headExcessBytes > 0 ? 'heads' : 'tails';
    this.#search = { phase, headExcessBytes, after: FROM_THE_OLDEST };
    this.#step();
  }

  #step(): void {
    try {
      let phase: Phase | undefined;
      // On to the next phase at once: a reader who asks for room often gets it without waiting.
      while (this.#search !== undefined && this.#search.phase !== phase && this.#lack() > 0) {
        phase = this.#search.phase;
        this.#search = this.#giveUp(this.#search, this.#lack());
        this.#measured = undefined;
      }
    } catch (error) {
      this.#failed(error);
    }
    if (this.#lack() <= 0) this.#settled();
    else if (this.#search === undefined) this.#exhausted();
    else this.#parts.timers.set(STEP_TIMER, EVICTION_STEP_PAUSE_MS, () => this.#step());
  }

  /** @returns where the search stands; undefined when nothing more may go. */
  #giveUp({ phase, headExcessBytes, after }: Search, lack: number): Search | undefined {
    const bytes = phase === 'heads' ? Math.min(lack, headExcessBytes) : lack;
    const step =
      phase === 'tails'
        ? this.#context.contents.care.trim({ bytes, after, mayGo: (id) => !this.#mustStay(id) })
        : this.evict({ bytes, after, mayGo: () => true });
    const left = headExcessBytes - step.freedBytes;
    if (step.after !== undefined && (phase !== 'heads' || left > 0)) {
      return { phase, headExcessBytes: left, after: step.after };
    }
    const next = PHASES[PHASES.indexOf(phase) + 1];
    if (next === undefined) return undefined;
    return { phase: next, headExcessBytes: 0, after: FROM_THE_OLDEST };
  }

  /** Not even the deletion could be written: what is set aside is for this. */
  #failed(error: unknown): void {
    if (!(error instanceof NuageError)) throw error;
    this.#search = undefined;
    this.#measured = undefined;
    this.#parts.reserve.release();
    this.#context.logger.warn('the cache could not be shrunk', { kind: error.kind, error });
  }

  #settled(): void {
    this.#search = undefined;
    this.#claimedBytes = 0;
    this.#retryAt = -Infinity;
    if (this.#full === undefined) return;
    this.#full = undefined;
    this.#context.sync.passThrough.clear();
    this.#context.logger.info('what is read is kept again', { roomBytes: this.roomBytes() });
  }

  #exhausted(): void {
    const { clock, logger } = this.#context;
    this.#claimedBytes = 0;
    this.#retryAt = clock.monotonic() + EVICTION_RETRY_MS;
    const { sizeRoom, diskRoom, usedBytes, freeBytes } = this.#measure();
    if (Math.min(sizeRoom, diskRoom) >= this.#roomMin || this.#full !== undefined) return;
    this.#full = diskRoom < sizeRoom ? 'disk' : 'size';
    const what = this.#full === 'disk' ? 'the disk of the cache is full' : 'the cache is full';
    logger.warn(`${what}: what is read is not kept`, { usedBytes, freeBytes, ...this.bounds });
  }

  /** Bytes to be freed: none as long as there is room, then down to a little below the bounds. */
  #lack(): number {
    const { sizeRoom, diskRoom } = this.#measure();
    const isShort = Math.min(sizeRoom, diskRoom - this.#claimedBytes) < this.#roomMin;
    if (!isShort && this.#search === undefined) return 0;
    const slack = Math.max(this.#roomMin, this.bounds.bytesMax * CACHE_SLACK_SHARE);
    return slack - Math.min(sizeRoom, diskRoom - this.#claimedBytes);
  }

  #measure(): Measured {
    const { clock, contents, sync } = this.#context;
    const at = clock.monotonic();
    if (this.#measured !== undefined && at < this.#measured.at + CACHE_MEASURED_MS) {
      return this.#measured;
    }
    const usedBytes = contents.usedBytes();
    const { freeBytes } = this.#parts.disk();
    const pinned = sync.pinning.totals?.bytesHere;
    // As long as the pinned files are counted nothing is given up for the size.
    const sizeRoom = pinned === undefined ? Infinity : this.bounds.bytesMax + pinned - usedBytes;
    const diskRoom = freeBytes - this.bounds.freeBytesMin;
    this.#measured = { at, usedBytes, freeBytes, sizeRoom, diskRoom };
    return this.#measured;
  }
}
