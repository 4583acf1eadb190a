/**
 * Who writes what, and since when: decides how long a change waits, so that a burst of saves
 * becomes one upload. Kept in memory only: after a restart everything is ready at once.
 */
import type { TreeNode } from '../cache/node.js';
import { differences } from '../cache/node.js';
import type { Clock } from '../clock.js';
import { BUSY_WRITER_UPLOAD_MS, NAMESPACE_DELAY_MS_MAX, REMOVAL_BURST_MS_MAX } from '../limits.js';

interface Writing {
  writers: number;
  /** Monotonic, of the first change since the last upload. */
  firstChange: number;
  lastChange: number;
}

export class Activity {
  readonly #clock: Clock;
  readonly #uploadDelayMs: number;
  readonly #nodes = new Map<number, Writing>();
  /** Of deletions: the first one of the run under way, and the last one; monotonic. */
  #removals = { first: -Infinity, last: -Infinity };
  #isUrgent = false;
  /**
   * Monotonic, when a refused change may go again: whoever sets the clock of the machine moves
   * nothing. After a restart it may go at once.
   */
  readonly #retries = new Map<number, number>();
  /** Since it became urgent: these wait as they always do, or they would go without end. */
  readonly #refused = new Set<number>();

  constructor(clock: Clock, uploadDelayMs: number) {
    this.#clock = clock;
    this.#uploadDelayMs = uploadDelayMs;
  }

  /** Delays are off while somebody waits for the queue to be empty. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  set isUrgent(isUrgent: boolean) {
    this.#isUrgent = isUrgent;
    this.#refused.clear();
  }

  /** The server did not take the change of this node. */
  refused(ino: number, pauseMs: number): void {
    this.#retries.set(ino, this.#clock.monotonic() + pauseMs);
    if (this.#isUrgent) this.#refused.add(ino);
  }

  /** Its cause may have gone, or the user takes it as it is. */
  mayRetry({ ino, failure }: TreeNode): void {
    this.#retries.delete(ino);
    if (failure?.kind === 'bytes-lost') this.changed(ino);
  }

  openedForWriting(ino: number): void {
    this.#of(ino).writers += 1;
  }

  closedForWriting(ino: number): void {
    const writing = this.#of(ino);
    writing.writers = Math.max(0, writing.writers - 1);
    writing.lastChange = this.#clock.monotonic();
  }

  isBeingWritten(ino: number): boolean {
    return (this.#nodes.get(ino)?.writers ?? 0) > 0;
  }

  changed(ino: number): void {
    this.#of(ino).lastChange = this.#clock.monotonic();
  }

  /** Something was deleted, perhaps one of many, and their folder after them. */
  removed(ino: number): void {
    this.changed(ino);
    const now = this.#clock.monotonic();
    const isRun = now - this.#removals.last <= NAMESPACE_DELAY_MS_MAX;
    this.#removals = { first: isRun ? this.#removals.first : now, last: now };
  }

  /** The node has been sent: the next change begins a new burst. */
  settled(ino: number): void {
    this.#retries.delete(ino);
    const writing = this.#nodes.get(ino);
    if (writing === undefined) return;
    if (writing.writers === 0) this.#nodes.delete(ino);
    else writing.firstChange = this.#clock.monotonic();
  }

  /** Milliseconds until this node may be sent; 0 when it may now. */
  delayMs(node: TreeNode): number {
    const now = this.#clock.monotonic();
    if (this.#isHeld(node)) return Infinity;
    if (node.failure !== undefined && (!this.#isUrgent || this.#refused.has(node.ino))) {
      const wait = (this.#retries.get(node.ino) ?? now) - now;
      if (wait > 0) return wait;
    }
    const first = differences(node)[0];
    if (first === 'remove') return this.#isUrgent ? 0 : this.#removalDelayMs(now);
    const writing = this.#nodes.get(node.ino);
    if (writing === undefined || node.isFolder) return 0;
    if (writing.writers > 0) {
      return Math.max(0, writing.firstChange + BUSY_WRITER_UPLOAD_MS - now);
    }
    if (this.#isUrgent) return 0;
    const delay =
      first === 'move'
        ? Math.min(this.#uploadDelayMs, NAMESPACE_DELAY_MS_MAX)
        : this.#uploadDelayMs;
    return Math.max(0, writing.lastChange + delay - now);
  }

  /** What is left of it goes when the user says so, or has changed it since. */
  #isHeld({ failure, ino }: TreeNode): boolean {
    return failure?.kind === 'bytes-lost' && !this.#nodes.has(ino);
  }

  /** One request removes a folder with all in it, so the whole run of deletions is waited for. */
  #removalDelayMs(now: number): number {
    const { first, last } = this.#removals;
    const until = Math.min(last + NAMESPACE_DELAY_MS_MAX, first + REMOVAL_BURST_MS_MAX);
    return Math.max(0, until - now);
  }

  #of(ino: number): Writing {
    const existing = this.#nodes.get(ino);
    if (existing !== undefined) return existing;
    const now = this.#clock.monotonic();
    const writing: Writing = { writers: 0, firstChange: now, lastChange: now };
    this.#nodes.set(ino, writing);
    return writing;
  }
}
