/**
 * How one content is read: the places at which somebody reads on in a row, and what to fetch for a
 * read that has to. Pure apart from its memory of these places.
 */
import {
  BLOCK_SIZE_BYTES,
  READ_PIECE_BYTES,
  READ_RUNS_MAX,
  READ_WINDOW_BYTES_MAX,
  READ_WINDOW_FIRST_BYTES,
  RUN_SLACK_BYTES,
  SEQUENTIAL_READ_BYTES_MIN,
  SEQUENTIAL_RUN_BYTES,
  STREAMING_RUN_BYTES,
  WHOLE_FILE_FETCH_BYTES_MAX,
} from '../limits.js';

/** Bytes read one behind the other, more or less in order. */
export interface Run {
  readonly start: number;
  /** Behind the furthest byte that was asked for. */
  end: number;
  /** What was fetched for it the last time. */
  fetchedBytes: number;
  /** How far ahead of it a stream may go. */
  windowBytes: number;
  /** Its reader came from a place where it had read much in a row. */
  readonly isContinued: boolean;
}

interface Read {
  readonly start: number;
  readonly end: number;
}

/** What to ask for: all of it at once, or a stream that is let go on as its reader does. */
export interface FetchPlan {
  readonly start: number;
  readonly end: number;
  readonly isStream: boolean;
}

export class ReadPattern {
  /** The one used last stands last. At most {@link READ_RUNS_MAX}. */
  #runs: Run[] = [];

  /** Somebody reads here. @returns the run that it belongs to, which may begin with it. */
  note({ start, end }: Read): Run {
    const known = this.#runs.find(
      (run) =>
        start <= run.end + RUN_SLACK_BYTES && end >= Math.max(run.start, run.end - RUN_SLACK_BYTES),
    );
    const run = known ?? this.#begin({ start, end });
    run.end = Math.max(run.end, end);
    this.#runs = [...this.#runs.filter((other) => other !== run), run].slice(-READ_RUNS_MAX);
    return run;
  }

  #begin({ start, end }: Read): Run {
    const before = this.#runs.at(-1);
    const isContinued = before !== undefined && before.end - before.start >= STREAMING_RUN_BYTES;
    const windowBytes = READ_WINDOW_FIRST_BYTES;
    return { start, end, fetchedBytes: 0, windowBytes, isContinued };
  }
}

/** Its reader goes on: what lies ahead of it is fetched before it asks. */
export function isSequential(run: Run): boolean {
  return run.isContinued || run.end - run.start >= SEQUENTIAL_RUN_BYTES;
}

/** The window has been read through: the next one is larger. */
export function widen(run: Run): void {
  run.windowBytes = Math.min(run.windowBytes * 2, READ_WINDOW_BYTES_MAX);
}

/**
 * @param size of the whole content.
 * @param at the first byte that is not here.
 * @param read what is asked for, of which `run` knows already.
 */
export function planFetch(run: Run, size: number, at: number, read: Read): FetchPlan {
  if (size <= WHOLE_FILE_FETCH_BYTES_MAX) return { start: 0, end: size, isStream: false };
  const start = floorToPiece(at);
  if (isSequential(run) || isStartOfMore(run, read)) return { start, end: size, isStream: true };
  const least = run.start === 0 ? BLOCK_SIZE_BYTES : READ_PIECE_BYTES;
  const bytes = Math.max(least, 2 * run.fetchedBytes);
  const end = Math.max(start + bytes, ceilToPiece(read.end));
  return { start, end: Math.min(end, size), isStream: false };
}

/** From the head on: a program that reads much at once, or one that goes on behind the head. */
function isStartOfMore(run: Run, read: Read): boolean {
  if (run.start > 0) return false;
  return read.end - read.start >= SEQUENTIAL_READ_BYTES_MIN || run.fetchedBytes > 0;
}

function floorToPiece(offset: number): number {
  return Math.floor(offset / READ_PIECE_BYTES) * READ_PIECE_BYTES;
}

function ceilToPiece(offset: number): number {
  return Math.ceil(offset / READ_PIECE_BYTES) * READ_PIECE_BYTES;
}
