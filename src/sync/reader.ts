/**
 * Brings the bytes that operations wait for. A sequential reader is fed by one long stream, which
 * is let go on as the reader does, ever further ahead of it, so the line does not idle and little
 * is brought in vain; several readers of one content share it. What is read here and there is
 * fetched in small pieces. A read that a running stream will reach soon waits for it, and returns
 * as soon as its bytes are there. Every fetch carries `If-Match`: a content never mixes versions.
 */
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  BLOCK_SIZE_BYTES,
  FAILURE_MEMORY_MS,
  FETCH_LANE_MAX,
  RATE_SAMPLE_BYTES_MIN,
  STREAM_CHECK_MS,
  STREAM_IDLE_MS,
  STREAM_LEFT_MS,
  STREAM_REACH_BYTES,
  STREAMS_PER_CONTENT_MAX,
  TEAM_BYTES_MAX,
  TEAM_REST_MS,
  TEAM_SHARE_BYTES_MIN,
} from '../limits.js';
import type { Connection } from './connection.js';
import { contentKey, type SyncContext, WaitFor } from './context.js';
import { isSequential, planFetch, ReadPattern, type Run, widen } from './read-pattern.js';
import {
  isStarved,
  newStream,
  type Stream,
  type StreamRange,
  teamSize,
  willBring,
} from './stream.js';
import { StreamTeam } from './stream-team.js';
import { readError, type VersionLook } from './version-look.js';

/** What is being read of one content. */
interface Reading {
  readonly pattern: ReadPattern;
  readonly streams: Set<Stream>;
  /** Of the stream that was opened last. */
  team: StreamTeam;
  /** All that streams have brought. */
  bytes: number;
  failure: { readonly error: NuageError; readonly until: number } | undefined;
}

/** Which bytes an operation needs: of this content of this node. */
export interface Wanted {
  readonly content: string;
  readonly start: number;
  readonly end: number;
  /** No more than this: nobody reads on behind it. */
  readonly isExact?: boolean;
}

const CHECK = 'streams';

export class Reader {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #versions: VersionLook;
  readonly #readings = new Map<string, Reading>();
  #bytesPerMs = 0;
  /** Until then one stream is taken to fill the line. */
  #aloneUntil = -Infinity;

  constructor(context: SyncContext, connection: Connection, versions: VersionLook) {
    this.#context = context;
    this.#connection = connection;
    this.#versions = versions;
  }

  /**
   * @returns undefined when the bytes are here.
   * @throws kind `stale` when this version is gone from the server, `offline` when it is away.
   */
  ensure(node: TreeNode, wanted: Wanted): WaitFor | undefined {
    const { contents, tree } = this.#context;
    const reading = this.#readingOf(wanted.content);
    const run = wanted.isExact === true ? undefined : reading.pattern.note(wanted);
    const [gap] = contents.absent(wanted.content, wanted.start, wanted.end);
    if (gap === undefined) {
      if (run !== undefined) this.#goOn(node, wanted, reading, run);
      return undefined;
    }
    this.#throwRecentFailure(reading);
    const stream = this.#streamTo(reading, gap.start);
    if (stream !== undefined) {
      this.#follow(stream, wanted, run);
    } else if (this.#hasPlace(reading)) {
      this.#connection.requireOnline(tree.path(node.ino));
      this.#open(node, wanted, reading, { at: gap.start, run });
    }
    return new WaitFor(contentKey(wanted.content));
  }

  /** What the line has brought lately, at its best. */
  get bytesPerMs(): number {
    return this.#bytesPerMs;
  }

  /** Something of this content is on its way to its data file. */
  isReading(content: string): boolean {
    return (this.#readings.get(content)?.streams.size ?? 0) > 0;
  }

  /** Nobody waits for bytes of this content any more: what was asked for them is given up. */
  abandon(content: string): void {
    for (const stream of this.#readings.get(content)?.streams ?? []) {
      if (stream.position < stream.wantedEnd) this.#abort(stream);
    }
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
      this.#abort(stream);
      isBusy = true;
    }
    return isBusy ? new WaitFor(contentKey(content)) : undefined;
  }

  /** The last user of this content is gone. */
  forget(content: string): void {
    const reading = this.#readings.get(content);
    for (const stream of reading?.streams ?? []) this.#abort(stream);
    if (reading?.streams.size === 0) this.#readings.delete(content);
  }

  #readingOf(content: string): Reading {
    const existing = this.#readings.get(content);
    if (existing !== undefined) return existing;
    const reading: Reading = {
      pattern: new ReadPattern(),
      streams: new Set(),
      team: new StreamTeam(),
      bytes: 0,
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

  /** The running stream that will bring this byte soon. */
  #streamTo(reading: Reading, offset: number): Stream | undefined {
    for (const stream of reading.streams) {
      const isNear = offset - stream.position <= STREAM_REACH_BYTES;
      if (isNear && willBring(stream, offset)) return stream;
    }
    return undefined;
  }

  /** Streams that nobody reads from any more make way for one that is waited for. */
  #hasPlace(reading: Reading): boolean {
    this.#abortLeft(reading, this.#context.clock.monotonic() - STREAM_LEFT_MS);
    this.#makeWay();
    return reading.streams.size < STREAMS_PER_CONTENT_MAX;
  }

  /** Those that nobody waits for and nobody has read from since then. */
  #abortLeft({ streams }: Reading, since: number): void {
    for (const stream of streams) {
      const isWaitedFor = stream.position < stream.wantedEnd;
      if (!isWaitedFor && stream.followedAt <= since) this.#abort(stream);
    }
  }

  /** Streams that stand still do not keep others, of whatever file, from their turn. */
  #makeWay(): void {
    const running = [...this.#readings.values()].flatMap(({ streams }) => [...streams]);
    if (running.length < FETCH_LANE_MAX) return;
    const [oldest] = running
      .filter(({ position, limit, isAborted }) => position >= limit && !isAborted)
      .sort((a, b) => a.followedAt - b.followedAt);
    if (oldest !== undefined) this.#abort(oldest);
  }

  /** The bytes are here: whoever reads on finds the next ones here as well. */
  #goOn(node: TreeNode, wanted: Wanted, reading: Reading, run: Run): void {
    if (!isSequential(run) || !this.#connection.online || reading.failure !== undefined) return;
    const { contents, clock } = this.#context;
    for (const stream of reading.streams) {
      if (run.end > stream.start && run.end <= stream.end) stream.followedAt = clock.monotonic();
    }
    const size = contents.size(wanted.content);
    const ahead = Math.min(size, run.end + Math.min(run.windowBytes / 2, this.#room()));
    const [gap] = contents.absent(wanted.content, run.end, ahead);
    if (gap === undefined) return;
    const stream = [...reading.streams].find((one) => willBring(one, gap.start));
    if (stream !== undefined) this.#follow(stream, wanted, run);
    else if (this.#hasPlace(reading)) this.#open(node, wanted, reading, { at: gap.start, run });
  }

  /** Somebody reads from this stream: it may go on ahead of them. */
  #follow(stream: Stream, wanted: Wanted, run: Run | undefined): void {
    stream.followedAt = this.#context.clock.monotonic();
    stream.wantedEnd = Math.max(stream.wantedEnd, wanted.end);
    const windowBytes = run?.windowBytes ?? 0;
    if (stream.limit === stream.end || wanted.end + windowBytes / 2 <= stream.limit) return;
    if (run !== undefined) widen(run);
    const window = Math.min(run?.windowBytes ?? 0, this.#room());
    const limit = Math.min(stream.end, wanted.end + window);
    if (limit <= stream.limit) return;
    stream.limit = limit;
    this.#context.effects.allow(stream.id, limit);
  }

  /** Streams of several files share the room that the cache has left. */
  #room(): number {
    return Math.max(BLOCK_SIZE_BYTES, Math.floor(this.#context.roomBytes() / FETCH_LANE_MAX));
  }

  #open(
    node: TreeNode,
    wanted: Wanted,
    reading: Reading,
    { at, run }: { readonly at: number; readonly run: Run | undefined },
  ): void {
    const { contents } = this.#context;
    const { content } = wanted;
    const plan =
      run === undefined
        ? { start: at, end: wanted.end, isStream: false }
        : planFetch(run, contents.size(content), at, wanted);
    // Blocks that are here may hold bytes of the user: no fetch runs over them.
    const gap = contents.missing(content, plan.start, plan.end).find(({ end }) => end > at);
    if (gap === undefined) return;
    const start = Math.max(plan.start, gap.start);
    const end = Math.min(plan.end, gap.end);
    if (run !== undefined) run.fetchedBytes = end - start;
    if (plan.isStream) reading.team = new StreamTeam();
    const window = plan.isStream ? Math.min(run?.windowBytes ?? 0, this.#room()) : Infinity;
    const limit = Math.min(end, Math.max(start, wanted.end) + window);
    const wantedEnd = Math.min(end, wanted.end);
    this.#fetch(node, content, reading, { start, end, limit, wantedEnd });
  }

  #fetch(node: TreeNode, content: string, reading: Reading, range: StreamRange): void {
    const { effects, contents, tree, clock } = this.#context;
    const path = tree.basePath(node.ino);
    if (path === undefined || node.base === undefined) {
      throw new NuageError('stale', 'the version being read is no longer on the server', {
        path: tree.path(node.ino),
      });
    }
    const { start, end, limit } = range;
    const stream = newStream(range, clock.monotonic());
    reading.streams.add(stream);
    stream.id = effects.start(
      {
        op: 'fetch',
        path,
        etag: node.base.etag,
        start,
        end,
        limit,
        dataFile: contents.dataPath(content),
      },
      {
        fetched: (upTo) => this.#arrived(content, reading, stream, upTo),
        done: () => {
          reading.streams.delete(stream);
          this.#measure(stream);
          this.#arrived(content, reading, stream, stream.end);
        },
        failed: (error) => this.#failed(content, reading, stream, error),
      },
    );
    this.#checkLater();
  }

  #arrived(content: string, reading: Reading, stream: Stream, upTo: number): void {
    const { contents, wake, clock } = this.#context;
    const from = stream.position;
    stream.position = upTo;
    stream.arrivedAt = clock.monotonic();
    reading.bytes += upTo - from;
    if (upTo >= stream.stopAt && upTo < stream.end) this.#abort(stream);
    if (stream.begunBytes === 0) {
      stream.begunAt = stream.arrivedAt;
      stream.begunBytes = upTo - from;
    }
    // A version that was replaced meanwhile has no data file to speak of any more.
    if (contents.has(content)) contents.markFetched(content, from, upTo);
    wake(contentKey(content));
  }

  /** Without the wait for the first bytes, which is the server's doing and not the line's. */
  #measure({ begunAt, begunBytes, start, end }: Stream): void {
    const bytes = end - start - begunBytes;
    if (bytes < RATE_SAMPLE_BYTES_MIN) return;
    const elapsedMs = Math.max(1, this.#context.clock.monotonic() - begunAt);
    this.#bytesPerMs = Math.max(bytes / elapsedMs, this.#bytesPerMs / 2);
  }

  /** Ends what stands still because its reader does: the server keeps the file locked so long. */
  #check(): void {
    const since = this.#context.clock.monotonic() - STREAM_IDLE_MS;
    let isRunning = false;
    for (const [content, reading] of this.#readings) {
      if (reading.streams.size > 0) this.#judgeTeam(content, reading);
      for (const stream of reading.streams) {
        isRunning = true;
        const usedAt = Math.max(stream.followedAt, stream.arrivedAt);
        if (stream.position >= stream.limit && usedAt <= since) this.#abortLeft(reading, since);
      }
    }
    if (isRunning) this.#checkLater();
  }

  /** More streams join a reader that waits for the line, and leave where that brings nothing. */
  #judgeTeam(content: string, reading: Reading): void {
    const now = this.#context.clock.monotonic();
    const [lead, ...others] = [...reading.streams].sort((a, b) => a.start - b.start);
    if (lead === undefined) return;
    const couldUseMore = others.length === 0 && now >= this.#aloneUntil && isStarved(lead);
    switch (reading.team.judge({ now, bytes: reading.bytes, couldUseMore })) {
      case 'join':
        this.#join(content, reading, lead);
        return;
      case 'leave':
        this.#aloneUntil = now + TEAM_REST_MS;
        lead.stopAt = lead.end;
        for (const other of others) this.#abort(other);
        return;
      case 'stay':
    }
  }

  /** What is left is parted among the streams; each begins where the one before it will end. */
  #join(content: string, reading: Reading, lead: Stream): void {
    const node = this.#context.tree.byContent(content);
    if (node === undefined) return;
    const bytes = Math.min(lead.end - lead.position, TEAM_BYTES_MAX, this.#context.roomBytes() / 2);
    const streams = teamSize(lead);
    const share = Math.floor(bytes / streams / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
    if (share < TEAM_SHARE_BYTES_MIN) return;
    const first = Math.ceil(lead.position / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
    const isAll = bytes === lead.end - lead.position;
    for (let at = 1; at < streams; at += 1) {
      const start = first + at * share;
      const end = at === streams - 1 && isAll ? lead.end : start + share;
      this.#fetch(node, content, reading, { start, end, limit: end, wantedEnd: start });
    }
    lead.stopAt = first + share;
  }

  #checkLater(): void {
    this.#context.timers.setIfSooner(CHECK, STREAM_CHECK_MS, () => this.#check());
  }

  #abort(stream: Stream): void {
    if (!stream.isAborted) this.#context.effects.abort(stream.id);
    stream.isAborted = true;
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
    const fail = (isStillThere: boolean): void => {
      const until = this.#context.clock.monotonic() + FAILURE_MEMORY_MS;
      if (!isStillThere) reading.failure = { error: readError(error), until };
      this.#context.wake(contentKey(content));
    };
    if (!this.#versions.look(content, error, fail)) fail(false);
  }
}
