/**
 * Brings the bytes that operations wait for. A sequential reader is fed by few large ranges whose
 * window doubles; the next one is asked for before the reader reaches the end of the last, so the
 * line never idles. A read that a running stream will reach soon waits for it. Every range is
 * fetched with `If-Match`, so a content never mixes two versions.
 */
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  BLOCK_SIZE_BYTES,
  FAILURE_MEMORY_MS,
  FETCH_LANE_MAX,
  READ_WINDOW_BYTES_MAX,
  READ_WINDOW_FIRST_BYTES,
  STREAM_REACH_BYTES,
  STREAMS_PER_CONTENT_MAX,
  WHOLE_FILE_FETCH_BYTES_MAX,
} from '../limits.js';
import type { EffectId } from '../remote/messages.js';
import type { Connection } from './connection.js';
import { contentKey, type SyncContext, WaitFor } from './context.js';

/** One running GET. `position`: bytes up to here stand in the data file. */
interface Stream {
  id: EffectId;
  readonly start: number;
  readonly end: number;
  position: number;
  /** Ends soon; until then it may write. */
  isAborted: boolean;
}

/** What is being read of one content. */
interface Reading {
  readonly streams: Set<Stream>;
  /** Size of the next window of a sequential reader. */
  windowBytes: number;
  /** End of the furthest window asked for by read-ahead. */
  windowEnd: number;
  failure: { readonly error: NuageError; readonly until: number } | undefined;
}

/** Which bytes an operation needs: of this content of this node. */
export interface Wanted {
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

export class Reader {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #readings = new Map<string, Reading>();

  constructor(context: SyncContext, connection: Connection) {
    this.#context = context;
    this.#connection = connection;
  }

  /**
   * @returns undefined when the bytes are here.
   * @throws kind `stale` when this version is gone from the server, `offline` when it is away.
   */
  ensure(node: TreeNode, wanted: Wanted): WaitFor | undefined {
    const { contents } = this.#context;
    if (contents.covered(wanted.content, wanted.start, wanted.end)) {
      this.#readAhead(node, wanted);
      return undefined;
    }
    const reading = this.#readingOf(wanted.content);
    this.#throwRecentFailure(reading);
    const [gap] = contents.missing(wanted.content, wanted.start, wanted.end);
    if (gap === undefined) return undefined;
    if (!this.#isOnItsWay(reading, gap.start)) {
      this.#connection.requireOnline(this.#context.tree.path(node.ino));
      this.#open(node, wanted.content, reading, gap.start);
    }
    return new WaitFor(contentKey(wanted.content));
  }

  /** Something of this content is on its way to its data file. */
  isReading(content: string): boolean {
    return (this.#readings.get(content)?.streams.size ?? 0) > 0;
  }

  /** Nobody waits for this content any more: what is on its way is given up. */
  abandon(content: string): void {
    this.clear(content, 0, Infinity);
  }

  /**
   * Call before the user's bytes go to this range: what a fetch writes after them would take their
   * place. Gives up every fetch that has yet to write there.
   * @returns undefined when none is left.
   */
  clear(content: string, start: number, end: number): WaitFor | undefined {
    let isBusy = false;
    for (const stream of this.#readings.get(content)?.streams ?? []) {
      if (stream.end <= start || stream.position >= end) continue;
      if (!stream.isAborted) this.#context.effects.abort(stream.id);
      stream.isAborted = true;
      isBusy = true;
    }
    return isBusy ? new WaitFor(contentKey(content)) : undefined;
  }

  /** The last user of this content is gone. */
  forget(content: string): void {
    this.abandon(content);
    if (this.#readings.get(content)?.streams.size === 0) this.#readings.delete(content);
  }

  #readingOf(content: string): Reading {
    const existing = this.#readings.get(content);
    if (existing !== undefined) return existing;
    const reading: Reading = {
      streams: new Set(),
      windowBytes: READ_WINDOW_FIRST_BYTES,
      windowEnd: 0,
      failure: undefined,
    };
    this.#readings.set(content, reading);
    return reading;
  }

  #throwRecentFailure(reading: Reading): void {
    const { failure } = reading;
    if (failure === undefined) return;
    if (failure.until > this.#context.clock.monotonic()) throw failure.error;
    reading.failure = undefined;
  }

  #isOnItsWay(reading: Reading, offset: number): boolean {
    for (const stream of reading.streams) {
      const isAhead = offset >= stream.position && offset < stream.end;
      if (isAhead && !stream.isAborted && offset - stream.position <= STREAM_REACH_BYTES)
        return true;
    }
    return reading.streams.size >= STREAMS_PER_CONTENT_MAX;
  }

  /** Fetches from `offset` on: a whole small file, or one window. */
  #open(node: TreeNode, content: string, reading: Reading, offset: number): void {
    const size = this.#context.contents.size(content);
    if (size <= WHOLE_FILE_FETCH_BYTES_MAX) {
      this.#fetchGaps(node, content, reading, { start: 0, end: size });
      return;
    }
    const isSequential = offset === 0 || Math.abs(offset - reading.windowEnd) <= BLOCK_SIZE_BYTES;
    if (!isSequential) reading.windowBytes = READ_WINDOW_FIRST_BYTES;
    // Streams of several files share the room that the cache has left.
    const room = Math.max(BLOCK_SIZE_BYTES, Math.floor(this.#context.roomBytes() / FETCH_LANE_MAX));
    const end = Math.min(size, offset + Math.min(reading.windowBytes, room));
    reading.windowEnd = end;
    reading.windowBytes = Math.min(reading.windowBytes * 2, READ_WINDOW_BYTES_MAX);
    this.#fetchGaps(node, content, reading, { start: offset, end });
  }

  /** A reader in the second half of its last window gets the next one asked for. */
  #readAhead(node: TreeNode, wanted: Wanted): void {
    const reading = this.#readings.get(wanted.content);
    if (reading === undefined || reading.streams.size > 0 || !this.#connection.online) return;
    const size = this.#context.contents.size(wanted.content);
    const left = reading.windowEnd - wanted.end;
    const isNear = left >= 0 && left <= reading.windowBytes / 4;
    if (!isNear || reading.windowEnd >= size || reading.failure !== undefined) return;
    this.#open(node, wanted.content, reading, reading.windowEnd);
  }

  #fetchGaps(
    node: TreeNode,
    content: string,
    reading: Reading,
    range: { readonly start: number; readonly end: number },
  ): void {
    for (const gap of this.#context.contents.missing(content, range.start, range.end)) {
      if (reading.streams.size >= STREAMS_PER_CONTENT_MAX) return;
      this.#fetch(node, content, reading, gap);
    }
  }

  #fetch(
    node: TreeNode,
    content: string,
    reading: Reading,
    gap: { readonly start: number; readonly end: number },
  ): void {
    const { effects, contents, tree } = this.#context;
    const path = tree.basePath(node.ino);
    if (path === undefined || node.base === undefined) {
      throw new NuageError('stale', 'the version being read is no longer on the server', {
        path: tree.path(node.ino),
      });
    }
    const { start, end } = gap;
    const stream: Stream = { id: 0, start, end, position: start, isAborted: false };
    reading.streams.add(stream);
    stream.id = effects.start(
      { op: 'fetch', path, etag: node.base.etag, start, end, dataFile: contents.dataPath(content) },
      {
        fetched: (upTo) => this.#arrived(content, stream, upTo),
        done: () => {
          reading.streams.delete(stream);
          this.#arrived(content, stream, end);
        },
        failed: (error) => this.#failed(content, reading, stream, error),
      },
    );
  }

  #arrived(content: string, stream: Stream, upTo: number): void {
    const { contents, wake } = this.#context;
    stream.position = upTo;
    // A version that was replaced meanwhile has no data file to speak of any more.
    if (contents.has(content)) contents.markFetched(content, stream.start, upTo);
    wake(contentKey(content));
  }

  /** Its data file was gone, and is there again: whoever waits asks once more. */
  #isHealed(content: string, error: NuageError): boolean {
    const { contents } = this.#context;
    return error.kind === 'io' && contents.has(content) && contents.care.heal(content);
  }

  #failed(content: string, reading: Reading, stream: Stream, error: NuageError): void {
    reading.streams.delete(stream);
    if (error.kind === 'aborted' || this.#isHealed(content, error)) {
      this.#context.wake(contentKey(content));
      return;
    }
    const isGone = error.kind === 'precondition' || error.kind === 'not-found';
    const shown = isGone
      ? new NuageError('stale', 'the version being read is no longer on the server', {
          cause: error,
        })
      : error;
    reading.failure = {
      error: shown,
      until: this.#context.clock.monotonic() + FAILURE_MEMORY_MS,
    };
    this.#context.wake(contentKey(content));
  }
}
